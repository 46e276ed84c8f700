import { z } from 'zod';
import { ENCODINGS, METHODS, TRANSPORTS } from './plan.ts';

/**
 * The one contract: measuring makes a report, rendering reads it. Types, checks of foreign files and the published
 * JSON Schema (report.schema.json) all come from here. Names end in their unit; numbers have full precision.
 */

const ms = z.number().nonnegative();
const count = z.int().nonnegative();
const share = z.number().min(0);
const text = z.string().max(2000);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const method = z.enum(METHODS);
export const transport = z.enum(TRANSPORTS);
export const encoding = z.enum(ENCODINGS);

export const verdict = z.enum(['faster', 'slower', 'equivalent', 'inconclusive', 'not-resolvable']);
const claimVerdict = z.enum(['holds', 'fails', 'inconclusive', 'not-resolvable']);
export const outcome = z.enum(['ok', 'regression', 'infra-error', 'untrustworthy', 'aborted']);

/** Centre and interval. `low` and `high` are null where there are too few rounds for an interval. */
export const estimate = z.strictObject({
  value: ms,
  low: ms.nullable(),
  high: ms.nullable(),
  confidence: z.number().min(0).max(1).nullable(),
});

export const blockFlag = z.enum(['steal', 'throttled', 'gc', 'busy-loop']);

/** One block, in the order in which the rounds were run. `position` counts the turns of its round from 0. */
const roundResult = z.strictObject({
  round: count,
  position: count,
  requests: count,
  errors: count,
  /** Arrivals that were not sent any more (open loop). */
  dropped: count,
  medianMs: ms.nullable(),
  meanMs: ms.nullable(),
  wallMs: ms,
  /**
   * Closed loop: sum of the latencies over the time of the block's connections, GC fences not counted. Open loop: the
   * share of the latencies that is not the client's own lateness.
   */
  duty: share,
  /** Time outside the clock given to minor collections between samples. */
  fenceMs: ms,
  /** Time that collections took inside the block, fences not counted. */
  gcMs: ms,
  flags: z.array(blockFlag),
});

export const cellResult = z.strictObject({
  requests: count,
  errors: count,
  duty: share,
  /** Requests a second while blocks ran. */
  throughput: z.number().nonnegative(),
  meanMs: ms,
  minMs: ms,
  maxMs: ms,
  /** Median over rounds of the block medians, interval from order statistics. */
  p50Ms: estimate,
  /** The same without the flagged blocks; null when none was flagged or none is left. */
  p50UnflaggedMs: estimate.nullable(),
  /** Pooled over rounds; null where n is too small to support it. Keys: p90, p95, p99. */
  percentilesMs: z.record(z.enum(['p90', 'p95', 'p99']), ms.nullable()),
  percentileIntervalsMs: z.record(z.enum(['p90', 'p95', 'p99']), z.strictObject({ low: ms, high: ms }).nullable()),
  /** Medians of the parts of a request; null where the client cannot see them. `connect` is 0 on a kept connection. */
  partsMs: z.strictObject({ connect: ms.nullable(), firstByte: ms.nullable() }),
  /** The floor's p50 over the cell's p50; null without calibration. */
  floorShare: share.nullable(),
  /** Open loop: arrivals that were not sent any more. */
  dropped: count,
  /** Closed loop: throughput times mean latency, which is the concurrency by Little's law; null in an open loop. */
  inFlight: z.number().nonnegative().nullable(),
  /** What the server's processes used while they served this cell; null where the target cannot say. */
  server: z
    .strictObject({
      /** Milliseconds of CPU time for one request. */
      cpuMsPerRequest: ms,
      /** The most resident memory after a block. */
      rssBytes: count.nullable(),
    })
    .nullable(),
  /** All latencies in nanoseconds: HdrHistogram V2, compressed, in base64. */
  histogram: z.string().max(400_000).nullable(),
  rounds: z.array(roundResult),
});

export const cell = z.strictObject({
  id: z.string().max(100),
  method,
  transport,
  encoding,
  batch: z.int().positive(),
  concurrency: z.int().positive(),
  state: z.enum(['measured', 'failed', 'skipped']),
  reason: text.optional(),
  request: z.strictObject({
    bytes: count,
    sha256: sha256.nullable(),
    shape: z.array(count),
    dtype: z.enum(['int64', 'float64']),
  }),
  response: z.strictObject({ bytes: count }).nullable(),
  results: z.record(z.string(), cellResult),
});

/** What the client and the kernel cost alone: this arm's and cell's bytes against the null server. */
export const floor = z.strictObject({
  arm: z.string(),
  cell: z.string(),
  transport,
  encoding,
  batch: z.int().positive(),
  requestBytes: count,
  responseBytes: count,
  requests: count,
  /** Median over rounds of the block medians. */
  p50Ms: ms,
  /** Mean of the middle half of the block medians: a median of two-peaked values jumps, so differences are of this. */
  midmeanMs: ms,
  p99Ms: ms.nullable(),
});

/** What encoding a request and decoding its reply cost this program, in a table of its own, never mixed in. */
const codecCost = z.strictObject({
  transport,
  encoding,
  batch: z.int().positive(),
  encodeMs: ms,
  decodeMs: ms.nullable(),
});

/** `b` against `a`: effect = time(b) / time(a) - 1, so `faster` means that b is faster than a. */
export const comparison = z.strictObject({
  id: z.string(),
  kind: z.enum(['transport', 'encoding', 'method', 'arm']),
  a: z.strictObject({ arm: z.string(), cell: z.string() }),
  b: z.strictObject({ arm: z.string(), cell: z.string() }),
  rounds: count,
  effect: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Sign-flip test of "no difference at all". */
  p: z.number().min(0).max(1),
  /** Holm-adjusted p of "the difference is within the margin", from the same t interval as low and high. */
  pMarginHolm: z.number().min(0).max(1).nullable(),
  /** Standard deviation over rounds of ln(b/a). */
  spread: z.number().nonnegative().nullable(),
  /** |difference of the medians| over |difference of the two floors|; null where it has no meaning. */
  resolution: z.number().nonnegative().nullable(),
  verdict,
  /** Only with `inconclusive`: the rounds that would settle it with 80 % power. */
  roundsNeeded: count.optional(),
  /**
   * Only for arms: a difference that seemed to lie beyond the margin was measured again in rounds of its own, from
   * which alone these numbers and the verdict come (Holm over all that were measured again). Where they do not say the
   * same as the first rounds, the verdict is `inconclusive`.
   */
  confirmation: z
    .strictObject({
      rounds: count,
      effect: z.number(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      holds: z.boolean(),
    })
    .optional(),
});

export const claim = z.strictObject({
  id: z.enum(['grpc-faster', 'grpc-ndarray-bad', 'tftensor-best-large', 'simple-best-small', 'raw-faster']),
  verdict: claimVerdict,
  /** Why the verdict is not plainly one of the first two. */
  reason: z.enum(['mixed', 'too-few-rounds', 'cells-missing', 'below-floor', 'one-batch']).optional(),
  caveat: z.enum(['raw-does-not-decode', 'gain-at-one-batch-only']).optional(),
  /** Geometric mean over the evidence's pairs, with the interval of its per-round means. */
  pooled: z.strictObject({ effect: z.number(), low: z.number().nullable(), high: z.number().nullable() }).nullable(),
  /** Comparisons by id, in the claim's own direction. Those that do not decide are told beside it. */
  evidence: z.array(
    z.strictObject({
      comparison: z.string(),
      says: z.enum(['supports', 'contradicts', 'unclear', 'excluded']),
      decides: z.boolean(),
    }),
  ),
});

export const warning = z.discriminatedUnion('code', [
  z.strictObject({ code: z.literal('not-seldon') }),
  z.strictObject({ code: z.literal('fallback'), wanted: text, used: text, why: text }),
  z.strictObject({ code: z.literal('low-duty'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('floor-share'), cells: z.array(z.string()), over: z.enum(['20%', '50%']) }),
  z.strictObject({ code: z.literal('noisy-canary'), effect: z.number() }),
  z.strictObject({ code: z.literal('flagged-blocks'), flag: blockFlag, blocks: count, of: count }),
  z.strictObject({ code: z.literal('few-rounds'), rounds: count }),
  /** Little's law is off by more than 2 %: the requests in flight are not what the concurrency says. */
  z.strictObject({ code: z.literal('little'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('dropped'), cells: z.array(z.string()), dropped: count, arrivals: count }),
  z.strictObject({ code: z.literal('failed-requests'), cells: z.array(z.string()), errors: count, requests: count }),
  z.strictObject({ code: z.literal('failed-cells'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('skipped-cells'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('stopped-early'), why: text, roundsDone: count, roundsPlanned: count }),
]);

/** One variant of the server under test. */
export const arm = z.strictObject({
  id: z.string().max(64),
  target: z.enum(['process', 'reference', 'url']),
  /** Whether real Seldon code answered. `unknown` for endpoints that somebody else runs. */
  isSeldon: z.union([z.boolean(), z.literal('unknown')]),
  seldonVersion: text.optional(),
  python: z.strictObject({ version: text, packages: z.record(z.string(), text) }).optional(),
  /** Own model folder, and the class in it; absent for the benchmarked models of this project. */
  model: text.optional(),
  /** Python packages that differ from the version's own, as `name==version`. */
  packages: z.array(text).optional(),
  /** What shapes the server: environment variables (workers, threads), the reference server's delay. */
  settings: z.record(z.string(), text),
  connection: z.enum(['close', 'keep-alive']).nullable(),
  address: text.optional(),
});

export const environment = z.strictObject({
  cpu: z.strictObject({ model: text, cores: z.int().positive() }),
  memoryBytes: count,
  kernel: text,
  platform: text,
  arch: text,
  node: text,
  virtualised: z.boolean().nullable(),
  /** How the load process was kept from the server's cores; null where it was left to the kernel. */
  pinning: z.strictObject({ load: text, server: text }).nullable(),
  loadFlags: z.array(text),
  /** Share of CPU time that the host took away while measuring; null where the system does not show it. */
  stealPercent: z.number().min(0).max(100).nullable(),
  throttledMs: ms.nullable(),
  loadPeakRssBytes: count.nullable(),
});

/** Where in version control and CI the run belongs; absent on a machine that tells nothing of it. */
export const provenance = z.strictObject({
  repository: text.optional(),
  sha: text.optional(),
  ref: text.optional(),
  event: text.optional(),
  runId: text.optional(),
  runAttempt: text.optional(),
  runUrl: text.optional(),
});

export const config = z.strictObject({
  target: z.enum(['process', 'reference', 'url']),
  methods: z.array(method),
  transports: z.array(transport),
  encodings: z.array(encoding),
  batches: z.array(z.int().positive()),
  concurrencies: z.array(z.int().positive()),
  /** Open loop: arrivals a second; null for a closed loop. */
  rate: z.number().positive().nullable(),
  arrivals: z.enum(['constant', 'poisson']),
  /** Rounds were added until intervals were this narrow (half-width as a share); null for a fixed number of rounds. */
  precision: z.number().positive().nullable(),
  budgetMs: ms.nullable(),
  /** Whether alarms between arms are measured again before they are given. */
  confirm: z.boolean(),
  preset: z.enum(['quick', 'standard', 'thorough', 'custom']),
  rounds: z.int().positive(),
  blockMs: ms,
  minRequests: z.int().positive(),
  seed: count,
  client: z.enum(['wire', 'library']),
  margin: z.number().positive(),
  timeoutMs: ms,
  iterations: count,
});

const stageTime = z.strictObject({ stage: z.string(), startMs: ms, durationMs: ms });

export const report = z.strictObject({
  schema: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  startedAt: z.iso.datetime(),
  durationMs: ms,
  config,
  environment,
  provenance,
  timeline: z.array(stageTime),
  /** Share of the measuring phase's wall time that was spent inside blocks. */
  insideBlocks: share.nullable(),
  roundsDone: count,
  /** Verdicts are judged at this level, and the intervals of differences have the confidence 1 - alpha. */
  alpha: z.number().gt(0).lt(1),
  /** How rounds were added until the intervals were narrow enough; null for a fixed number of rounds. */
  stopping: z
    .strictObject({
      /** One entry for each time that the widths were looked at; `alpha` is what that look spends of .05. */
      looks: z.array(z.strictObject({ rounds: count, alpha: z.number(), tooWide: count })),
      ended: z.enum(['precise', 'budget', 'rounds']),
    })
    .nullable(),
  arms: z.array(arm).min(1),
  cells: z.array(cell),
  floor: z.array(floor),
  codec: z.array(codecCost),
  comparisons: z.array(comparison),
  claims: z.array(claim),
  warnings: z.array(warning),
  canary: z
    .strictObject({
      cell: z.string(),
      rounds: count,
      effect: z.number(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      p: z.number().min(0).max(1),
      verdict,
      noisy: z.boolean(),
    })
    .nullable(),
  outcome,
});

export type Report = z.infer<typeof report>;
export type Arm = z.infer<typeof arm>;
export type CellReport = z.infer<typeof cell>;
export type CellResult = z.infer<typeof cellResult>;
export type RoundResult = z.infer<typeof roundResult>;
export type BlockFlag = z.infer<typeof blockFlag>;
export type Estimate = z.infer<typeof estimate>;
export type Floor = z.infer<typeof floor>;
export type CodecCost = z.infer<typeof codecCost>;
export type Comparison = z.infer<typeof comparison>;
export type Verdict = z.infer<typeof verdict>;
export type Claim = z.infer<typeof claim>;
export type ClaimId = Claim['id'];
export type Warning = z.infer<typeof warning>;
export type Environment = z.infer<typeof environment>;
export type Provenance = z.infer<typeof provenance>;
export type Outcome = z.infer<typeof outcome>;
export type Canary = NonNullable<Report['canary']>;
export type Stopping = Report['stopping'];
export type ReportConfig = Report['config'];

/** Reports are read from artifacts that anyone may have written: size first, then the schema. */
const MAX_REPORT_BYTES = 32 * 1024 * 1024;

/** Parses untrusted JSON. Throws an Error that names the first places where it is not a report. */
export function parseReport(json: string): Report {
  if (json.length > MAX_REPORT_BYTES) throw new Error(`expected a report of at most ${MAX_REPORT_BYTES} bytes`);
  const result = report.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  const places = result.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'report'}: ${issue.message}`);
  throw new Error(`expected a report of schema 1; ${places.join('; ')}`);
}
