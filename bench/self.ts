import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { markdownTable } from 'markdown-table';
import { parseConfig } from '../src/config.ts';
import { encodePayloads } from '../src/payload/payloads.ts';
import { NOT_POSTED } from '../src/render/posting.ts';
import { renderFiles, renderPages } from '../src/render/render.ts';
import { parseReport, type Report } from '../src/report.ts';
import { keepServersTogether } from '../src/run/pinning.ts';
import { addressRequest } from '../src/run/prepare.ts';
import { median } from '../src/stats/quantile.ts';
import { provision } from '../src/target/choose.ts';
import { planOne } from './peers/wrapper-contests.ts';
import { startPinned } from './pinned-loader.ts';
import { createQuietHost } from './quiet-host.ts';

/**
 * What the tool itself costs, measured and printed as a table. `npm run bench:self -- process` (the default) asks the
 * real wrapper, `-- reference` the embedded server.
 */
const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const main = process.argv[2] === 'reference' ? 'reference' : 'process';
const rows: [string, string, string][] = [];
const folder = await mkdtemp(join(tmpdir(), 'bench-self-'));
try {
  await measureRun(main);
  if (main === 'process') await measureRun('reference');
  await measureFirstLine();
  await measureDist();
  await measureRendering();
  // Last: it keeps this process, too, to the servers' cores.
  await compareClients();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(`${markdownTable([['what', 'measured', 'wanted'], ...rows])}\n`);

/** One run of the command as a person types it, timed from before npm starts. */
async function measureRun(target: 'process' | 'reference'): Promise<void> {
  const out = join(folder, target);
  const spawned = Date.now();
  await run('npm', ['run', 'bench', '--', '--target', target, '--preset', 'quick', '--quiet', '--out', out], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const report = parseReport(await readFile(join(out, 'report.json'), 'utf8'));
  const measure = report.timeline.find(({ stage }) => stage === 'measure');
  const startMs = Date.parse(report.startedAt) + (measure?.startMs ?? Number.NaN) - spawned;
  const limit = target === 'process' ? '< 10 s' : '< 2 s';
  rows.push([`${target}: command to first measured block, warm cache`, `${(startMs / 1000).toFixed(2)} s`, limit]);
  const inside = report.insideBlocks ?? Number.NaN;
  rows.push([`${target}: measuring time inside blocks (quick)`, `${(inside * 100).toFixed(1)} %`, '>= 80 %']);
  rows.push([`${target}: lowest duty of a cell`, lowestDuty(report), '>= 0.95']);
  const rss = (report.environment.loadPeakRssBytes ?? Number.NaN) / 1e6;
  rows.push([`${target}: load process, peak RSS`, `${rss.toFixed(0)} MB`, '< 200 MB']);
}

function lowestDuty(report: Report): string {
  const cells = report.cells.flatMap((cell) => Object.values(cell.results).map(({ duty }) => ({ id: cell.id, duty })));
  const lowest = cells.sort((a, b) => a.duty - b.duty)[0];
  return lowest ? `${lowest.duty.toFixed(3)} (${lowest.id})` : 'none';
}

/** Requests a second of the two clients on the same server, in turns, each in both orders. */
async function compareClients(): Promise<void> {
  const config = parseConfig((name) => ({ target: main, batches: '100000' })[name as string] ?? '', 'cli');
  const cell = planOne({ transport: 'grpc', encoding: 'tensor', batch: 100_000 });
  const pinning = await keepServersTogether();
  const host = createQuietHost(new AbortController().signal);
  await using provisioned = await provision(config.target, config.arms, ['predict'], host);
  const [target] = provisioned.targets;
  await using loader = await startPinned(pinning);
  const payloads = encodePayloads([cell]);
  for (const payload of payloads.values()) await loader.hold(payload.sha256, payload.bytes);
  const clients = ['wire', 'library'] as const;
  for (const client of clients) await loader.prepare(client, client, addressRequest(cell, payloads, target));
  const ratios: number[] = [];
  for (let round = 0; round < 12; round++) {
    const rate = { wire: 0, library: 0 };
    for (const client of round % 2 === 0 ? clients : clients.toReversed()) {
      const block = await loader.block(client, {
        durationMs: 500,
        minRequests: 5,
        timeoutMs: 30_000,
        concurrency: 1,
        rate: null,
      });
      if (block.error !== null) throw new Error(block.error);
      rate[client] = block.latencyMs.length / (block.wallMs - block.fenceMs);
    }
    // The first round warms both clients and the server.
    if (round > 0) ratios.push(rate.wire / rate.library);
  }
  ratios.sort((a, b) => a - b);
  const range = `${ratios[1]?.toFixed(2)} to ${ratios.at(-2)?.toFixed(2)} in ${ratios.length} rounds`;
  rows.push([
    `${main}: large tensor over gRPC, requests a second, wire over library`,
    `${median(ratios).toFixed(2)}x (${range})`,
    '>= 1.5x',
  ]);
}

/** Until the first byte on stdout, against a Node that prints and does nothing else. */
async function measureFirstLine(): Promise<void> {
  const dist = join(root, 'dist', 'main.js');
  const env = { ...process.env, GITHUB_STATE: join(folder, 'state'), GITHUB_OUTPUT: join(folder, 'output') };
  const empty: number[] = [];
  const ours: number[] = [];
  for (let i = 0; i < 21; i++) {
    empty.push(await timeFirstByte(['-e', 'process.stdout.write("x")'], env));
    ours.push(await timeFirstByte([dist], { ...env, INPUT_TARGET: 'none' }));
  }
  const ratio = median(ours) / median(empty);
  const times = `${median(ours).toFixed(0)} ms over ${median(empty).toFixed(0)} ms`;
  rows.push(['dist/main.js: first log line over an empty Node start', `${ratio.toFixed(2)}x (${times})`, '<= 3x']);
}

function timeFirstByte(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    child.once('error', reject);
    child.stdout.once('data', () => {
      resolve(performance.now() - start);
      child.kill('SIGKILL');
    });
  });
}

async function measureDist(): Promise<void> {
  const dist = join(root, 'dist');
  const sizes = await Promise.all((await readdir(dist)).map(async (name) => (await stat(join(dist, name))).size));
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  rows.push(['dist, all files', `${megabytes.toFixed(2)} MB`, '< 8 MB']);
}

/** The measured report with its cells repeated under further batches until there are 500. */
async function measureRendering(): Promise<void> {
  const report = parseReport(await readFile(join(folder, main, 'report.json'), 'utf8'));
  const cells = Array.from({ length: 500 }, (_, i) => {
    const cell = report.cells[i % report.cells.length];
    if (!cell) throw new Error('the report has no cells');
    const batch = cell.batch + Math.floor(i / report.cells.length);
    return { ...cell, batch, id: `${cell.method}.${cell.transport}.${cell.encoding}.${batch}.c1` };
  });
  const large: Report = {
    ...report,
    cells,
    config: { ...report.config, batches: [...new Set(cells.map((c) => c.batch))] },
  };
  const start = performance.now();
  renderPages([large], NOT_POSTED);
  await renderFiles(large);
  rows.push(['rendering a report of 500 cells', `${((performance.now() - start) / 1000).toFixed(2)} s`, '< 2 s']);
}
