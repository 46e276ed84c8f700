import { analyse } from './analysis/analyse.ts';
import type { Config } from './config.ts';
import { UserError } from './errors.ts';
import { type Loader, startLoader } from './load/loader.ts';
import { encodePayloads, type Payload } from './payload/payloads.ts';
import { requestBytes } from './payload/size.ts';
import { type Cell, planCells } from './plan.ts';
import type { Provenance, Report } from './report.ts';
import { assembleReport } from './run/assemble.ts';
import { calibrate, warmServer } from './run/calibrate.ts';
import { findUnsendable } from './run/limits.ts';
import { measure } from './run/measure.ts';
import { keepServersTogether, pinLoad } from './run/pinning.ts';
import { prepareCells } from './run/prepare.ts';
import { startTimeline } from './run/timeline.ts';
import { verify } from './run/verify.ts';
import { provision } from './target/choose.ts';
import type { ShellHost } from './target/target.ts';

export interface Result {
  readonly report: Report;
  /** What ended the measuring early: an interruption or a lost server; null where all rounds were run. */
  readonly stopped: unknown;
}

/**
 * The pipeline. Rejects where nothing could be measured; a run that was stopped half-way still gives the report of what
 * was measured. `publish` is called with it before anything is taken back, so that nothing can come between.
 */
export async function bench(
  config: Config,
  shell: ShellHost,
  provenance: Provenance,
  publish: (result: Result) => Promise<void>,
): Promise<Result> {
  const timeline = startTimeline(shell.log);
  const host = { ...shell, time: timeline.time };

  timeline.enter('plan');
  const planned = planCells(config.matrix);

  timeline.enter('provision');
  const pinning = await keepServersTogether();
  await using provisioned = await provision(config.target, config.arms, config.matrix.methods, host);
  const { targets } = provisioned;
  await using loader = await startLoader();
  const pinned = await pinLoad(loader.pid, pinning);
  host.signal.throwIfAborted();

  timeline.enter('encode');
  // What is not ours has no arithmetic: it is encoded to know its size.
  const own = config.payload === null ? null : encodePayloads(planned, config.payload);
  const sizeOf = (cell: Cell): number => own?.get(cell.id)?.bytes.length ?? requestBytes(cell);
  const skipped = findUnsendable(planned, targets, sizeOf);
  for (const [cell, why] of skipped) host.log.warn(`${cell} is skipped: ${why}`);
  const sendable = planned.filter((cell) => !skipped.has(cell.id));
  if (sendable.length === 0) throw new UserError(`no cell is left to measure: ${[...skipped.values()][0]}`);
  const payloads = own ?? encodePayloads(sendable);
  await sendPayloads(sendable, payloads, loader);

  timeline.enter('verify');
  const options = { client: config.client, timeoutMs: config.timeoutMs, signal: host.signal, log: host.log };
  const verified = await verify(sendable, payloads, targets, loader, { ...options, own: config.payload });
  const cells = sendable.filter((cell) => !verified.failed.has(cell.id));

  timeline.enter('calibrate');
  await using calibration = await calibrate(cells, payloads, verified, targets, loader, options);
  const canary = cells[0]?.id ?? null;
  await prepareCells(cells, canary, payloads, targets, loader, config.client);
  await warmServer(cells, targets, loader, options);

  timeline.enter('measure');
  const measured = await measure(config, cells, canary, targets, loader, host);

  timeline.enter('summarise');
  const analysis = analyse({
    cells: planned,
    failed: new Map([...verified.failed, ...measured.failed]),
    skipped,
    blocks: measured.blocks,
    arms: targets.map((target) => target.arm),
    floorAt: calibration.floorAt,
    requestBytes: new Map([...payloads].map(([id, payload]) => [id, payload.bytes.length])),
    responseBytes: verified.replies.map(
      (replies) => new Map([...replies].map(([id, { reply }]) => [id, reply.body.length])),
    ),
    margin: config.margin,
    alpha: measured.alpha,
    seed: config.seed,
  });
  const report = assembleReport({
    config,
    targets,
    fallback: provisioned.fallback,
    provenance,
    timeline,
    planned,
    skipped,
    payloads,
    verified,
    paths: calibration.paths,
    floorAt: calibration.floorAt,
    measured,
    analysis,
    pinning: pinned,
  });
  const result = { report, stopped: measured.stopped };
  await publish(result);
  return result;
}

async function sendPayloads(
  cells: readonly Cell[],
  payloads: ReadonlyMap<string, Payload>,
  loader: Loader,
): Promise<void> {
  for (const payload of new Set(cells.map(({ id }) => payloads.get(id) as Payload)))
    await loader.hold(payload.sha256, payload.bytes);
}
