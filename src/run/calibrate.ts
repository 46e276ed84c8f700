import { explain, ServerError } from '../errors.ts';
import type { BlockOrder } from '../load/block-order.ts';
import type { Loader } from '../load/loader.ts';
import type { Client } from '../load/protocol.ts';
import type { Log } from '../log.ts';
import type { Payload } from '../payload/payloads.ts';
import type { Cell } from '../plan.ts';
import type { Arm, PathCost } from '../report.ts';
import { startServerProcess } from '../server/spawn.ts';
import type { NullReply } from '../server/spec.ts';
import type { NullAddress, NullServer, Target } from '../target/target.ts';
import { measurePath } from './path-cost.ts';
import { finishOrStop } from './patience.ts';
import { addressRequest } from './prepare.ts';
import { turnKey } from './rounds.ts';
import type { Verified } from './verify.ts';

/** V8 has optimised the client's path after so many calls. */
const WARM_UP_CALLS = 1000;
const WARM_UP_PARTS = 10;
/** Calls with large batches take long; the path through the code is the same. */
const MAX_WARM_UP_MS = 1000;
const WARM_UP_REQUESTS = 3;

/** The null servers are up as long as it is not disposed. */
interface Calibration extends AsyncDisposable {
  /** For servers that are reached by a way of their own; none for those on this machine's loopback. */
  readonly paths: readonly PathCost[];
  /** By arm: where its null server stands. Empty where there is no cell to calibrate. */
  readonly floorAt: ReadonlyMap<string, NonNullable<Arm['floorAt']>>;
}

interface Options {
  readonly client: Client;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Puts up the null server, which repeats each cell's verified reply at once, and warms the client's code on it. The
 * floors themselves are measured in the rounds, between the cells, so that both see the same machine. Where a target can
 * put a null server in its own place, floors are taken there, and what the way there costs is measured. One that cannot be
 * put there, or answers nothing, costs the way, not the run. Throws ServerError where this machine's own does not answer.
 */
export async function calibrate(
  cells: readonly Cell[],
  payloads: ReadonlyMap<string, Payload>,
  verified: Verified,
  targets: readonly Target[],
  loader: Loader,
  options: Options,
): Promise<Calibration> {
  const paths: PathCost[] = [];
  const floorAt = new Map<string, NonNullable<Arm['floorAt']>>();
  if (cells.length === 0) return { paths, floorAt, async [Symbol.asyncDispose]() {} };
  await using stack = new AsyncDisposableStack();
  const replies = targets.map((_, i) => cells.map((cell) => repeatReply(cell, verified.replies[i])));
  const near = stack.use(await startServerProcess({ kind: 'null', replies: replies.flat() }, options.signal));
  for (const [i, target] of targets.entries()) {
    const loopback = cells.map((_, j) => ({ host: '127.0.0.1', port: near.ports[i * cells.length + j] as number }));
    const prepare = async (way: Way, addresses: readonly NullAddress[]): Promise<void> => {
      for (const [j, cell] of cells.entries()) {
        // The very request of the cell, path and metadata included, to another address; an ingress wants its own of them.
        const destination = { ...addressRequest(cell, payloads, target), ...(addresses[j] as NullAddress) };
        await loader.prepare(wayKey(way, cell, target), options.client, destination);
      }
    };
    await using standing = new AsyncDisposableStack();
    // A server elsewhere takes seconds to come; the client warms up meanwhile.
    const coming = startFar(target, replies[i] ?? [], options).then((far) => standing.use(far));
    coming.catch(() => {});
    try {
      await prepare('loopback', loopback);
      if (i === 0) await warmUp(cells, target, loader, options);
    } finally {
      // Taken back with the rest, whatever happened here.
      await Promise.allSettled([coming]);
    }
    const far = await coming;
    if (far !== null) await prepare('path', far.addresses);
    const costs = far === null ? [] : await measureFar(cells, target, loader, options);
    if (costs.length === 0) await prepare('path', loopback);
    else stack.use(standing.move());
    floorAt.set(target.arm.id, costs.length === 0 ? 'loopback' : 'target');
    paths.push(...costs);
    for (const cell of cells) await loader.release(wayKey('loopback', cell, target));
  }
  const made = stack.move();
  return { paths, floorAt, [Symbol.asyncDispose]: () => made.disposeAsync() };
}

/** `path`: to where floors are measured, whatever place that is in the end. */
type Way = 'path' | 'loopback';

function wayKey(way: Way, cell: Cell, target: Target): string {
  return way === 'path' ? floorKey(cell, target) : `loopback:${target.arm.id}:${cell.id}`;
}

/** What the way to a null server that is up costs; nothing where it answers no cell. */
async function measureFar(
  cells: readonly Cell[],
  target: Target,
  loader: Loader,
  options: Options,
): Promise<readonly PathCost[]> {
  const keyOf = (cell: Cell, way: Way): string => wayKey(way, cell, target);
  const { costs, error } = await measurePath(cells, target.arm.id, keyOf, loader, options);
  if (costs.length === 0) warnOfWay(target, `the null server there answers nothing: ${error}`, options);
  return costs;
}

/** Null where there is none: floors are then those of this machine's loopback. */
async function startFar(target: Target, replies: readonly NullReply[], options: Options): Promise<NullServer | null> {
  try {
    return (await target.startNullServer?.(replies, options.signal)) ?? null;
  } catch (error) {
    options.signal.throwIfAborted();
    warnOfWay(target, explain(error), options);
    return null;
  }
}

function warnOfWay({ arm }: Target, why: string, { log }: Options): void {
  log.warn(`the floor of ${arm.id} is measured without the way to the server: ${why}`);
}

function repeatReply(cell: Cell, replies: Verified['replies'][number] | undefined): NullReply {
  const reply = replies?.get(cell.id)?.reply;
  if (!reply) throw new TypeError(`no verified reply for ${cell.id}`);
  return cell.transport === 'rest'
    ? { transport: 'rest', raw: reply.raw, close: !reply.kept }
    : { transport: 'grpc', message: reply.body };
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

/** On this machine's own null server: it is there whatever becomes of one that is further away. */
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
      const block = loader.block(wayKey('loopback', smallest, target), order);
      const outcome = await finishOrStop(block, options.signal);
      options.signal.throwIfAborted();
      if (outcome.error !== null) throw new ServerError(`the null server failed over ${transport}: ${outcome.error}`);
    }
  }
}
