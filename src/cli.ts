import { type Config, parseConfig } from './config.ts';
import { explain, Interrupted, ServerError, UserError } from './errors.ts';
import { helpText, parseCommand } from './shell/command.ts';
import { type Evidence, openEvidence } from './shell/evidence.ts';
import { exitCodeOf, exitCodeOfError } from './shell/exit-code.ts';
import { listenForInterruption } from './shell/interruption.ts';
import { prepareFolder, toJson, writeFiles } from './shell/output-folder.ts';
import { createTerminalLog, type TerminalLog } from './shell/terminal-log.ts';
import { toolVersion } from './tool.ts';

const command = parseCommand(process.argv.slice(2));
const log = createTerminalLog(process.stderr, { quiet: command.quiet });
try {
  process.exitCode = await run(log);
} catch (error) {
  process.exitCode = endWith(error);
}

async function run(log: TerminalLog): Promise<number> {
  if (command.show !== null) {
    process.stdout.write(command.show === 'help' ? helpText() : `${toolVersion}\n`);
    return 0;
  }
  const config = parseConfig(command.get, 'cli', command.problems);
  await using _folder = await prepareFolder(config.out);
  using interruption = listenForInterruption((signal) => {
    log.warn(`${signal}: stopping; whatever was measured is reported; once more to stop at once`);
  });
  const { bench } = await import('./bench.ts');
  const evidence = await openEvidence(config.out);
  const host = { log, signal: interruption.signal, recordCreated: () => () => {}, ...evidence.host };
  try {
    const { report, stopped } = await bench(config, host, {}, ({ report }) => publish(config, log, report));
    if (stopped !== null && !(stopped instanceof Interrupted)) fail(stopped);
    // The report may be whole, and still the caller wanted it to end.
    if (interruption.signal.aborted) return exitCodeOfError(interruption.signal.reason);
    return exitCodeOf(report, stopped, config.strict);
  } catch (error) {
    return endWith(error);
  } finally {
    await tellEvidence(evidence);
  }
}

async function tellEvidence(evidence: Evidence): Promise<void> {
  if ((await evidence.list()).length === 0) return;
  process.stderr.write(`what the cluster tells of it: ${evidence.host.evidenceFolder}\n`);
}

async function publish(config: Config, log: TerminalLog, report: import('./report.ts').Report): Promise<void> {
  log.stage('render');
  const json = toJson(report);
  const [{ renderFiles, renderPages }, { renderTerminal }, { NOT_POSTED }] = await Promise.all([
    import('./render/render.ts'),
    import('./render/terminal.ts'),
    import('./render/posting.ts'),
  ]);
  try {
    await writeFiles(config.out, { 'report.json': json });
    const files = { ...(await renderFiles(report)), ...renderPages([report], NOT_POSTED) };
    log.stage('publish');
    await writeFiles(config.out, files);
    log.info(`written to ${config.out}: report.json, ${Object.keys(files).join(', ')}`);
  } finally {
    // What was measured is shown even where there is no room for files.
    log.end();
    const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
    const width = process.stdout.columns || 100;
    process.stdout.write(command.json ? json : renderTerminal(report, { colour, width }));
  }
}

/** Tells what ended the run; its exit code. */
function endWith(error: unknown): number {
  log.end();
  fail(error);
  return exitCodeOfError(error);
}

/** A mistake of the caller's, or a server's end, is told in a sentence; anything else is ours and shows its stack. */
function fail(error: unknown): void {
  if (error instanceof ServerError) for (const line of error.detail) log.foreign(line);
  const text =
    error instanceof UserError || error instanceof Interrupted || !(error instanceof Error)
      ? explain(error)
      : (error.stack ?? error.message);
  log.error(text);
}
