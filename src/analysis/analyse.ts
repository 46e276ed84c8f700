import type { Block } from '../block.ts';
import type { Cell } from '../plan.ts';
import type { Arm, Canary, CellResult, Claim, Comparison, Floor, Warning } from '../report.ts';
import { createNamedRandom } from '../stats/named-random.ts';
import { compareArms } from './arms.ts';
import { judgeCanary } from './canary.ts';
import { judgeClaims } from './claims.ts';
import { comparePairs, sideOf } from './comparisons.ts';
import { type Sizes, summariseFloors } from './floors.ts';
import { listPairs } from './pairs.ts';
import { summariseCell } from './results.ts';
import { listWarnings } from './warnings.ts';

export interface AnalysisInput {
  /** All cells that were planned, in the report's order. */
  readonly cells: readonly Cell[];
  /** Why a cell failed or was skipped, by cell id. */
  readonly failed: ReadonlyMap<string, string>;
  readonly skipped: ReadonlyMap<string, string>;
  /** All that was measured, in any order: cells, canary and floors. */
  readonly blocks: readonly Block[];
  /** The first is the baseline. */
  readonly arms: readonly Arm[];
  /** By arm: where its null server stood; absent where all stood alike. */
  readonly floorAt?: ReadonlyMap<string, Arm['floorAt']>;
  /** By cell id; needed for each cell that has floor blocks. Replies: one for each arm, in their order. */
  readonly requestBytes: Sizes;
  readonly responseBytes: readonly Sizes[];
  /** 0.05 means that a difference of less than 5 % is of no consequence. */
  readonly margin: number;
  /** The level of the verdicts; intervals of medians and differences have the confidence 1 - alpha, of tails 95 %. */
  readonly alpha: number;
  readonly seed: number;
}

export interface Analysis {
  /** By cell id (one entry for each planned cell), then by arm id. Holds also what was measured of a failed cell. */
  readonly results: ReadonlyMap<string, Record<string, CellResult>>;
  readonly floor: Floor[];
  readonly comparisons: Comparison[];
  readonly claims: Claim[];
  readonly canary: Canary | null;
  readonly warnings: Warning[];
}

/**
 * Blocks in, numbers and verdicts out. The same input gives the same output, to the last digit; a run that was cut
 * short is analysed as far as it came. Cells that failed or were skipped are in no comparison and no claim.
 */
export function analyse(input: AnalysisInput): Analysis {
  const { cells, failed, skipped, blocks, margin, alpha, seed } = input;
  const judging = { margin, alpha, seed };
  const floor = input.arms.flatMap(({ id }, i) =>
    summariseFloors(id, cells, blocks, input.requestBytes, input.responseBytes[i] ?? new Map()),
  );
  const results = summariseCells(input, floor);
  const measured = cells.filter(({ id }) => !failed.has(id) && !skipped.has(id));
  const baseline = input.arms[0]?.id ?? '';
  const ofBaseline = new Map(
    measured.flatMap(({ id }) => {
      const result = results.get(id)?.[baseline];
      return result === undefined ? [] : [[id, result] as const];
    }),
  );
  const compared = comparePairs(
    listPairs(measured).flatMap(({ id, kind, a, b }) => {
      const [ofA, ofB] = [ofBaseline.get(a.id), ofBaseline.get(b.id)];
      if (ofA === undefined || ofB === undefined) return [];
      return [{ id, kind, a: sideOf(baseline, a.id, ofA), b: sideOf(baseline, b.id, ofB) }];
    }),
    floor,
    judging,
  );
  // Of floors that are not of the same things, the difference is the way's, and tells nothing of the client.
  const alike = floor.filter(({ arm }) => input.floorAt?.get(arm) === input.floorAt?.get(baseline));
  const arms = compareArms({ cells: measured, arms: input.arms.map(({ id }) => id), blocks, ...judging }, alike);
  const canary = judgeCanary(blocks, baseline, margin, alpha, seed);
  return {
    results,
    floor,
    comparisons: [...arms, ...compared.map(({ comparison }) => comparison)],
    claims: judgeClaims(cells, compared, ofBaseline, alpha),
    canary,
    warnings: listWarnings({
      cells,
      failed,
      skipped,
      measured: new Map(measured.map(({ id }) => [id, Object.values(results.get(id) ?? {})])),
      canary,
    }),
  };
}

function summariseCells({ cells, blocks, arms, alpha, seed }: AnalysisInput, floor: readonly Floor[]) {
  const floors = new Map(floor.map(({ arm, cell, p50Ms }) => [`${arm} ${cell}`, p50Ms]));
  const grouped = Map.groupBy(
    blocks.filter(({ role, confirming }) => role === 'cell' && !confirming),
    ({ cell, arm }) => `${arm} ${cell}`,
  );
  return new Map(
    cells.map(({ id }) => {
      const results: Record<string, CellResult> = {};
      for (const arm of arms) {
        const key = `${arm.id} ${id}`;
        const random = createNamedRandom(seed, key);
        const result = summariseCell(grouped.get(key) ?? [], floors.get(key) ?? null, alpha, random);
        if (result !== null) results[arm.id] = result;
      }
      return [id, results] as const;
    }),
  );
}
