import type { Block } from '../block.ts';
import type { Rate } from '../config.ts';
import { ServerError } from '../errors.ts';
import type { BlockOrder } from '../load/block-order.ts';
import type { Loader } from '../load/loader.ts';
import type { MeasuredBlock } from '../load/protocol.ts';
import type { Log } from '../log.ts';
import type { OwnPayload } from '../own-payload.ts';
import { checkReply } from '../payload/reply.ts';
import { type Cell, orderRound, type Turn } from '../plan.ts';
import { createNamedRandom } from '../stats/named-random.ts';
import type { Target } from '../target/target.ts';
import { expectAnswers } from './answers.ts';
import { finishOrStop, throwIfLost } from './patience.ts';

export interface RoundsInput {
  readonly cells: readonly Cell[];
  readonly targets: readonly Target[];
  readonly blockMs: number;
  readonly minRequests: number;
  readonly timeoutMs: number;
  readonly rate: Rate | null;
  readonly seed: number;
  /** How many rounds a run has at least: floors are asked so often that there are enough samples then. */
  readonly rounds: number;
  /** What requests carry, where that is somebody's own. */
  readonly payload: OwnPayload | null;
}

/** What the rounds have brought so far. */
export interface Rounds {
  readonly blocks: readonly Block[];
  /** Not those that were to confirm something. */
  readonly roundsDone: number;
  /** By cell id: why the cell was given up. */
  readonly failed: ReadonlyMap<string, string>;
  /** Ids of cells whose floor was given up: the null server failed. */
  readonly floorsEnded: readonly string[];
  /** What ended the rounds early; null where all were run. */
  readonly stopped: unknown;
  /** What the last rounds were for. */
  readonly phase: Phase;
  readonly wallMs: number;
  /** The most memory that the load process held; null where no block was run. */
  readonly peakRssBytes: number | null;
}

/** Rounds that were asked for; more of some cells; rounds that are kept apart, to confirm what the others showed. */
type Phase = 'planned' | 'narrowing' | 'confirming';

export interface RoundRunner {
  /**
   * Runs so many more rounds of these turns, each in a fresh random order, while there are cells among them that have
   * not failed. Does nothing once something has stopped the run. Never rejects.
   */
  run(rounds: number, turns: readonly Turn[], options: RunOptions): Promise<void>;
  read(): Rounds;
}

interface RunOptions {
  readonly phase: Phase;
  /** Says in the log what the rounds are for. */
  readonly note: string;
  /** Asked after each round: whether to leave the rest. */
  readonly isOver?: () => boolean;
}

/** So many cells failing one after another mean that the server is gone, whatever its process says. */
const LOST_AFTER_FAILURES = 3;
/** Enough floor samples over the whole run for a p99. */
const FLOOR_SAMPLES = 320;

/** The key under which the loader holds a turn's request. */
export const turnKey = (turn: Turn): string => `${turn.role}:${turn.arm}:${turn.cell}`;

/** A cell whose reply is wrong or whose requests fail is given up, for all arms, and the rest goes on. */
export function createRoundRunner(
  input: RoundsInput,
  loader: Loader,
  host: { readonly log: Log; readonly signal: AbortSignal },
): RoundRunner {
  const blocks: Block[] = [];
  const failed = new Map<string, string>();
  const withoutFloor = new Map<string, string>();
  const cells = new Map(input.cells.map((cell) => [cell.id, cell]));
  const targets = new Map(input.targets.map((target) => [target.arm.id, target]));
  const lost = AbortSignal.any(input.targets.map((target) => target.lost));
  const begin = performance.now();
  let round = 0;
  let roundsDone = 0;
  let failuresInARow = 0;
  let stopped: unknown = null;
  let phase: Phase = 'planned';
  let peakRssBytes: number | null = null;

  const isLeft = (turn: Turn): boolean =>
    !failed.has(turn.cell) && !(turn.role === 'floor' && withoutFloor.has(turnKey(turn)));

  const giveUp = async (turn: Turn, why: string): Promise<void> => {
    await throwIfLost(lost);
    const reason = targets.size > 1 ? `arm ${turn.arm}: ${why}` : why;
    failed.set(turn.cell, reason);
    host.log.warn(`${turn.cell} is given up in round ${round + 1}: ${reason}`);
    if (++failuresInARow >= LOST_AFTER_FAILURES) {
      throw new ServerError(`${failuresInARow} cells failed one after another; the last: ${reason}`);
    }
  };

  const take = async (turn: Turn, position: number): Promise<void> => {
    const target = targets.get(turn.arm) as Target;
    const cell = cells.get(turn.cell) as Cell;
    const order = orderBlock(turn, cell, input, round);
    const before = turn.role === 'floor' ? null : await target.readUsage(cell.method);
    const outcome = await finishOrStop(loader.block(turnKey(turn), order), host.signal, lost);
    const after = turn.role === 'floor' ? null : await target.readUsage(cell.method);
    peakRssBytes = outcome.peakRssBytes;
    if (turn.role === 'floor' && outcome.error !== null) {
      // The null server's failure says nothing of the cell, which goes on without a floor.
      withoutFloor.set(turnKey(turn), turn.cell);
      host.log.warn(`the floor of ${turn.cell} is given up in round ${round + 1}: ${outcome.error}`);
      return;
    }
    blocks.push({
      ...turn,
      ...strip(outcome),
      round,
      position,
      confirming: phase === 'confirming',
      serverCpuMs: difference(before?.cpuMs, after?.cpuMs),
      serverRequests: outcome.sent,
      serverRssBytes: after?.rssBytes ?? null,
      serverThrottledMs: difference(before?.throttledMs, after?.throttledMs),
    });
    // That the null server answers says nothing of the server under test.
    if (turn.role === 'floor') return;
    const why = findFault(outcome, cell, target, input.payload);
    if (why === null) failuresInARow = 0;
    else await giveUp(turn, why);
  };

  return {
    async run(rounds, turns, { note, isOver, ...options }) {
      if (stopped !== null) return;
      phase = options.phase;
      const first = round;
      const from = performance.now();
      try {
        for (let done = 1; done <= rounds && !isOver?.(); done++) {
          const left = turns.filter(isLeft);
          if (failed.size === cells.size) throw new ServerError('every cell has failed');
          if (left.length === 0) return;
          for (const [position, turn] of orderRound(left, input.seed, round).entries()) {
            // A cell may have failed earlier in this round, under its other name.
            if (failed.has(turn.cell)) continue;
            host.signal.throwIfAborted();
            await take(turn, position);
          }
          round += 1;
          if (phase !== 'confirming') roundsDone += 1;
          const leftMs = ((performance.now() - from) / done) * (rounds - done);
          host.log.progress({
            done,
            total: rounds,
            leftMs,
            note: `round ${round} of ${first + rounds}${note && ` (${note})`}`,
          });
        }
      } catch (error) {
        // What breaks while the run is being stopped breaks because of that.
        stopped = host.signal.aborted ? host.signal.reason : error;
      }
    },
    read: () => ({
      blocks,
      roundsDone,
      failed,
      floorsEnded: [...new Set(withoutFloor.values())],
      stopped,
      phase,
      wallMs: performance.now() - begin,
      peakRssBytes,
    }),
  };
}

/** The floor is steadier than any cell: a fraction of the time tells as much. */
const FLOOR_PART = 1 / 20;

function orderBlock(turn: Turn, cell: Cell, input: RoundsInput, round: number): BlockOrder {
  const { blockMs, minRequests, timeoutMs, rate } = input;
  if (turn.role === 'floor') {
    return {
      durationMs: blockMs * FLOOR_PART,
      minRequests: Math.max(minRequests, Math.ceil(FLOOR_SAMPLES / input.rounds)),
      timeoutMs,
      // What arrives one by one meets an idle client.
      concurrency: rate === null ? cell.concurrency : 1,
      rate: null,
    };
  }
  const seed = Math.floor(createNamedRandom(input.seed, `${round} ${turnKey(turn)}`)() * 2 ** 32);
  return {
    durationMs: blockMs,
    minRequests,
    timeoutMs,
    concurrency: cell.concurrency,
    rate: rate && { ...rate, seed },
  };
}

/** Of two readings of a counter; null where one is missing, or belongs to another process. */
function difference(before: number | null | undefined, after: number | null | undefined): number | null {
  return before != null && after != null && after >= before ? after - before : null;
}

/** Drops what was for deciding only. */
function strip(outcome: MeasuredBlock): Omit<MeasuredBlock, 'reply' | 'gaveUp' | 'peakRssBytes' | 'cpuMs' | 'sent'> {
  const { reply: _, gaveUp: __, peakRssBytes: ___, cpuMs: ____, sent: _____, ...rest } = outcome;
  return rest;
}

/** Why a cell is given up after this block; single failures are counted and reported instead. */
function findFault(outcome: MeasuredBlock, cell: Cell, target: Target, payload: OwnPayload | null): string | null {
  if (outcome.gaveUp || outcome.latencyMs.length === 0 || outcome.reply === null) {
    return outcome.error ?? 'no request was answered';
  }
  const check = checkReply(cell, outcome.reply, expectAnswers(target, cell, payload));
  return check.ok ? null : check.why;
}
