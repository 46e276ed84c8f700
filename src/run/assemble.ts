import type { Analysis } from '../analysis/analyse.ts';
import { applyGate } from '../analysis/gate.ts';
import { isTrustworthy } from '../analysis/trust.ts';
import type { Config } from '../config.ts';
import { explain, Interrupted } from '../errors.ts';
import type { OwnPayload } from '../own-payload.ts';
import { describeArray } from '../payload/encode.ts';
import type { Payload } from '../payload/payloads.ts';
import { requestBytes } from '../payload/size.ts';
import type { Cell } from '../plan.ts';
import type {
  Arm,
  CellReport,
  CodecCost,
  Outcome,
  PathCost,
  Provenance,
  Report,
  ReportConfig,
  Warning,
} from '../report.ts';
import type { Target } from '../target/target.ts';
import { toolName, toolVersion } from '../tool.ts';
import { describeEnvironment } from './environment.ts';
import type { Measured } from './measure.ts';
import type { Pinning } from './pinning.ts';
import type { Rounds } from './rounds.ts';
import type { Timeline } from './timeline.ts';
import type { Verified } from './verify.ts';

export interface Findings {
  readonly config: Config;
  readonly targets: readonly [Target, ...Target[]];
  readonly fallback: { readonly wanted: string; readonly used: string; readonly why: string } | null;
  readonly provenance: Provenance;
  readonly timeline: Timeline;
  readonly planned: readonly Cell[];
  readonly skipped: ReadonlyMap<string, string>;
  readonly payloads: ReadonlyMap<string, Payload>;
  readonly verified: Verified;
  readonly paths: readonly PathCost[];
  /** By arm. */
  readonly floorAt: ReadonlyMap<string, NonNullable<Arm['floorAt']>>;
  readonly measured: Measured;
  readonly analysis: Analysis;
  readonly pinning: Pinning | null;
}

/** Puts everything that was found into the one contract. */
export function assembleReport(findings: Findings): Report {
  const { config, measured, analysis, timeline, targets } = findings;
  // Read before the whole time is, so that the stage that goes on does not end after the run.
  const stages = timeline.read();
  const report: Report = {
    schema: 1,
    id: config.reportId,
    tool: { name: toolName, version: toolVersion },
    startedAt: timeline.startedAt.toISOString(),
    durationMs: timeline.elapsedMs(),
    config: describeConfig(config, targets[0].arm),
    environment: describeEnvironment(measured.blocks, measured.peakRssBytes, findings.pinning),
    provenance: findings.provenance,
    timeline: stages,
    ...(timeline.readSteps().length > 0 && { steps: timeline.readSteps() }),
    insideBlocks: shareInsideBlocks(measured),
    roundsDone: measured.roundsDone,
    alpha: measured.alpha,
    stopping: measured.stopping,
    arms: targets.map((target, i) => describeArm(target, i, findings)),
    cells: findings.planned.map((cell) => describeCell(cell, findings)),
    floor: analysis.floor,
    ...(findings.paths.length > 0 && { paths: [...findings.paths] }),
    codec: describeCodec(findings),
    comparisons: analysis.comparisons,
    claims: analysis.claims,
    warnings: [...describeWarnings(findings), ...analysis.warnings],
    canary: analysis.canary,
    gate: null,
    history: null,
    outcome: decideOutcome(findings),
  };
  return applyGate(report, config.gate);
}

function describeConfig(config: Config, arm: Arm): ReportConfig {
  return {
    target: arm.target,
    methods: [...config.matrix.methods],
    transports: [...config.matrix.transports],
    encodings: [...config.matrix.encodings],
    batches: [...config.matrix.batches],
    concurrencies: [...config.matrix.concurrencies],
    rate: config.rate?.perSecond ?? null,
    arrivals: config.rate?.arrivals ?? 'constant',
    precision: config.precision,
    budgetMs: config.precision === null ? null : config.budgetMs,
    confirm: config.confirm,
    preset: config.preset,
    rounds: config.rounds,
    blockMs: config.blockMs,
    minRequests: config.minRequests,
    seed: config.seed,
    client: config.client,
    margin: config.margin,
    timeoutMs: config.timeoutMs,
    iterations: config.target.iterations,
    ...(config.payload !== null && { payload: describePayload(config.payload) }),
  };
}

function describePayload({ rowShape, isFloat, names, file }: OwnPayload): NonNullable<ReportConfig['payload']> {
  return { rowShape: [...rowShape], dtype: isFloat ? 'float64' : 'int64', names: names.length, file };
}

/** What the server does with REST connections is known only from its replies. */
function describeArm({ arm }: Target, index: number, { planned, verified, floorAt }: Findings): Arm {
  const replies = verified.replies[index];
  const rest = planned.find((cell) => cell.transport === 'rest' && replies?.has(cell.id));
  const reply = rest && replies?.get(rest.id)?.reply;
  const place = floorAt.get(arm.id);
  return {
    ...arm,
    connection: reply ? (reply.kept ? 'keep-alive' : 'close') : null,
    ...(place !== undefined && { floorAt: place }),
  };
}

function describeCell(cell: Cell, findings: Findings): CellReport {
  const { payloads, verified, measured, skipped, analysis } = findings;
  const failure = verified.failed.get(cell.id) ?? measured.failed.get(cell.id);
  const results = analysis.results.get(cell.id) ?? {};
  const isMeasured = Object.keys(results).length > 0;
  const reason = skipped.get(cell.id) ?? failure ?? (isMeasured ? undefined : 'the run ended before it was measured');
  const reply = verified.replies[0].get(cell.id)?.reply;
  const payload = payloads.get(cell.id);
  const { shape, dtype } = payload ?? describeArray(cell.encoding, cell.batch);
  return {
    ...cell,
    state: failure !== undefined ? 'failed' : isMeasured ? 'measured' : 'skipped',
    ...(reason === undefined ? {} : { reason: reason.slice(0, 2000) }),
    request: {
      bytes: payload?.bytes.length ?? requestBytes(cell),
      sha256: payload?.sha256 ?? null,
      shape: [...shape],
      dtype,
    },
    response: reply ? { bytes: reply.body.length } : null,
    results,
  };
}

function describeCodec({ planned, payloads, verified }: Findings): CodecCost[] {
  const distinct = new Map<string, CodecCost>();
  for (const { id, transport, encoding, batch } of planned) {
    const payload = payloads.get(id);
    const key = `${transport} ${encoding} ${batch}`;
    if (!payload || distinct.has(key)) continue;
    const decodeMs = verified.replies[0].get(id)?.decodeMs ?? null;
    distinct.set(key, { transport, encoding, batch, encodeMs: payload.encodeMs, decodeMs });
  }
  return [...distinct.values()];
}

function describeWarnings(findings: Findings): Warning[] {
  const { targets, fallback, measured, config } = findings;
  const warnings: Warning[] = [];
  if (targets.some((target) => target.arm.isSeldon === false)) warnings.push({ code: 'not-seldon' });
  const standIns = targets.filter(({ arm }) => arm.image?.tensorflow === 'stand-in').map(({ arm }) => arm.id);
  if (standIns.length > 0 && config.matrix.encodings.includes('tftensor')) {
    warnings.push({ code: 'tensorflow-stand-in', arms: standIns });
  }
  if (fallback) warnings.push({ code: 'fallback', ...fallback });
  const withoutPath = listWithoutPath(findings);
  if (withoutPath.length > 0) warnings.push({ code: 'floor-without-path', arms: withoutPath });
  if (measured.floorsEnded.length > 0) warnings.push({ code: 'floor-ended', cells: [...measured.floorsEnded] });
  if (measured.stopped !== null) {
    const why = explain(measured.stopped).slice(0, 2000);
    const { phase: during, roundsDone } = measured;
    warnings.push({ code: 'stopped-early', why, during, roundsDone, roundsPlanned: config.rounds });
  }
  return warnings;
}

/** Arms in a cluster whose floor is one of this machine alone: the way is counted as the server's. */
function listWithoutPath({ targets, floorAt, analysis }: Findings): string[] {
  const measured = new Set(analysis.floor.map(({ arm }) => arm));
  return targets
    .filter(({ arm }) => arm.kubernetes !== undefined && floorAt.get(arm.id) === 'loopback' && measured.has(arm.id))
    .map(({ arm }) => arm.id);
}

function shareInsideBlocks({ blocks, wallMs }: Rounds): number | null {
  if (wallMs === 0 || blocks.length === 0) return null;
  return blocks.filter(({ role }) => role !== 'floor').reduce((sum, block) => sum + block.wallMs, 0) / wallMs;
}

function decideOutcome({ verified, measured, analysis }: Findings): Outcome {
  if (measured.stopped instanceof Interrupted) return 'aborted';
  if (measured.stopped !== null || verified.failed.size > 0 || measured.failed.size > 0) return 'infra-error';
  return isTrustworthy(analysis) ? 'ok' : 'untrustworthy';
}
