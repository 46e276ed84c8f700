import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { markdownTable } from 'markdown-table';
import { precompileTemplates } from '../scripts/precompile-templates.ts';
import { sampleReport } from '../test/helpers/sample-report.ts';

/**
 * What rendering costs: every file of a report of 24 and of 504 cells, in a process that has just started (the
 * libraries' loading with it) and once more in the same. Bundled, as the Action runs it, and from the sources.
 */
const LIMITS_MS: Record<string, number> = { '24 cells': 500, '504 cells': 3000 };
const reports = {
  '24 cells': sampleReport({ histograms: true }),
  '504 cells': sampleReport({ histograms: true, batches: Array.from({ length: 42 }, (_, i) => (i + 1) ** 2) }),
};
const script = `
import { readFileSync } from 'node:fs';
import { renderPages, renderFiles } from './src/render/render.ts';
import { NOT_POSTED } from './src/render/posting.ts';
const text = readFileSync(process.argv[2], 'utf8');
const times = [];
let bytes = 0;
for (let i = 0; i < 6; i += 1) {
  const report = JSON.parse(text);
  const start = i === 0 ? 0 : performance.now();
  renderPages([report], NOT_POSTED);
  bytes = Buffer.byteLength((await renderFiles(report))['report.html']);
  times.push(performance.now() - start);
}
process.stdout.write(JSON.stringify({ cold: times[0], warm: times.slice(3).sort((a, b) => a - b)[1], bytes }));
`;

const root = join(import.meta.dirname, '..');
const folder = await mkdtemp(join(tmpdir(), 'bench-render-'));
try {
  const bundle = join(folder, 'dist', 'render.mjs');
  await build({
    stdin: { contents: script, resolveDir: root, loader: 'ts' },
    outfile: bundle,
    bundle: true,
    plugins: [precompileTemplates()],
    platform: 'node',
    format: 'esm',
    minify: true,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'src')) },
    logLevel: 'error',
  });
  const plain = join(folder, 'render.ts');
  await writeFile(plain, script.replaceAll("'./src/", `'${root}/src/`));
  const rows = [];
  for (const [name, report] of Object.entries(reports)) {
    const path = join(folder, `${report.cells.length}.json`);
    await writeFile(path, JSON.stringify(report));
    for (const [how, file] of Object.entries({ bundled: bundle, sources: plain })) {
      const runs = Array.from({ length: 5 }, () => measure(file, path)).sort((a, b) => a.cold - b.cold);
      const [best] = runs;
      const middle = runs[2];
      if (best === undefined || middle === undefined) throw new Error('five runs have a middle');
      rows.push([name, how, ms(middle.cold), ms(best.cold), ms(middle.warm), `${LIMITS_MS[name]} ms`, kB(best.bytes)]);
    }
  }
  const head = ['report', 'code', 'fresh process', 'its best of 5', 'warm', 'wanted', 'report.html'];
  process.stdout.write(`${markdownTable([head, ...rows])}\n`);
  process.stdout.write(`${((await readFile(bundle)).length / 1e6).toFixed(2)} MB of bundle for rendering alone\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function measure(file: string, report: string): { cold: number; warm: number; bytes: number } {
  return JSON.parse(execFileSync(process.execPath, [file, report], { encoding: 'utf8' }));
}

function ms(x: number): string {
  return `${x.toFixed(0)} ms`;
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
