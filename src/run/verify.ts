import { explain, ServerError } from '../errors.ts';
import type { Reply } from '../load/exchange.ts';
import type { Loader } from '../load/loader.ts';
import type { Log } from '../log.ts';
import type { OwnPayload } from '../own-payload.ts';
import type { Payload } from '../payload/payloads.ts';
import { checkReply } from '../payload/reply.ts';
import type { Cell } from '../plan.ts';
import type { Target } from '../target/target.ts';
import { expectAnswers } from './answers.ts';
import { finishOrStop, throwIfLost } from './patience.ts';
import { addressRequest } from './prepare.ts';

/** By cell id: the reply as it came, for the null server to repeat, and what decoding it took. */
type Replies = ReadonlyMap<string, { readonly reply: Reply; readonly decodeMs: number }>;

export interface Verified {
  /** One for each arm, in their order. */
  readonly replies: readonly [Replies, ...Replies[]];
  /** By cell id: why the cell cannot be measured, on whichever arm that was. */
  readonly failed: ReadonlyMap<string, string>;
}

/** A server that has answered none of so many cells will not answer the others either. */
const GIVE_UP_AFTER = 3;

interface Options {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** What requests carry, where that is somebody's own. */
  readonly own: OwnPayload | null;
}

/** Right answers before fast ones: asks each cell of each arm once and checks what comes back. */
export async function verify(
  cells: readonly Cell[],
  payloads: ReadonlyMap<string, Payload>,
  targets: readonly [Target, ...Target[]],
  loader: Loader,
  options: Options,
): Promise<Verified> {
  const failed = new Map<string, string>();
  const [first, ...others] = targets;
  const name = ({ arm }: Target): string => (others.length > 0 ? `arm ${arm.id}: ` : '');
  const ask = async (target: Target): Promise<Replies> => {
    const found = await verifyArm(cells, payloads, target, loader, options);
    const [why] = found.failed.values();
    if (found.replies.size === 0 && why !== undefined) {
      throw new ServerError(`${name(target)}expected the server to answer at least one cell, found none; ${why}`);
    }
    for (const [cell, why] of found.failed) if (!failed.has(cell)) failed.set(cell, name(target) + why);
    return found.replies;
  };
  const replies: [Replies, ...Replies[]] = [await ask(first)];
  for (const target of others) replies.push(await ask(target));
  for (const [cell, why] of failed) options.log.warn(`${cell} is left out: ${why}`);
  return { replies, failed };
}

async function verifyArm(
  cells: readonly Cell[],
  payloads: ReadonlyMap<string, Payload>,
  target: Target,
  loader: Loader,
  options: Options,
): Promise<{ replies: Replies; failed: ReadonlyMap<string, string> }> {
  const replies = new Map<string, { reply: Reply; decodeMs: number }>();
  const failed = new Map<string, string>();
  let unanswered = 0;
  for (const cell of cells) {
    options.signal.throwIfAborted();
    const key = `verify:${cell.id}`;
    // Only the wire client shows the reply's raw bytes, whichever client measures later.
    await loader.prepare(key, 'wire', addressRequest(cell, payloads, target));
    try {
      const reply = await finishOrStop(loader.send(key, options.timeoutMs), options.signal, target.lost);
      const check = checkReply(cell, reply.body, expectAnswers(target, cell, options.own));
      if (check.ok) replies.set(cell.id, { reply, decodeMs: check.decodeMs });
      else failed.set(cell.id, check.why);
    } catch (error) {
      if (error === options.signal.reason) throw error;
      await throwIfLost(target.lost);
      failed.set(cell.id, explain(error));
      unanswered += 1;
      if (replies.size === 0 && unanswered === GIVE_UP_AFTER) break;
    }
    await loader.release(key);
  }
  return { replies, failed };
}
