import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { dirname } from 'node:path';
import { markdownTable } from 'markdown-table';

export type Row = readonly string[];

/** Share of runs with its 95 % interval (Wilson 1927). */
export function share(count: number, runs: number): string {
  const z = 1.96;
  const p = count / runs;
  const centre = (p + (z * z) / (2 * runs)) / (1 + (z * z) / runs);
  const half = (z / (1 + (z * z) / runs)) * Math.sqrt((p * (1 - p)) / runs + (z * z) / (4 * runs * runs));
  const percent = (x: number): string => (100 * Math.max(0, Math.min(1, x))).toFixed(1);
  return `${percent(p)} % (${count} of ${runs}; ${percent(centre - half)} to ${percent(centre + half)})`;
}

export function table(head: Row, rows: readonly Row[]): string {
  return markdownTable([[...head], ...rows.map((row) => [...row])]);
}

/** Lines over one horizontal axis, as a Mermaid chart; y in percent. */
export function chart(
  title: string,
  xTitle: string,
  x: readonly string[],
  lines: readonly (readonly number[])[],
): string {
  return [
    '```mermaid',
    'xychart-beta',
    `    title "${title}"`,
    `    x-axis "${xTitle}" [${x.map((label) => `"${label}"`).join(', ')}]`,
    '    y-axis "runs, %" 0 --> 100',
    ...lines.map((values) => `    line [${values.map((value) => value.toFixed(1)).join(', ')}]`),
    '```',
  ].join('\n');
}

/** Replaces one part of a document, between its markers, and leaves the others as they are. */
export async function writePart(path: string, part: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const document = await readFile(path, 'utf8');
  const [begin, end] = [`<!-- ${part} -->`, `<!-- end of ${part} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`expected the markers of ${part} in ${path}`);
  await writeFile(path, `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`);
}

/** When, where and how a part was obtained. */
export function describeMachine(command: string, startedAt: Date, minutes: number): string {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return (
    `<sub>${startedAt.toISOString().slice(0, 10)} · \`${command}\` · ${cpus().length} cores of ${cpu}, ${memory} GiB, ` +
    `${type()} ${release()}, Node ${process.versions.node} · ${minutes.toFixed(1)} minutes</sub>`
  );
}
