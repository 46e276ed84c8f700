import * as core from '@actions/core';
import { type Config, parseConfig } from './config.ts';
import { EXIT, explain, Interrupted, ServerError, UserError } from './errors.ts';
import { isBroken } from './gate-rules.ts';
import { type ActionsLog, createActionsLog } from './github/actions-log.ts';
import { createRecord, readRecord } from './github/created.ts';
import { writeJobSummary } from './github/job-summary.ts';
import { type Occasion, readOccasion } from './github/occasion.ts';
import { writeOutputs } from './github/outputs.ts';
import type { Report } from './report.ts';
import { type Evidence, openEvidence } from './shell/evidence.ts';
import { exitCodeOf, exitCodeOfError } from './shell/exit-code.ts';
import { listenForInterruption } from './shell/interruption.ts';
import { prepareFolder } from './shell/output-folder.ts';

/** The main step. Never rejects: a failure is one readable sentence and an exit code. */
export async function runAction(): Promise<void> {
  core.saveState('isPost', 'true');
  const log = createActionsLog();
  let config: Config;
  try {
    config = parseConfig((name) => core.getInput(name), 'action');
  } catch (error) {
    await writeJobSummary('### Seldon payload benchmark: no report\n\nThe log of the step tells the reason.\n');
    writeOutputs({ outcome: 'usage-error', gate: 'none', 'comment-status': 'off' });
    return fail(explain(error), exitCodeOfError(error));
  }
  using interruption = listenForInterruption((signal) =>
    log.info(`${signal}: stopping, and writing what was measured`),
  );
  await run(config, log, interruption.signal);
  // The runner waits 7.5 seconds after the first signal: whatever still waits for an answer of GitHub is left behind.
  if (interruption.signal.aborted) process.exit();
  // So is a request that was given up and cannot be ended.
  setTimeout(() => process.exit(), LAST_MS).unref();
}

const LAST_MS = 2000;

/** The post step: ends what the main step made and could not take back. Never fails the job. */
export async function cleanUp(): Promise<void> {
  const { endRecorded } = await import('./target/release.ts');
  // What was made last stands on what was made first.
  for (const thing of readRecord().toReversed()) {
    try {
      await endRecorded(thing);
      core.info(`taken back: ${thing.kind}`);
    } catch (error) {
      core.warning(`what the benchmark made could not be taken back (${thing.kind}): ${explain(error)}`);
    }
  }
}

async function run(config: Config, log: ActionsLog, signal: AbortSignal): Promise<void> {
  const occasion = findOccasion(log);
  let published = false;
  const onPublished = (): void => {
    published = true;
  };
  let evidence: Evidence | null = null;
  try {
    await using _folder = await prepareFolder(config.out);
    if (config.publishing.mode === 'report') {
      const [{ reportStep }, { openOutlet }] = await Promise.all([
        import('./shell/report-step.ts'),
        import('./shell/outlet.ts'),
      ]);
      const reports = await reportStep(await openOutlet({ config, log, occasion }, signal), onPublished);
      log.end();
      return judgeReports(reports, config.strict);
    }
    const { benchStep } = await import('./shell/bench-step.ts');
    evidence = await openEvidence(config.out);
    const host = { log, signal, recordCreated: createRecord(), ...evidence.host };
    const { report, stopped } = await benchStep(config, occasion, host, evidence, onPublished);
    log.end();
    if (stopped === null) signal.throwIfAborted();
    judge(report, stopped, config.strict);
  } catch (error) {
    if (error instanceof ServerError) for (const line of error.detail) log.foreign(line);
    log.end();
    if (!(error instanceof UserError || error instanceof Interrupted) && error instanceof Error) {
      for (const line of (error.stack ?? error.message).split('\n')) log.info(line);
    }
    if (!published) {
      const { publishFailure } = await import('./shell/publish-failure.ts');
      await publishFailure({ config, log, occasion }, signal, error, evidence);
    }
    fail(explain(error), exitCodeOfError(error));
  }
}

function findOccasion(log: ActionsLog): Occasion | null {
  try {
    return readOccasion(process.env);
  } catch (error) {
    log.warn(explain(error));
    return null;
  }
}

/** A finding is not an exception: everything has been published when the step fails. */
function judge(report: Report, stopped: unknown, strict: boolean): void {
  const code = exitCodeOf(report, stopped, strict);
  if (code === 0) return;
  const failed = report.cells.filter((cell) => cell.state === 'failed');
  if (stopped !== null) fail(`the run was stopped after ${report.roundsDone} rounds: ${explain(stopped)}`, code);
  else if (failed[0])
    fail(`${failed.length} of ${report.cells.length} cells failed; ${failed[0].id}: ${failed[0].reason}`, code);
  else if (report.outcome === 'regression') fail(`${describeGate(report)}; the job summary says by how much`, code);
  else fail('the numbers cannot be trusted (strict: true); the job summary says why', code);
}

/**
 * A step that only publishes fails by its gate, and with `strict` by numbers that cannot be trusted: the jobs that
 * measured have told everything else. What a report says its outcome was does not stand in the gate's way.
 */
function judgeReports(reports: readonly Report[], strict: boolean): void {
  const broken = reports.find(({ gate }) => gate !== null && isBroken(gate));
  const doubtful = reports.find(({ outcome }) => outcome === 'untrustworthy');
  if (broken !== undefined) fail(`${describeGate(broken)} (report ${broken.id})`, EXIT.gate);
  else if (strict && doubtful !== undefined) {
    fail(`the numbers of report ${doubtful.id} cannot be trusted (strict: true)`, EXIT.untrustworthy);
  }
}

function describeGate({ gate }: Report): string {
  const rules = gate?.rules ?? [];
  const [first, ...others] = rules.filter(isBroken);
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `${1 + others.length} of ${rules.length} limits of the gate not kept: ${first?.rule ?? ''}${more}`;
}

function fail(sentence: string, code: number): void {
  core.setFailed(sentence.slice(0, 1000));
  process.exitCode = code;
}
