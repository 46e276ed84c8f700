import type { Report } from '../../src/report.ts';
import { startServerProcess } from '../../src/server/spawn.ts';
import type { ModelPorts } from '../../src/server/spec.ts';
import { type Fault, FINE, LOST, type Observed } from './fault.ts';
import { startProxy, type Trouble } from './proxy.ts';
import { observe } from './run.ts';

/** Few rounds, for runs that come to their end. */
const SHORT = { rounds: '6', timeout: '30s' };
const PIECE_MS = 5;
const LATE_MS = 100;

/** A server whose replies go astray on their way, from the second round on or from the start. */
export const NETWORK_FAULTS: readonly Fault[] = [
  once('connections reset', 'every reply is answered by a reset', 'reset', { ...LOST, says: /ECONNRESET/ }),
  once('garbage', 'bytes that are no reply come in its place', 'garbage', {
    ...LOST,
    says: /expected an HTTP\/1\.1 status line/,
  }),
  once('cut replies', 'the connection ends in the middle of each reply', 'cut', {
    ...LOST,
    says: /closed the connection in the middle of a reply/,
  }),
  once('stalled', 'no byte comes back, and connections stay open', 'stall', { ...LOST, says: /within 500 ms/ }),
  once(
    'slower than the time-out',
    'each reply comes in eight pieces, 200 ms apart, and 500 ms are allowed',
    { piecesEveryMs: 200 },
    { ...LOST, says: /within 500 ms/ },
  ),
  {
    name: 'slow drip',
    what: `each reply comes in eight pieces, ${PIECE_MS} ms apart`,
    expected: { ...FINE, also: (report) => findBelow(report, 7 * PIECE_MS, 'minMs') },
    run: (folder) => runBehind(folder, { always: () => ({ piecesEveryMs: PIECE_MS }), options: SHORT }),
  },
  {
    name: 'a reply held back',
    what: `over gRPC each connection's sixth reply is late by ${LATE_MS} ms or more: that has to be in the figures`,
    expected: { ...FINE, also: (report) => findBelow(report, LATE_MS, 'maxMs', 'grpc') },
    run: (folder) => runBehind(folder, { grpcOnly: true, always: holdSixth, options: SHORT }),
  },
  {
    name: 'resets now and then',
    what: "over gRPC each connection's eighth reply is a reset; `--strict`",
    expected: { code: 4, outcomes: ['untrustworthy'], says: /failed-requests/, whole: true },
    run: (folder) =>
      runBehind(folder, {
        grpcOnly: true,
        always: resetEighth,
        options: { ...SHORT, strict: '' },
      }),
  },
];

function resetEighth(request: number): Trouble {
  // The server greets before the first request.
  return request > 0 && request % 8 === 0 ? 'reset' : 'none';
}

function holdSixth(request: number): Trouble {
  return request === 6 ? { lateMs: LATE_MS } : 'none';
}

function once(name: string, what: string, trouble: Trouble, expected: Fault['expected']): Fault {
  return { name, what: `after a round ${what}`, expected, run: (folder) => runBehind(folder, { later: trouble }) };
}

interface Behind {
  readonly always?: (request: number) => Trouble;
  /** From the second round on. */
  readonly later?: Trouble;
  readonly grpcOnly?: boolean;
  readonly options?: Readonly<Record<string, string>>;
}

/** Measures the embedded server behind a proxy over each transport. */
async function runBehind(folder: string, { always, later, grpcOnly, options }: Behind): Promise<Observed> {
  const { signal } = new AbortController();
  const spec = { kind: 'reference', models: ['predict'], connection: 'close', image: 'chaos:1', delayMs: 0 } as const;
  await using server = await startServerProcess(spec, signal);
  const { restPort, grpcPort } = server.ports.predict as ModelPorts;
  await using rest = await startProxy('rest', restPort);
  await using grpc = await startProxy('grpc', grpcPort);
  if (always) {
    grpc.trouble = always;
    if (!grpcOnly) rest.trouble = always;
  }
  const target = {
    target: 'url',
    'rest-url': `http://127.0.0.1:${rest.port}`,
    'grpc-address': `127.0.0.1:${grpc.port}`,
  };
  const observed = await observe(folder, {
    options: { ...target, ...options },
    async disturb(running) {
      if (later === undefined) return;
      await running.until(/round 1 of/);
      for (const proxy of [rest, grpc]) proxy.trouble = () => later;
    },
  });
  return { ...observed, requests: { rest: rest.requests(), grpc: grpc.requests() } };
}

/** Pauses can only add to a latency. */
function findBelow(report: Report, leastMs: number, figure: 'minMs' | 'maxMs', transport?: string): string | null {
  for (const cell of report.cells) {
    if (transport !== undefined && cell.transport !== transport) continue;
    const found = cell.results.base?.[figure] ?? 0;
    // A timer may be early by a millisecond for each pause.
    if (found < leastMs * 0.8) return `${cell.id}: expected a latency of at least ${leastMs} ms, found ${found}`;
  }
  return null;
}
