import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ended, projectFolder, type Running, readReport, startCli } from '../../test/helpers/run-tool.ts';
import { createRunner } from '../../test/helpers/runner.ts';
import { type Holding, readHolding, watchFamily } from './processes.ts';

/** `action` is the bundled entry with its post step; `interrupted` gets a SIGINT while it measures. */
export type Kind = 'reference' | 'wrapper' | 'action' | 'interrupted';

export interface ToolRun {
  readonly kind: Kind;
  /** Of the tool's own process. */
  readonly peakRssBytes: number;
  readonly peakHandles: number;
  /** Of the load process, as the report has it. */
  readonly loadPeakRssBytes: number | null;
  readonly processesLeft: number;
  readonly filesLeft: number;
  /** What was not as it should be; null where all was. */
  readonly fault: string | null;
}

const LOOK_EVERY_MS = 100;
const EXPECTED_CODE: Readonly<Record<Kind, number>> = { reference: 0, wrapper: 0, action: 0, interrupted: 130 };
const SIZE = { methods: 'predict', batches: '1', rounds: '6', block: '5ms' } as const;

/** One short run of the tool in a folder of its own, which is removed after it, and what the run has left. */
export async function runTool(kind: Kind, folder: string): Promise<ToolRun> {
  const [temp, out] = [join(folder, 'temp'), join(folder, 'out')];
  await mkdir(temp, { recursive: true });
  await mkdir(out);
  const env = { TMPDIR: temp, RUNNER_TEMP: temp };
  const action = kind === 'action' ? await startAction(folder, env, out) : null;
  const running = action?.running ?? startCli(optionsOf(kind, out), env);
  if (kind === 'interrupted') {
    // Whoever ends earlier is found out by its exit code.
    const signal = (): boolean => running.child.kill('SIGINT');
    void running.until(/round 2 of /).then(signal, signal);
  }
  const { ended, peak, watch } = await watchUntilEnd(running, temp);
  const after = await action?.post();
  const processes = await watch.listLeft();
  const files = await readdir(temp, { recursive: true });
  const report = await readReport(out).catch((error: unknown) => String(error));
  const faults = [
    ...(ended.code === EXPECTED_CODE[kind] ? [] : [`exit code ${ended.code}: ${ended.stderr.slice(-500)}`]),
    ...(after === undefined || after.code === 0 ? [] : [`post step: exit code ${after.code}: ${after.stderr}`]),
    ...(typeof report === 'string' ? [report] : []),
    ...processes.map(({ command }) => `process left: ${command.slice(0, 200)}`),
    ...files.map((name) => `file left: ${name}`),
  ];
  await rm(folder, { recursive: true, force: true });
  return {
    kind,
    peakRssBytes: peak.peakRssBytes,
    peakHandles: peak.handles,
    loadPeakRssBytes: typeof report === 'string' ? null : (report.environment.loadPeakRssBytes ?? null),
    processesLeft: processes.length,
    filesLeft: files.length,
    fault: faults.length === 0 ? null : `${kind}: ${faults.join('; ')}`,
  };
}

function optionsOf(kind: Kind, out: string): string[] {
  const rounds = kind === 'interrupted' ? '1000' : SIZE.rounds;
  const target = kind === 'wrapper' ? 'process' : 'reference';
  const options = { ...SIZE, rounds, target, out };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

async function startAction(
  folder: string,
  env: Readonly<Record<string, string>>,
  out: string,
): Promise<{ readonly running: Running; post(): Promise<Ended> }> {
  const workspace = join(folder, 'workspace');
  await mkdir(workspace);
  const runner = await createRunner(join(projectFolder, 'dist', 'main.js'), workspace, { env });
  const running = await runner.main({ ...SIZE, target: 'reference', artifacts: 'false', comment: 'never', out });
  return { running, post: () => runner.post() };
}

async function watchUntilEnd(running: Running, temp: string) {
  const pid = running.child.pid as number;
  const watch = watchFamily(pid, temp);
  let peak: Holding = { rssBytes: 0, peakRssBytes: 0, handles: 0 };
  let over = false;
  const end = running.ended.finally(() => {
    over = true;
  });
  while (!over) {
    await watch.look();
    const now = await readHolding(pid);
    if (now) peak = { ...now, handles: Math.max(peak.handles, now.handles) };
    await Promise.race([sleep(LOOK_EVERY_MS), end]);
  }
  return { ended: await end, peak, watch };
}
