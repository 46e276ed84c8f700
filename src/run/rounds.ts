import type { Block } from '../block.ts';
import { ServerError } from '../errors.ts';
import type { Loader } from '../load/loader.ts';
import type { MeasuredBlock } from '../load/protocol.ts';
import type { Log } from '../log.ts';
import { checkReply } from '../payload/reply.ts';
import { type Cell, orderRound, type Turn } from '../plan.ts';
import type { Target } from '../target/target.ts';
import { finishOrStop, throwIfLost } from './patience.ts';

export interface RoundsInput {
  readonly cells: readonly Cell[];
  readonly arm: string;
  /** The cell that is measured twice, under two names. */
  readonly canary: string | null;
  readonly rounds: number;
  readonly blockMs: number;
  readonly minRequests: number;
  readonly timeoutMs: number;
  readonly seed: number;
  /** Whether each cell's floor is measured in each round, too. */
  readonly floors: boolean;
}

export interface Rounds {
  readonly blocks: readonly Block[];
  readonly roundsDone: number;
  /** By cell id: why the cell was given up. */
  readonly failed: ReadonlyMap<string, string>;
  /** What ended the rounds early; null where all were run. */
  readonly stopped: unknown;
  readonly wallMs: number;
  /** The most memory that the load process held; null where no block was run. */
  readonly peakRssBytes: number | null;
}

/** So many cells failing one after another mean that the server is gone, whatever its process says. */
const LOST_AFTER_FAILURES = 3;
/** Enough floor samples over the whole run for a p99. */
const FLOOR_SAMPLES = 320;

/**
 * Runs the rounds: every cell, the canary and every floor once a round, in a fresh random order. A cell whose reply is
 * wrong or whose requests fail is given up and the rest goes on. Never rejects: what stopped it is in the result.
 */
export async function runRounds(
  input: RoundsInput,
  loader: Loader,
  target: Target,
  host: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Rounds> {
  const blocks: Block[] = [];
  const failed = new Map<string, string>();
  const cells = new Map(input.cells.map((cell) => [cell.id, cell]));
  const begin = performance.now();
  let roundsDone = 0;
  let failuresInARow = 0;
  let stopped: unknown = null;
  let peakRssBytes: number | null = null;
  const withoutFloor = new Set<string>();
  try {
    for (let round = 0; round < input.rounds; round++) {
      const turns = planTurns(input).filter(
        ({ role, cell }) => !failed.has(cell) && !(role === 'floor' && withoutFloor.has(cell)),
      );
      if (turns.length === 0) throw new ServerError('every cell has failed');
      for (const [position, turn] of orderRound(turns, input.seed, round).entries()) {
        // A cell may have failed earlier in this round, under its other name.
        if (failed.has(turn.cell)) continue;
        host.signal.throwIfAborted();
        const outcome = await finishOrStop(askFor(turn, input, loader), host.signal, target.lost);
        peakRssBytes = outcome.peakRssBytes;
        if (turn.role === 'floor' && outcome.error !== null) {
          // The null server's failure says nothing of the cell, which goes on without a floor.
          withoutFloor.add(turn.cell);
          host.log.warn(`the floor of ${turn.cell} is given up in round ${round + 1}: ${outcome.error}`);
          continue;
        }
        blocks.push({ ...turn, ...strip(outcome), round, position });
        // That the null server answers says nothing of the server under test.
        if (turn.role === 'floor') continue;
        const why = findFault(outcome, cells.get(turn.cell) as Cell, target);
        failuresInARow = why === null ? 0 : failuresInARow + 1;
        if (why !== null) {
          await throwIfLost(target.lost);
          failed.set(turn.cell, why);
          host.log.warn(`${turn.cell} is given up in round ${round + 1}: ${why}`);
          if (failuresInARow >= LOST_AFTER_FAILURES) {
            throw new ServerError(`${failuresInARow} cells failed one after another; the last: ${why}`);
          }
        }
      }
      roundsDone += 1;
      report(host.log, roundsDone, input.rounds, performance.now() - begin);
    }
  } catch (error) {
    // What breaks while the run is being stopped breaks because of that.
    stopped = host.signal.aborted ? host.signal.reason : error;
  }
  return { blocks, roundsDone, failed, stopped, wallMs: performance.now() - begin, peakRssBytes };
}

/** The key under which the loader holds a turn's exchange. */
export const turnKey = (turn: Turn): string => `${turn.role}:${turn.cell}`;

function planTurns(input: Pick<RoundsInput, 'cells' | 'arm' | 'canary' | 'floors'>): Turn[] {
  const turns: Turn[] = input.cells.map((cell) => ({ role: 'cell', arm: input.arm, cell: cell.id }));
  if (input.canary !== null) turns.push({ role: 'canary', arm: input.arm, cell: input.canary });
  if (input.floors) turns.push(...input.cells.map((cell): Turn => ({ role: 'floor', arm: input.arm, cell: cell.id })));
  return turns;
}

function askFor(turn: Turn, input: RoundsInput, loader: Loader): Promise<MeasuredBlock> {
  const { timeoutMs } = input;
  if (turn.role !== 'floor') {
    return loader.block(turnKey(turn), { durationMs: input.blockMs, minRequests: input.minRequests, timeoutMs });
  }
  const minRequests = Math.max(input.minRequests, Math.ceil(FLOOR_SAMPLES / input.rounds));
  // The floor is steadier than any cell: a fraction of the time tells as much.
  return loader.block(turnKey(turn), { durationMs: input.blockMs / 20, minRequests, timeoutMs });
}

/** Drops what was for deciding only. */
function strip(outcome: MeasuredBlock): Omit<MeasuredBlock, 'reply' | 'gaveUp' | 'peakRssBytes'> {
  const { reply: _, gaveUp: __, peakRssBytes: ___, ...rest } = outcome;
  return rest;
}

/** Why a cell is given up after this block; single failures are counted and reported instead. */
function findFault(outcome: MeasuredBlock, cell: Cell, target: Target): string | null {
  if (outcome.gaveUp || outcome.latencyMs.length === 0 || outcome.reply === null) {
    return outcome.error ?? 'no request was answered';
  }
  const check = checkReply(cell, outcome.reply, target.answers);
  return check.ok ? null : check.why;
}

function report(log: Log, done: number, total: number, elapsedMs: number): void {
  log.progress({ done, total, leftMs: (elapsedMs / done) * (total - done), note: `round ${done} of ${total}` });
}
