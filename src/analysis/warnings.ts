import { FLOOR_LIMIT, FLOOR_MARK, MAX_LITTLE_ERROR, MAX_SERVER_THROTTLED, MIN_DUTY, MIN_ROUNDS } from '../limits.ts';
import type { Cell } from '../plan.ts';
import { blockFlag } from '../report/cells.ts';
import type { BlockFlag, Canary, CellResult, Warning } from '../report.ts';

export interface WarningInput {
  readonly cells: readonly Cell[];
  readonly failed: ReadonlyMap<string, string>;
  readonly skipped: ReadonlyMap<string, string>;
  /** By cell id, of the cells that count as measured, one result per arm. */
  readonly measured: ReadonlyMap<string, readonly CellResult[]>;
  readonly canary: Canary | null;
}

/** What a reader must know before believing the numbers, as far as the numbers themselves show it. */
export function listWarnings({ cells, failed, skipped, measured, canary }: WarningInput): Warning[] {
  const where = (holds: (result: CellResult, cell: Cell) => boolean): string[] =>
    cells.flatMap((cell) => (measured.get(cell.id)?.some((result) => holds(result, cell)) ? [cell.id] : []));
  const all = [...measured.values()].flat();
  return [
    ...ofCells(
      where(({ duty }) => duty < MIN_DUTY),
      (ids) => ({ code: 'low-duty', cells: ids }),
    ),
    ...ofCells(
      where(({ floorShare }) => floorShare !== null && floorShare > FLOOR_LIMIT),
      (ids) => ({ code: 'floor-share', cells: ids, over: '50%' }),
    ),
    ...ofCells(
      where(({ floorShare }) => floorShare !== null && floorShare > FLOOR_MARK && floorShare <= FLOOR_LIMIT),
      (ids) => ({ code: 'floor-share', cells: ids, over: '20%' }),
    ),
    ...ofCells(
      where(({ server }) => (server?.throttledShare ?? 0) > MAX_SERVER_THROTTLED),
      (ids) => ({ code: 'server-throttled', cells: ids }),
    ),
    ...(canary?.noisy ? [{ code: 'noisy-canary', effect: canary.effect } as const] : []),
    ...blockFlag.options.flatMap((flag) => countFlagged(flag, all)),
    // Where no cell came through, that is what there is to say.
    ...(failed.size > 0 && measured.size === 0 ? [] : fewRounds([...measured.values()])),
    ...ofCells(
      where((result, { concurrency }) => isOffLittle(result, concurrency)),
      (ids) => ({ code: 'little', cells: ids }),
    ),
    ...droppedArrivals(
      where(({ dropped }) => dropped > 0),
      all,
    ),
    ...failedRequests(
      where(({ errors }) => errors > 0),
      all,
    ),
    ...ofCells(
      cells.map(({ id }) => id).filter((id) => failed.has(id)),
      (ids) => ({ code: 'failed-cells', cells: ids }),
    ),
    ...ofCells(
      cells.map(({ id }) => id).filter((id) => skipped.has(id)),
      (ids) => ({ code: 'skipped-cells', cells: ids }),
    ),
  ];
}

function ofCells(ids: string[], warn: (ids: string[]) => Warning): Warning[] {
  return ids.length === 0 ? [] : [warn(ids)];
}

/**
 * Little's law: throughput times mean latency is the number in flight. With one connection that is what the duty says.
 */
function isOffLittle({ inFlight }: CellResult, concurrency: number): boolean {
  return inFlight !== null && concurrency > 1 && Math.abs(inFlight / concurrency - 1) > MAX_LITTLE_ERROR;
}

function droppedArrivals(ids: string[], results: readonly CellResult[]): Warning[] {
  const dropped = results.reduce((total, one) => total + one.dropped, 0);
  const arrivals = results.reduce((total, one) => total + one.requests + one.errors, dropped);
  return dropped === 0 ? [] : [{ code: 'dropped', cells: ids, dropped, arrivals }];
}

function failedRequests(ids: string[], results: readonly CellResult[]): Warning[] {
  const sum = (read: (result: CellResult) => number): number => results.reduce((total, one) => total + read(one), 0);
  const errors = sum((result) => result.errors);
  const requests = sum((result) => result.requests) + errors;
  return errors === 0 ? [] : [{ code: 'failed-requests', cells: ids, errors, requests }];
}

function countFlagged(flag: BlockFlag, results: readonly CellResult[]): Warning[] {
  const rounds = results.flatMap((result) => result.rounds);
  const blocks = rounds.filter(({ flags }) => flags.includes(flag)).length;
  return blocks === 0 ? [] : [{ code: 'flagged-blocks', flag, blocks, of: rounds.length }];
}

/** The cell with the fewest rounds speaks for all; without a result it had none. */
function fewRounds(measured: readonly (readonly CellResult[])[]): Warning[] {
  const counts = measured.flatMap((results) => (results.length === 0 ? [0] : results.map(countMedians)));
  const rounds = counts.length === 0 ? 0 : Math.min(...counts);
  return rounds < MIN_ROUNDS ? [{ code: 'few-rounds', rounds }] : [];
}

function countMedians({ rounds }: CellResult): number {
  return rounds.filter(({ medianMs }) => medianMs !== null).length;
}
