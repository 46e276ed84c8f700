import type { Block } from '../block.ts';
import type { CellResult, Estimate, RoundResult } from '../report.ts';
import { medianInterval } from '../stats/order-interval.ts';
import { median } from '../stats/quantile.ts';
import type { Random } from '../stats/random.ts';
import { encodeHistogram } from './histogram.ts';
import { dutyOf, ratio, runningTimeMs, sum, summariseBlock } from './rounds.ts';
import { estimateTailIntervals, summariseTail } from './tails.ts';

/**
 * Sums up the blocks of one cell of one arm. Null where not one request was counted. `floorP50Ms` is the cell's floor,
 * null without calibration; the median's interval has the confidence 1 - alpha; `random` draws the bootstrap.
 */
export function summariseCell(
  blocks: readonly Block[],
  floorP50Ms: number | null,
  alpha: number,
  random: Random,
): CellResult | null {
  const ordered = blocks.toSorted((x, y) => x.round - y.round);
  const samples = ordered.map((block) => block.latencyMs).filter(({ length }) => length > 0);
  const rounds = ordered.map(summariseBlock);
  const p50Ms = estimateMedian(rounds, alpha);
  if (p50Ms === null) return null;
  const requests = sum(rounds.map((round) => round.requests));
  const latencySumMs = sum(samples.map(sum));
  return {
    requests,
    errors: sum(rounds.map((round) => round.errors)),
    duty: dutyOf(ordered),
    throughput: ratio(requests, sum(ordered.map(runningTimeMs)) / 1000),
    meanMs: latencySumMs / requests,
    ...summariseTail(samples),
    p50Ms,
    p50UnflaggedMs: estimateUnflagged(rounds, alpha),
    percentileIntervalsMs: estimateTailIntervals(samples, random),
    partsMs: {
      connect: medianOfMedians(ordered.map((block) => block.connectMs)),
      firstByte: medianOfMedians(ordered.map((block) => block.firstByteMs)),
    },
    floorShare: floorP50Ms === null || p50Ms.value === 0 ? null : floorP50Ms / p50Ms.value,
    dropped: sum(rounds.map(({ dropped }) => dropped)),
    inFlight: meanInFlight(ordered),
    server: summariseServer(ordered),
    histogram: encodeHistogram(samples),
    rounds,
  };
}

function meanInFlight(blocks: readonly Block[]): number | null {
  const known = blocks.flatMap(({ inFlight }) => inFlight ?? []);
  return known.length === 0 ? null : sum(known) / known.length;
}

/** CPU time over all requests that it served, the warm-ups included, as they cost the same. */
function summariseServer(blocks: readonly Block[]): CellResult['server'] {
  const known = blocks.filter(({ serverCpuMs }) => serverCpuMs !== null);
  const requests = sum(known.map(({ serverRequests }) => serverRequests));
  if (requests === 0) return null;
  const memory = known.flatMap(({ serverRssBytes }) => serverRssBytes ?? []);
  const limited = blocks.filter(({ serverThrottledMs }) => serverThrottledMs !== null);
  const wallMs = sum(limited.map(({ wallMs }) => wallMs));
  return {
    cpuMsPerRequest: sum(known.map(({ serverCpuMs }) => serverCpuMs ?? 0)) / requests,
    rssBytes: memory.length > 0 ? Math.max(...memory) : null,
    ...(wallMs > 0 && {
      throttledShare: ratio(sum(limited.map(({ serverThrottledMs }) => serverThrottledMs ?? 0)), wallMs),
    }),
  };
}

/** Centre: median over rounds of the block medians. Interval: their order statistics. Null without any median. */
function estimateMedian(rounds: readonly RoundResult[], alpha: number): Estimate | null {
  const medians = rounds.flatMap(({ medianMs }) => (medianMs === null ? [] : [medianMs]));
  if (medians.length === 0) return null;
  const interval = medianInterval(medians, alpha);
  return {
    value: median(medians),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    confidence: interval?.confidence ?? null,
  };
}

function estimateUnflagged(rounds: readonly RoundResult[], alpha: number): Estimate | null {
  const unflagged = rounds.filter(({ flags }) => flags.length === 0);
  return unflagged.length === rounds.length ? null : estimateMedian(unflagged, alpha);
}

function medianOfMedians(parts: readonly (Float64Array | null)[]): number | null {
  const medians = parts.flatMap((part) => (part === null || part.length === 0 ? [] : [median(part)]));
  return medians.length === 0 ? null : median(medians);
}
