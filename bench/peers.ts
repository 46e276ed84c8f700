import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, tmpdir, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../src/assets.ts';
import { parseConfig } from '../src/config.ts';
import { EXIT, explain, Interrupted, UserError } from '../src/errors.ts';
import { describePinning, keepServersTogether } from '../src/run/pinning.ts';
import { listenForInterruption } from '../src/shell/interruption.ts';
import { provision } from '../src/target/choose.ts';
import type { Target } from '../src/target/target.ts';
import { type Contest, runContests } from './peers/contest.ts';
import { measureDuty, measureMemory } from './peers/extremes.ts';
import { createFloorContests } from './peers/floor-contests.ts';
import { judge } from './peers/limits.ts';
import { type Options, parseOptions } from './peers/options.ts';
import type { Outcome } from './peers/outcome.ts';
import { tableOfRows, writePage } from './peers/page.ts';
import { findPrograms, type Programs, readVersions } from './peers/programs.ts';
import type { Launcher } from './peers/run-tool.ts';
import { createWrapperContests } from './peers/wrapper-contests.ts';
import { startPinned } from './pinned-loader.ts';
import { createQuietHost } from './quiet-host.ts';

/**
 * Our clients beside the tools that people use, in one run: against the real wrapper undici, grpc-js, vegeta and ghz,
 * against servers written in C wrk and h2load. A whole run writes docs/peers.md.
 */
const page = join(root, 'docs', 'peers.md');
const raw = join(root, 'bench-results', 'peers.json');

try {
  const options = parseOptions(process.argv.slice(2));
  if (process.platform !== 'linux') throw new UserError(`expected Linux, found ${process.platform}: /proc is read`);
  const programs = await findPrograms(process.env);
  using interruption = listenForInterruption((signal) => tell(`${signal}: ending what was started`));
  const outcome = await measure(options, programs, interruption.signal);
  await mkdir(dirname(raw), { recursive: true });
  await writeFile(raw, `${JSON.stringify(outcome, null, 2)}\n`);
  if (options.whole) await writeFile(page, writePage(outcome, await readFile(page, 'utf8').catch(() => '')));
  const rows = judge(outcome.scores, outcome.duty?.cells ?? [], outcome.memory);
  process.stdout.write(`${options.whole ? tableOfRows(rows) : writePage(outcome, '')}\n`);
} catch (error) {
  const known = error instanceof UserError || error instanceof Interrupted;
  process.stderr.write(`${known || !(error instanceof Error) ? explain(error) : error.stack}\n`);
  process.exitCode = error instanceof UserError ? error.exitCode : known ? EXIT.interrupted : 1;
}

async function measure(options: Options, programs: Programs, signal: AbortSignal): Promise<Outcome> {
  const started = new Date();
  const begin = performance.now();
  const cores = availableParallelism();
  const pinning = await keepServersTogether();
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bench-peers-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const launcher: Launcher = { taskset: programs.taskset, cores: pinning?.load ?? null, signal };
  const wire = stack.use(await startPinned(pinning));
  const library = stack.use(await startPinned(pinning));
  const target =
    options.parts.has('wrapper') || options.parts.has('extremes') ? await startWrapper(stack, signal) : null;

  const contests: Contest[] = [];
  if (target && options.parts.has('wrapper')) {
    contests.push(...(await createWrapperContests(programs, launcher, folder, target, { wire, library })));
  }
  if (options.parts.has('floors')) {
    contests.push(...(await createFloorContests(programs, launcher, folder, wire, stack)));
  }
  tell(`${contests.length} contests, ${options.rounds} rounds`);
  const order = { rounds: options.rounds, durationMs: options.runMs, seed: options.seed };
  const scores = await runContests(contests, order, signal, tell);

  const extremes = options.parts.has('extremes') ? target : null;
  const dutyOrder = { rounds: options.dutyRounds, blockMs: options.dutyBlockMs, seed: options.seed };
  const duty = extremes && { ...dutyOrder, cells: await measureDuty(extremes, pinning, dutyOrder, signal) };
  const memory = extremes && (await measureMemory(extremes, pinning, options.dutyBlockMs, signal));
  return {
    startedAt: started.toISOString(),
    durationMs: performance.now() - begin,
    command: ['npm run bench:peers', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    seed: options.seed,
    rounds: options.rounds,
    runMs: options.runMs,
    duty,
    memory,
    machine: {
      cpu: cpus()[0]?.model.trim() || 'unknown',
      cores,
      memoryBytes: totalmem(),
      system: `${type()} ${release()}`,
      node: process.version,
      pinning: describePinning(pinning),
    },
    versions: await readVersions(programs),
    wrapper: target ? `seldon-core ${target.arm.seldonVersion ?? 'unknown'}` : 'none',
    contests: contests.map(({ id, title, contestants }) => ({
      id,
      title,
      contestants: contestants.map((c) => c.name),
    })),
    scores,
  };
}

async function startWrapper(stack: AsyncDisposableStack, signal: AbortSignal): Promise<Target> {
  const config = parseConfig((name) => (name === 'target' ? 'process' : ''), 'cli');
  tell('starting the wrapper');
  const provisioned = stack.use(
    await provision(config.target, config.arms, config.matrix.methods, createQuietHost(signal)),
  );
  return provisioned.targets[0];
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
