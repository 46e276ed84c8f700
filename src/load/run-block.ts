import type { BlockOrder, BlockOutcome } from './block-order.ts';
import { runClosedLoop } from './closed-loop.ts';
import { type Connection, createConnection } from './connection.ts';
import type { Exchange } from './exchange.ts';
import type { Fence } from './fence.ts';
import { runOpenLoop } from './open-loop.ts';
import { Samples } from './samples.ts';

/** A request this quick is warmed up with several: they cost little, and a new connection's first ones are slow. */
const QUICK_MS = 5;
const QUICK_WARM_UPS = 3;

/**
 * Runs one block on connections of its own, which `open` makes and which are dropped after it. Connections to one
 * server differ for as long as they live (their windows grow differently): with new ones, rounds average over
 * connections, and the interval knows. The first requests are a warm-up and are not counted; those in flight at the
 * block's end are always finished and counted. Never rejects: what fails is counted.
 */
export async function runBlock(open: () => Exchange, order: BlockOrder, fence: Fence): Promise<BlockOutcome> {
  using stack = new DisposableStack();
  const connections = Array.from({ length: order.concurrency }, () =>
    stack.use(createConnection(open(), order.timeoutMs)),
  );
  const warmUps = await Promise.all(connections.map(warmUp));
  const failures = warmUps.flatMap((warm) => warm.failures);
  const sentBefore = warmUps.reduce((sum, { sent }) => sum + sent, 0);
  const first = connections[0] as Connection;
  if (warmUps.some(({ done }) => !done)) return describeDead(order, failures, sentBefore);

  const samples = new Samples(expectRequests(order, first.timing.end - first.timing.start));
  const loop =
    order.rate === null
      ? await runClosedLoop(connections, order, samples, fence)
      : await runOpenLoop(connections, { ...order, rate: order.rate }, samples, fence);
  return {
    ...loop,
    ...samples.take(),
    errors: loop.errors + failures.length,
    error: failures[0] ?? loop.error,
    reply: warmUps[0]?.reply ?? null,
    sent: sentBefore + samples.count + loop.errors,
  };
}

/** A guess that is seldom exceeded. */
function expectRequests({ durationMs, minRequests, concurrency, rate }: BlockOrder, oneMs: number): number {
  if (rate !== null) return (rate.perSecond / 1000) * durationMs * 1.5 + minRequests;
  return (durationMs / Math.max(oneMs, 0.02)) * 4 * concurrency + minRequests;
}

interface WarmUp {
  readonly done: boolean;
  readonly reply: Uint8Array | null;
  readonly failures: readonly string[];
  readonly sent: number;
}

async function warmUp(connection: Connection): Promise<WarmUp> {
  const failures: string[] = [];
  let sent = 0;
  for (let wanted = 1, done = 0; done < wanted; ) {
    const failure = await connection.ask();
    sent += 1;
    if (failure !== null) {
      failures.push(failure);
      if (connection.gaveUp()) return { done: false, reply: null, failures, sent };
      continue;
    }
    done += 1;
    if (connection.timing.end - connection.timing.start < QUICK_MS) wanted = QUICK_WARM_UPS;
  }
  return { done: true, reply: connection.exchange.reply().body, failures, sent };
}

function describeDead(order: BlockOrder, failures: readonly string[], sent: number): BlockOutcome {
  return {
    latencyMs: new Float64Array(0),
    connectMs: null,
    firstByteMs: null,
    errors: failures.length,
    error: failures[0] ?? null,
    wallMs: 0,
    connectionMs: 0,
    fenceMs: 0,
    loopBusy: 0,
    loop: order.rate === null ? 'closed' : 'open',
    inFlight: null,
    dropped: 0,
    lagMs: 0,
    reply: null,
    sent,
    gaveUp: true,
  };
}
