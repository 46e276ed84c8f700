import { z } from 'zod';
import { ms, text } from './fields.ts';

/** What a report says beside its own numbers: limits that it was held to, and runs that it stands in a row with. */

/** Names the report where several stand side by side: in comments, artifacts and file names. */
export const reportId = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/);

export const claimId = z.enum([
  'grpc-faster',
  'grpc-ndarray-bad',
  'tftensor-best-large',
  'simple-best-small',
  'raw-faster',
]);

export const gateMetric = z.enum(['regression', 'claim', 'errors', 'p50', 'p90', 'p95', 'p99', 'throughput']);

/** `inconclusive`: the numbers do not tell on which side of the limit it lies. `not-measured`: there are none. */
const gateResult = z.enum(['passed', 'failed', 'inconclusive', 'not-measured']);

/** One rule held against one cell of one arm, or against a claim. */
export const gateCheck = z.strictObject({
  arm: z.string(),
  /** Null for a claim, which is about the whole matrix. */
  cell: z.string().nullable(),
  /** In the unit of the rule's limit; null where nothing was measured. */
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Which end of the interval was held against the limit to get this result; null where there was nothing to hold. */
  bound: z.enum(['low', 'high', 'value', 'verdict']).nullable(),
  result: gateResult,
});

export const gateRule = z.strictObject({
  /** As it was written. */
  rule: text,
  metric: gateMetric,
  claim: claimId.optional(),
  /** A pattern of cell ids; `*` is all of them. */
  scope: text,
  /** A share (regression, errors), milliseconds (p50 to p99) or requests a second (throughput); null for a claim. */
  limit: z.number().nullable(),
  /** The worst of the checks. `not-measured` fails the gate, too: a limit that nothing was held against is not kept. */
  result: gateResult,
  checks: z.array(gateCheck),
});

/** One earlier run of the same report, for a table of how the medians went. It decides nothing. */
const earlierRun = z.strictObject({
  runId: z.string().regex(/^[0-9]{1,20}$/),
  sha: z.string().regex(/^[0-9a-f]{7,64}$/),
  startedAt: z.iso.datetime(),
  /** The baseline arm's medians by cell id. */
  p50Ms: z.record(z.string().max(100), ms),
});

/** Earlier runs on the branch that the change is to be merged into, and why there are none. */
export const history = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('found'),
    branch: text,
    /** The newest first. */
    runs: z.array(earlierRun).min(1).max(5),
  }),
  /** Something differs that moves latencies by itself. */
  z.strictObject({
    status: z.literal('not-comparable'),
    branch: text,
    runId: z.string().regex(/^[0-9]{1,20}$/),
    differences: z.array(z.strictObject({ what: text, earlier: text, now: text })).min(1),
  }),
  z.strictObject({ status: z.literal('none'), branch: text.nullable(), why: text }),
  z.strictObject({ status: z.literal('unreadable'), branch: text.nullable(), why: text }),
]);

export const gate = z.strictObject({ rules: z.array(gateRule).max(50), result: gateResult });
