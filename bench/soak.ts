import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPython } from '../src/target/local/python/find.ts';
import { laneOf } from '../src/target/local/python/lanes.ts';
import { writePart } from './document.ts';
import { judgeSeries, type Series } from './soak/judge.ts';
import { type KeptHoldings, keepLoad } from './soak/kept-load.ts';
import { describeSoak } from './soak/page.ts';
import { type Kind, runTool, type ToolRun } from './soak/tool-run.ts';

/**
 * Short runs for a long time: does anything gather? `npm run soak -- --minutes 30` writes its part of
 * docs/robustness.md; shorter ones only print it. All readings are in bench-results/soak.json. Exit code 1 where something
 * grows or was left behind.
 */
const LONG_ENOUGH_MINUTES = 30;
/**
 * What V8 has compiled of the load process it keeps, and for the first 5000 blocks that is more and more: what grows only
 * then is no leak. As many for each minute of the soak, so that a short one begins soon.
 */
const WARM_UPS_PER_MINUTE = 10;
const { values } = parseArgs({ options: { minutes: { type: 'string', default: `${LONG_ENOUGH_MINUTES}` } } });
const minutes = Number(values.minutes);
if (!(minutes > 0) || process.platform !== 'linux') {
  process.stderr.write('expected --minutes N, more than 0, on Linux (/proc is read)\n');
  process.exit(2);
}

interface Turn {
  readonly hours: number;
  readonly run: ToolRun;
  readonly kept: KeptHoldings;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stop.abort(new Error(`interrupted by ${signal}`)));
}
const startedAt = new Date();
let begin = performance.now();
const turns: Turn[] = [];
let warmUpBlocks = 0;
let blocks = 0;
const hasPython = (await findPython(laneOf('1.19.0'), null, process.env, stop.signal)).python !== null;
if (!hasPython) process.stderr.write('no run against the real wrapper: no Python here fits seldon-core 1.19.0\n');
{
  const folder = await mkdtemp(join(tmpdir(), 'bench-soak-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const kept = stack.use(await keepLoad());
  for (let i = 0; i < minutes * WARM_UPS_PER_MINUTE && !stop.signal.aborted; i++)
    warmUpBlocks += await kept.runBlocks();
  process.stderr.write(`warmed up by ${warmUpBlocks} blocks\n`);
  begin = performance.now();
  while (performance.now() - begin < minutes * 60_000 && !stop.signal.aborted) {
    const run = await runTool(kindOf(turns.length), join(folder, `${turns.length}`));
    blocks += await kept.runBlocks();
    const hours = (performance.now() - begin) / 3_600_000;
    turns.push({ hours, run, kept: await kept.readHoldings() });
    if (run.fault !== null) process.stderr.write(`${run.fault}\n`);
    if (turns.length % 10 === 0) process.stderr.write(`${turns.length} runs, ${(hours * 60).toFixed(1)} minutes\n`);
  }
}

const judged = listSeries(turns).map(judgeSeries);
const faults = turns.flatMap(({ run }) => run.fault ?? []);
const raw = join(import.meta.dirname, '..', 'bench-results', 'soak.json');
await mkdir(dirname(raw), { recursive: true });
await writeFile(raw, `${JSON.stringify(turns, null, 1)}\n`);
const spent = (performance.now() - begin) / 60_000;
const text = describeSoak({
  startedAt,
  minutes: spent,
  command: `npm run soak -- --minutes ${minutes}`,
  runs: countKinds(turns),
  warmUpBlocks,
  blocks,
  judged,
  faults,
});
process.stdout.write(`${text}\n`);
if (spent >= LONG_ENOUGH_MINUTES) {
  await writePart(join(import.meta.dirname, '..', 'docs', 'robustness.md'), 'soak', text);
}
process.exitCode = faults.length > 0 || judged.some(({ grows }) => grows === true) ? 1 : 0;

function kindOf(turn: number): Kind {
  if (turn % 10 === 9 && hasPython) return 'wrapper';
  if (turn % 10 === 4) return 'action';
  return turn % 10 === 7 ? 'interrupted' : 'reference';
}

function countKinds(turns: readonly Turn[]): Record<Kind, number> {
  const runs = { reference: 0, wrapper: 0, action: 0, interrupted: 0 };
  for (const { run } of turns) runs[run.kind] += 1;
  return runs;
}

function listSeries(turns: readonly Turn[]): Series[] {
  const megabytes = (bytes: number): number => bytes / 1e6;
  const plain = turns.filter(({ run }) => run.kind === 'reference');
  const of = (name: string, unit: Series['unit'], from: readonly Turn[], read: (turn: Turn) => number): Series => ({
    name,
    unit,
    points: from.map((turn) => ({ hours: turn.hours, value: read(turn) })).filter(({ value }) => !Number.isNaN(value)),
  });
  const holdings = (['load', 'server'] as const).flatMap((who) => {
    const name = { load: 'kept load process', server: 'kept embedded server' }[who];
    return [
      of(`${name}: live memory`, 'MB', turns, ({ kept }) => megabytes(kept[who].liveBytes)),
      of(`${name}: resident memory`, 'MB', turns, ({ kept }) => megabytes(kept[who].rssBytes)),
      of(`${name}: open handles`, 'count', turns, ({ kept }) => kept[who].handles),
    ];
  });
  return [
    ...holdings,
    of('a run: peak memory of the tool', 'MB', plain, ({ run }) => megabytes(run.peakRssBytes)),
    of('a run: peak memory of its load process', 'MB', plain, ({ run }) =>
      megabytes(run.loadPeakRssBytes ?? Number.NaN),
    ),
    of('a run: most open handles of the tool', 'count', plain, ({ run }) => run.peakHandles),
    of('after a run: processes left', 'count', turns, ({ run }) => run.processesLeft),
    of('after a run: files left in the temporary folders', 'count', turns, ({ run }) => run.filesLeft),
  ];
}
