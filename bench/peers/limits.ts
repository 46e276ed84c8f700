import type { Metric, Score } from './contest.ts';
import type { CellDuty, PeakMemory } from './extremes.ts';
import { compare, type Ratio } from './ratio.ts';

/** What is wanted, what was measured, and whether that is enough. */
export interface Row {
  readonly what: string;
  readonly measured: Measured;
  readonly limit: number;
  /** Whether the limit is an upper one. */
  readonly atMost: boolean;
  readonly reached: boolean;
}

type Measured =
  | ({ readonly kind: 'ratio' } & Ratio)
  /** The runs were there, but with too few requests in them. */
  | { readonly kind: 'nothing'; readonly value: number }
  | { readonly kind: 'share'; readonly value: number; readonly cell: string }
  | { readonly kind: 'bytes'; readonly value: number };

interface Wanted {
  readonly what: string;
  readonly contest: string;
  readonly peer: string;
  readonly metric: Metric;
  readonly limit: number;
  readonly atMost: boolean;
}

const P50 = { metric: 'p50Ms', atMost: true } as const;
const CPU = { metric: 'cpuMs', limit: 1, atMost: true } as const;
const GRPC = 'wire gRPC unary p50';
const HTTP = 'wire HTTP/1.1 keep-alive p50';

const WANTED: readonly Wanted[] = [
  { what: `${HTTP}, small, over wrk's, same nginx`, contest: 'nginx.rest.ndarray.1', peer: 'wrk', limit: 1.1, ...P50 },
  {
    what: `${HTTP}, 690 kB, over wrk's, same nginx`,
    contest: 'nginx.rest.ndarray.100000',
    peer: 'wrk',
    limit: 1.1,
    ...P50,
  },
  {
    what: `${GRPC}, small, over h2load's, same nghttpd`,
    contest: 'nghttpd.grpc.tensor.1',
    peer: 'h2load',
    limit: 1.1,
    ...P50,
  },
  {
    what: `${GRPC}, 800 kB, over h2load's, same nghttpd`,
    contest: 'nghttpd.grpc.tensor.100000',
    peer: 'h2load',
    limit: 1.1,
    ...P50,
  },
  {
    what: `${GRPC}, 800 kB, over h2load's, same nghttpd with windows of 4 MiB`,
    contest: 'nghttpd-wide.grpc.tensor.100000',
    peer: 'h2load',
    limit: 1.1,
    ...P50,
  },
  {
    what: "small `ndarray` REST p50 over vegeta's, real wrapper",
    contest: 'wrapper.rest.ndarray.1',
    peer: 'vegeta',
    limit: 0.9,
    ...P50,
  },
  {
    what: "large `tensor` gRPC requests a second over ghz's, real wrapper",
    contest: 'wrapper.grpc.tensor.100000',
    peer: 'ghz',
    metric: 'perSecond',
    limit: 2,
    atMost: false,
  },
  {
    what: "large `tensor` gRPC p99 over ghz's, real wrapper",
    contest: 'wrapper.grpc.tensor.100000',
    peer: 'ghz',
    metric: 'p99Ms',
    limit: 0.5,
    atMost: true,
  },
  {
    what: "client CPU per request over vegeta's, small `ndarray` REST",
    contest: 'wrapper.rest.ndarray.1',
    peer: 'vegeta',
    ...CPU,
  },
  {
    what: "client CPU per request over ghz's, small `ndarray` gRPC",
    contest: 'wrapper.grpc.ndarray.1',
    peer: 'ghz',
    ...CPU,
  },
];

const MIN_DUTY = 0.98;
const MAX_MEMORY_BYTES = 300e6;

/** One row for each limit that something was measured for. */
export function judge(scores: readonly Score[], duty: readonly CellDuty[], memory: PeakMemory | null): Row[] {
  const rows: Row[] = [];
  for (const { what, contest, peer, metric, limit, atMost } of WANTED) {
    const ratio = compare(scores, contest, ['ours', peer], metric);
    if (ratio) rows.push(toRow(what, { kind: 'ratio', ...ratio }, limit, atMost));
    else if (scores.some((score) => score.contest === contest)) {
      rows.push(toRow(what, { kind: 'nothing', value: Number.NaN }, limit, atMost));
    }
  }
  const lowest = duty.toSorted((a, b) => a.duty - b.duty)[0];
  if (lowest) {
    const measured = { kind: 'share', value: lowest.duty, cell: lowest.cell } as const;
    rows.push(toRow(`duty at concurrency 1, lowest of ${duty.length} cells`, measured, MIN_DUTY, false));
  }
  if (memory) {
    const what = `memory of the load process at concurrency ${memory.concurrency}, large payloads`;
    rows.push(toRow(what, { kind: 'bytes', value: memory.peakRssBytes }, MAX_MEMORY_BYTES, true));
  }
  return rows;
}

function toRow(what: string, measured: Measured, limit: number, atMost: boolean): Row {
  const { value } = measured;
  return { what, measured, limit, atMost, reached: atMost ? value <= limit : value >= limit };
}
