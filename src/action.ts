import * as core from '@actions/core';
import { parseConfig } from './config.ts';
import { explain, Interrupted, ServerError, UserError } from './errors.ts';
import { createActionsLog } from './github/actions-log.ts';
import { createRecord, readRecord } from './github/created.ts';
import { writeJobSummary } from './github/job-summary.ts';
import { writeOutputs } from './github/outputs.ts';
import type { Report } from './report.ts';
import { exitCodeOf, exitCodeOfError } from './shell/exit-code.ts';
import { listenForInterruption } from './shell/interruption.ts';
import { prepareFolder, writeFiles } from './shell/output-folder.ts';

/** The main step. Never rejects: a failure is one readable sentence and an exit code. */
export async function runAction(): Promise<void> {
  core.saveState('isPost', 'true');
  const log = createActionsLog();
  let published = false;
  try {
    const config = parseConfig((name) => core.getInput(name), 'action');
    await using _folder = await prepareFolder(config.out);
    using interruption = listenForInterruption((signal) =>
      log.info(`${signal}: stopping, and writing what was measured`),
    );
    const host = { log, signal: interruption.signal, recordCreated: createRecord() };
    const [{ bench }, { readProvenance }] = await Promise.all([import('./bench.ts'), import('./github/provenance.ts')]);
    const { report, stopped } = await bench(config, host, readProvenance(), async ({ report }) => {
      log.stage('render');
      await publish(report, config.out);
      published = true;
    });
    log.end();
    if (stopped === null) interruption.signal.throwIfAborted();
    judge(report, stopped, config.strict);
  } catch (error) {
    if (error instanceof ServerError) for (const line of error.detail) log.foreign(line);
    log.end();
    if (!(error instanceof UserError || error instanceof Interrupted) && error instanceof Error) {
      core.info(error.stack ?? error.message);
    }
    if (!published) {
      await writeJobSummary(["### Seldon payload benchmark: no report\n\nThe step's log tells the reason.\n"]);
    }
    fail(explain(error), exitCodeOfError(error));
  }
}

/** The post step: ends what the main step made and could not take back. Never fails the job. */
export async function cleanUp(): Promise<void> {
  const { endRecorded } = await import('./target/release.ts');
  for (const thing of readRecord()) {
    try {
      await endRecorded(thing);
      core.info(`taken back: ${thing.kind}`);
    } catch (error) {
      core.warning(`what the benchmark made could not be taken back (${thing.kind}): ${explain(error)}`);
    }
  }
}

async function publish(report: Report, folder: string): Promise<void> {
  await writeFiles(folder, { 'report.json': `${JSON.stringify(report, null, 1)}\n` });
  const [{ renderAll }, { listFastest }] = await Promise.all([
    import('./render/render.ts'),
    import('./render/fastest.ts'),
  ]);
  const files = renderAll(report);
  await writeFiles(folder, { ...files });
  await writeJobSummary([files['summary.md'], files['comment.md']]);
  const { batches } = report.config;
  writeOutputs(report, folder, {
    small: listFastest(report, Math.min(...batches)),
    large: listFastest(report, Math.max(...batches)),
  });
}

/** A finding is not an exception: everything has been published when the step fails. */
function judge(report: Report, stopped: unknown, strict: boolean): void {
  const code = exitCodeOf(report, stopped, strict);
  if (code === 0) return;
  const failed = report.cells.filter((cell) => cell.state === 'failed');
  if (stopped !== null) fail(`the run was stopped after ${report.roundsDone} rounds: ${explain(stopped)}`, code);
  else if (failed[0])
    fail(`${failed.length} of ${report.cells.length} cells failed; ${failed[0].id}: ${failed[0].reason}`, code);
  else fail('the numbers cannot be trusted (strict: true); the job summary says why', code);
}

function fail(sentence: string, code: number): void {
  core.setFailed(sentence.slice(0, 1000));
  process.exitCode = code;
}
