import { ServerError } from '../errors.ts';
import type { BlockOrder } from '../load/block-order.ts';
import type { Loader } from '../load/loader.ts';
import type { Client } from '../load/protocol.ts';
import type { Payload } from '../payload/payloads.ts';
import type { Cell } from '../plan.ts';
import { startServerProcess } from '../server/spawn.ts';
import type { Target } from '../target/target.ts';
import { finishOrStop } from './patience.ts';
import { addressRequest } from './prepare.ts';
import { turnKey } from './rounds.ts';
import type { Verified } from './verify.ts';

/** V8 has optimised the client's path after so many calls. */
const WARM_UP_CALLS = 1000;
const WARM_UP_PARTS = 10;
/** Calls with large batches take long; the path through the code is the same. */
const MAX_WARM_UP_MS = 1000;
const NEVER = new AbortController().signal;
const WARM_UP_REQUESTS = 3;

/**
 * Puts up the null server, which repeats each cell's verified reply at once, and warms the client's code on it. The
 * floors themselves are measured in the rounds, between the cells, so that both see the same machine.
 */
export async function calibrate(
  cells: readonly Cell[],
  payloads: ReadonlyMap<string, Payload>,
  verified: Verified,
  targets: readonly Target[],
  loader: Loader,
  options: { readonly client: Client; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<AsyncDisposable> {
  const floors = targets.flatMap((target, i) => cells.map((cell) => ({ cell, target, replies: verified.replies[i] })));
  const replies = floors.map(({ cell, replies }) => {
    const reply = replies?.get(cell.id)?.reply;
    if (!reply) throw new TypeError(`no verified reply for ${cell.id}`);
    return cell.transport === 'rest'
      ? ({ transport: 'rest', raw: reply.raw, close: !reply.kept } as const)
      : ({ transport: 'grpc', message: reply.body } as const);
  });
  const server = await startServerProcess({ kind: 'null', replies }, options.signal);
  try {
    for (const [i, { cell, target }] of floors.entries()) {
      // The very request of the cell, path and metadata included, to another address.
      const destination = addressRequest(cell, payloads, target);
      const address = { host: '127.0.0.1', port: server.ports[i] as number };
      await loader.prepare(floorKey(cell, target), options.client, { ...destination, ...address });
    }
    await warmUp(cells, targets[0] as Target, loader, options);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Asks every cell a few times on the server under test, uncounted: its allocator and caches settle only when all the
 * kinds of request have passed, and the first rounds would show that.
 */
export async function warmServer(
  cells: readonly Cell[],
  targets: readonly Target[],
  loader: Loader,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  for (const { arm, lost } of targets) {
    for (const { id, concurrency } of cells) {
      const order = orderCalls(WARM_UP_REQUESTS, options.timeoutMs, concurrency);
      // A failure here shows again when the cell is measured, and is handled there.
      await finishOrStop(loader.block(turnKey({ role: 'cell', arm: arm.id, cell: id }), order), options.signal, lost);
      options.signal.throwIfAborted();
    }
  }
}

const floorKey = (cell: Cell, { arm }: Target): string => turnKey({ role: 'floor', arm: arm.id, cell: cell.id });

function orderCalls(minRequests: number, timeoutMs: number, concurrency: number): BlockOrder {
  return { durationMs: 0, minRequests, timeoutMs, concurrency, rate: null };
}

async function warmUp(
  cells: readonly Cell[],
  target: Target,
  loader: Loader,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  for (const transport of ['rest', 'grpc'] as const) {
    const smallest = cells.find((cell) => cell.transport === transport);
    if (!smallest) continue;
    const order = orderCalls(WARM_UP_CALLS / WARM_UP_PARTS, options.timeoutMs, 1);
    const begin = performance.now();
    for (let part = 0; part < WARM_UP_PARTS && performance.now() - begin < MAX_WARM_UP_MS; part++) {
      const block = loader.block(floorKey(smallest, target), order);
      const outcome = await finishOrStop(block, options.signal, NEVER);
      options.signal.throwIfAborted();
      if (outcome.error !== null) throw new ServerError(`the null server failed over ${transport}: ${outcome.error}`);
    }
  }
}
