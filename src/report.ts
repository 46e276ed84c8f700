import { z } from 'zod';
import { explain } from './errors.ts';
import { blockFlag, cell, type cellResult, codecCost, type estimate, floor, type roundResult } from './report/cells.ts';
import { arm, config, environment, pathCost, provenance, stageTime, stepTime } from './report/circumstances.ts';
import { count, ms, share, text } from './report/fields.ts';
import { listProblems } from './report/problems.ts';
import { claimId, gate, type gateCheck, type gateRule, history, reportId } from './report/publication.ts';

/**
 * The one contract: measuring makes a report, rendering reads it. Types, checks of foreign files and the published
 * JSON Schema (report.schema.json) all come from here. Names end in their unit; numbers have full precision.
 */

export const verdict = z.enum(['faster', 'slower', 'equivalent', 'inconclusive', 'not-resolvable']);
const claimVerdict = z.enum(['holds', 'fails', 'inconclusive', 'not-resolvable']);
export const outcome = z.enum(['ok', 'regression', 'infra-error', 'untrustworthy', 'aborted']);

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
  id: claimId,
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
  /** A stand-in served `tftensor` in these arms' images. */
  z.strictObject({ code: z.literal('tensorflow-stand-in'), arms: z.array(z.string()) }),
  /** The floor of these arms, which are in a cluster, is one of this machine's loopback: the way is not part of it. */
  z.strictObject({ code: z.literal('floor-without-path'), arms: z.array(z.string()) }),
  /** The null server failed, in one arm or all: from then on there is no floor. */
  z.strictObject({ code: z.literal('floor-ended'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('fallback'), wanted: text, used: text, why: text }),
  z.strictObject({ code: z.literal('low-duty'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('floor-share'), cells: z.array(z.string()), over: z.enum(['20%', '50%']) }),
  /** The server's own CPU limit held it back for more than 5 % of the blocks' time. */
  z.strictObject({ code: z.literal('server-throttled'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('noisy-canary'), effect: z.number() }),
  z.strictObject({ code: z.literal('flagged-blocks'), flag: blockFlag, blocks: count, of: count }),
  z.strictObject({ code: z.literal('few-rounds'), rounds: count }),
  /** Little's law is off by more than 2 %: the requests in flight are not what the concurrency says. */
  z.strictObject({ code: z.literal('little'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('dropped'), cells: z.array(z.string()), dropped: count, arrivals: count }),
  z.strictObject({ code: z.literal('failed-requests'), cells: z.array(z.string()), errors: count, requests: count }),
  z.strictObject({ code: z.literal('failed-cells'), cells: z.array(z.string()) }),
  z.strictObject({ code: z.literal('skipped-cells'), cells: z.array(z.string()) }),
  z.strictObject({
    code: z.literal('stopped-early'),
    why: text,
    /** Which rounds were being run: those that were asked for, more of them, or those that confirm differences. */
    during: z.enum(['planned', 'narrowing', 'confirming']),
    roundsDone: count,
    roundsPlanned: count,
  }),
]);

export const report = z.strictObject({
  schema: z.literal(1),
  id: reportId,
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  startedAt: z.iso.datetime(),
  durationMs: ms,
  config,
  environment,
  provenance,
  timeline: z.array(stageTime).max(200),
  /** Of stage provision; absent where nothing but starting programs had to be done. */
  steps: z.array(stepTime).max(500).optional(),
  /** Share of the measuring phase's wall time that was spent inside blocks. */
  insideBlocks: share.nullable(),
  roundsDone: count,
  /**
   * Verdicts are judged at this level, and the intervals of differences have the confidence 1 - alpha. Only
   * confirmations are at .05: they are rounds of their own, looked at once.
   */
  alpha: z.number().gt(0).lt(1),
  /** How rounds were added until the intervals were narrow enough; null for a fixed number of rounds. */
  stopping: z
    .strictObject({
      /** One entry for each time that the widths were looked at; `alpha` is what that look spends of .05. */
      looks: z.array(z.strictObject({ rounds: count, alpha: z.number(), tooWide: count })),
      ended: z.enum(['precise', 'budget', 'rounds', 'stopped']),
    })
    .nullable(),
  arms: z.array(arm).min(1).max(64),
  cells: z.array(cell).max(5000),
  floor: z.array(floor).max(20_000),
  /** What the way to servers in a cluster costs; absent where there is no such way. */
  paths: z.array(pathCost).max(20_000).optional(),
  codec: z.array(codecCost).max(5000),
  comparisons: z.array(comparison).max(20_000),
  claims: z.array(claim).max(20),
  warnings: z.array(warning).max(200),
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
  /** The limits that the run was held to; null where it was held to none. */
  gate: gate.nullable(),
  /** Earlier runs on the base branch; null where nobody asked for them. */
  history: history.nullable(),
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
export type PathCost = z.infer<typeof pathCost>;
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
export type Gate = z.infer<typeof gate>;
export type GateRule = z.infer<typeof gateRule>;
export type GateCheck = z.infer<typeof gateCheck>;
export type History = z.infer<typeof history>;

/** An arm's result in a cell; null where there is none. Ids are foreign text: `constructor` must not find anything. */
export function resultOf({ results }: CellReport, arm: string): CellResult | null {
  return Object.hasOwn(results, arm) ? (results[arm] ?? null) : null;
}

/** Reports are read from artifacts that anyone may have written: size first, then the schema. */
export const MAX_REPORT_BYTES = 32 * 1024 * 1024;

const MOST_PROBLEMS = 5;

/** Parses untrusted JSON. Throws an Error that names the first places where it is not a report. */
export function parseReport(json: string): Report {
  if (json.length > MAX_REPORT_BYTES) throw new Error(`expected a report of at most ${MAX_REPORT_BYTES} bytes`);
  const value = parseJson(json);
  const problems: string[] = [];
  for (const problem of listProblems(report, value)) {
    if (problems.push(problem) === MOST_PROBLEMS) break;
  }
  if (problems.length === 0) {
    const result = report.safeParse(value);
    if (result.success) return result.data;
    // What is left are lists of the wrong length.
    problems.push(
      ...result.error.issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => `${path.join('.')}: ${message}`),
    );
  }
  throw new Error(`expected a report of schema 1; ${problems.join('; ')}`);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // The message quotes the text.
    throw new Error(
      `expected a report; ${explain(error)
        .replace(/\p{C}+/gu, ' ')
        .slice(0, 200)}`,
    );
  }
}
