import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UserError } from '../src/errors.ts';
import { clean } from '../src/render/foreign.ts';
import { NOT_POSTED } from '../src/render/posting.ts';
import { renderFiles, renderPages } from '../src/render/render.ts';
import { MAX_REPORT_BYTES, parseReport, type Report } from '../src/report.ts';
import { buildGitHubPage } from './preview/github-page.ts';

/**
 * Renders everything that one or more report.json files become into a folder, and opens nothing. Beside the files that
 * a run writes there are comment.html and summary.html: what GitHub shows of comment.md and summary.md, with the
 * diagrams drawn. Exits with 2, and writes nothing, where a file is not a report.
 */
const USAGE = 'usage: npm run preview -- report.json [more.json] [--out preview]';

try {
  const { out, paths } = readCommand();
  const reports = await Promise.all(paths.map(readReport));
  const names = await writePreview(out, reports as [Report, ...Report[]]);
  process.stdout.write(`written to ${out}: ${names.join(', ')}\n`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}

function readCommand(): { out: string; paths: readonly string[] } {
  const options = { out: { type: 'string', default: 'preview' } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length > 0 && values.out !== '') return { out: values.out, paths: positionals };
  } catch {
    // An unknown option: the usage says which there are.
  }
  throw new UserError(USAGE);
}

async function readReport(path: string): Promise<Report> {
  try {
    const { size } = await stat(path);
    if (size > MAX_REPORT_BYTES) throw new Error(`expected at most ${MAX_REPORT_BYTES} bytes, found ${size}`);
    return parseReport(await readFile(path, 'utf8'));
  } catch (error) {
    // Parsers quote what they could not read.
    throw new UserError(`${clean(path, 1000)}: ${clean((error as Error).message, 500)}`);
  }
}

async function writePreview(out: string, reports: readonly [Report, ...Report[]]): Promise<string[]> {
  const pages = renderPages(reports, NOT_POSTED);
  const folders = nameFolders(reports);
  const files = new Map<string, string>(Object.entries(pages));
  for (const [i, report] of reports.entries()) {
    for (const [name, text] of Object.entries(await renderFiles(report))) files.set(`${folders[i]}${name}`, text);
  }
  const links = [...files.keys()].filter((name) => name.endsWith('report.html'));
  for (const [kind, markdown] of [
    ['comment', pages['comment.md']],
    ['summary', pages['summary.md']],
  ] as const) {
    files.set(`${kind}.html`, await buildGitHubPage({ kind, markdown, pages, links }));
  }
  await mkdir(out, { recursive: true });
  for (const [name, text] of files) {
    await mkdir(dirname(join(out, name)), { recursive: true });
    await writeFile(join(out, name), text);
  }
  const mermaid = fileURLToPath(new URL('mermaid.min.js', import.meta.resolve('mermaid')));
  await copyFile(mermaid, join(out, 'mermaid.min.js'));
  return [...files.keys()];
}

/** One report lies at the top, several in folders of their own. Some file systems take large letters for small ones. */
function nameFolders(reports: readonly Report[]): readonly string[] {
  if (reports.length === 1) return [''];
  const taken = new Set<string>();
  return reports.map(({ id }) => {
    let name = id;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${id}-${n}`;
    taken.add(name.toLowerCase());
    return `reports/${name}/`;
  });
}
