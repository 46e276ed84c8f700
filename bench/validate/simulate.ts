import { type ArmsInput, compareArms, findAlarms } from '../../src/analysis/arms.ts';
import { findTooWide, LOOKS, roundsBeforeLook } from '../../src/analysis/precision.ts';
import type { Block } from '../../src/block.ts';
import type { Cell } from '../../src/plan.ts';
import type { Comparison } from '../../src/report.ts';
import { medianInterval } from '../../src/stats/order-interval.ts';
import { estimatePaired, studentInterval } from '../../src/stats/paired.ts';
import { createRandom, type Random } from '../../src/stats/random.ts';
import { ALPHA } from '../../src/stats/verdict.ts';
import { type Machine, simulatedBlock, simulateRounds } from './machine.ts';

/** The shipped verdicts on simulated runs: the blocks are invented, everything after them is the tool's own code. */
export interface Scene {
  readonly machine: Machine;
  /** ln of how much slower the second arm is, by cell; as many cells as there are numbers. */
  readonly effects: readonly number[];
  readonly rounds: number;
  readonly margin: number;
  readonly confirm: boolean;
}

/** The comparisons of one simulated run with two arms, one for each cell. */
function simulateVerdicts(scene: Scene, random: Random): Comparison[] {
  const cells = scene.effects.map((_, i) => ({ id: `cell${i}` }) as Cell);
  const blocks = simulateBlocks(scene, cells, scene.rounds, 0, false, random);
  const input: ArmsInput = { cells, arms: ['a', 'b'], blocks, margin: scene.margin, alpha: ALPHA, seed: 1 };
  if (!scene.confirm) return compareArms(input, []);
  const alarmed = new Set(findAlarms(input).map(({ cell }) => cell));
  const suspects = cells.filter(({ id }) => alarmed.has(id));
  const again = simulateBlocks(scene, suspects, scene.rounds, scene.rounds, true, random);
  return compareArms({ ...input, blocks: [...blocks, ...again] }, []);
}

function simulateBlocks(
  { machine, effects }: Scene,
  cells: readonly Cell[],
  rounds: number,
  first: number,
  confirming: boolean,
  random: Random,
): Block[] {
  const indexOf = ({ id }: Cell): number => Number(id.slice('cell'.length));
  const turns = cells.flatMap((cell) => [
    { arm: 'a', cell: cell.id, effect: 0 },
    { arm: 'b', cell: cell.id, effect: effects[indexOf(cell)] ?? 0 },
  ]);
  const values = simulateRounds(
    machine,
    turns.map(({ effect }) => effect),
    rounds,
    random,
  );
  return turns.flatMap(({ arm, cell }, i) =>
    (values[i] as number[]).map((value, round) => simulatedBlock(arm, cell, first + round, value, confirming)),
  );
}

/** In how many of `runs` simulated runs `holds` is true. */
export function countRuns(
  runs: number,
  seed: number,
  scene: Scene,
  holds: (comparisons: readonly Comparison[]) => boolean,
): number {
  const random = createRandom(seed);
  let count = 0;
  for (let run = 0; run < runs; run++) if (holds(simulateVerdicts(scene, random))) count++;
  return count;
}

export const isAlarm = ({ verdict }: Comparison): boolean => verdict === 'faster' || verdict === 'slower';
export const excludesZero = ({ low, high }: Comparison): boolean =>
  low !== null && high !== null && (low > 0 || high < 0);
export const covers =
  (truth: number) =>
  ({ low, high }: Comparison): boolean =>
    low !== null && high !== null && low <= truth && truth <= high;

/** In how many runs the interval of a cell's median holds the true one: that of the time in which it was measured. */
export function countMedianCoverage(runs: number, seed: number, machine: Machine, rounds: number): number {
  const random = createRandom(seed);
  // Six cells: what lies between two blocks of one cell.
  const others = Array(6).fill(0) as number[];
  const truth = machine.drift / 2;
  let count = 0;
  for (let run = 0; run < runs; run++) {
    const interval = medianInterval(simulateRounds(machine, others, rounds, random)[0] ?? []);
    if (interval && interval.low <= truth && truth <= interval.high) count++;
  }
  return count;
}

interface Sequential {
  readonly covered: number;
  /** Rounds until the run was precise enough, or had none left, averaged. */
  readonly meanRounds: number;
}

/** Rounds doubled until the interval of the difference is narrow enough: does it still hold the true effect? */
export function simulateSequential(
  runs: number,
  seed: number,
  machine: Machine,
  effect: number,
  options: { readonly rounds: number; readonly precision: number },
): Sequential {
  const random = createRandom(seed);
  const scene: Scene = { machine, effects: [effect], rounds: options.rounds, margin: 0.05, confirm: false };
  const cells = [{ id: 'cell0' } as Cell];
  const alpha = ALPHA / LOOKS;
  let covered = 0;
  let total = 0;
  for (let run = 0; run < runs; run++) {
    const blocks: Block[] = [];
    let done = 0;
    for (let look = 0; look < LOOKS; look++) {
      const more = roundsBeforeLook(look, options.rounds);
      blocks.push(...simulateBlocks(scene, cells, more, done, false, random));
      done += more;
      if (findTooWide({ cells, arms: ['a', 'b'], blocks, precision: options.precision, alpha }).size === 0) break;
    }
    const of = (arm: string) => blocks.filter((block) => block.arm === arm).map(({ latencyMs }) => latencyMs[0] ?? 0);
    const [a, b] = [of('a'), of('b')];
    const interval = studentInterval(estimatePaired(b.map((ms, i) => Math.log(ms / (a[i] as number)))), 1 - alpha);
    if (interval && interval.low <= effect && effect <= interval.high) covered++;
    total += done;
  }
  return { covered, meanRounds: total / runs };
}
