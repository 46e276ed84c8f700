import { findAlarms } from '../analysis/arms.ts';
import { findTooWide } from '../analysis/precision.ts';
import type { Config } from '../config.ts';
import type { Loader } from '../load/loader.ts';
import type { Log } from '../log.ts';
import type { Cell, Turn } from '../plan.ts';
import type { Stopping } from '../report.ts';
import { ALPHA } from '../stats/verdict.ts';
import type { Target } from '../target/target.ts';
import { createRoundRunner, type RoundRunner, type Rounds } from './rounds.ts';

export interface Measured extends Rounds {
  /** The level at which differences may be judged. */
  readonly alpha: number;
  /** How rounds were added; null where their number was fixed. */
  readonly stopping: Stopping;
}

/** How often the widths are looked at, at most: at R, 2 R, 4 R and 8 R rounds. */
const LOOKS = 4;

/**
 * All rounds of a run: those that were asked for; with `precision`, more of the cells whose intervals are still too
 * wide; then, with several arms, rounds of their own for the cells whose arms seem to differ. Never rejects: what
 * stopped it is in the result.
 */
export async function measure(
  config: Pick<
    Config,
    | 'rounds'
    | 'blockMs'
    | 'minRequests'
    | 'timeoutMs'
    | 'rate'
    | 'seed'
    | 'margin'
    | 'precision'
    | 'budgetMs'
    | 'confirm'
  >,
  cells: readonly Cell[],
  canary: string | null,
  targets: readonly [Target, ...Target[]],
  loader: Loader,
  host: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Measured> {
  const runner = createRoundRunner({ ...config, cells, targets }, loader, host);
  const arms = targets.map((target) => target.arm.id);
  const plan = planTurns(cells, arms, canary);
  await runner.run(config.rounds, plan, { note: '', confirming: false });
  const stopping = config.precision === null ? null : await narrow(config, config.precision, cells, arms, plan, runner);
  const alpha = stopping === null ? ALPHA : ALPHA / LOOKS;
  if (config.confirm && runner.read().stopped === null) {
    const { blocks, failed } = runner.read();
    const left = cells.filter(({ id }) => !failed.has(id));
    const alarms = findAlarms({ cells: left, arms, blocks, margin: config.margin, alpha, seed: config.seed });
    if (alarms.length > 0) {
      const turns = alarms.flatMap(({ cell, arm }) => [
        { role: 'cell' as const, arm: arms[0] as string, cell },
        { role: 'cell' as const, arm, cell },
      ]);
      const note = `confirming ${alarms.length} difference${alarms.length === 1 ? '' : 's'}`;
      await runner.run(config.rounds, distinct(turns), { note, confirming: true });
    }
  }
  return { ...runner.read(), alpha, stopping };
}

/**
 * Doubles the rounds of those cells whose intervals are too wide, until none is or time or looks are used up. Each look
 * spends an equal part of the 5 % (Bonferroni), so that looking often does not make narrow intervals of luck: all
 * intervals and verdicts are then at 1.25 %.
 */
async function narrow(
  config: Pick<Config, 'rounds' | 'budgetMs' | 'seed'>,
  precision: number,
  cells: readonly Cell[],
  arms: readonly string[],
  plan: readonly Turn[],
  runner: RoundRunner,
): Promise<NonNullable<Stopping>> {
  const alpha = ALPHA / LOOKS;
  const looks: NonNullable<Stopping>['looks'] = [];
  for (let rounds = config.rounds; ; rounds *= 2) {
    const { blocks, failed, roundsDone, stopped, wallMs } = runner.read();
    const left = cells.filter(({ id }) => !failed.has(id));
    const wide = findTooWide({ cells: left, arms, blocks, precision, alpha });
    looks.push({ rounds: roundsDone, alpha, tooWide: wide.size });
    if (wide.size === 0) return { looks, ended: 'precise' };
    if (stopped !== null || looks.length === LOOKS) return { looks, ended: 'rounds' };
    if (wallMs >= config.budgetMs) return { looks, ended: 'budget' };
    await runner.run(
      rounds,
      plan.filter(({ cell, role }) => role === 'cell' && wide.has(cell)),
      {
        note: `narrowing ${wide.size} cell${wide.size === 1 ? '' : 's'}`,
        confirming: false,
        isOver: () => runner.read().wallMs >= config.budgetMs,
      },
    );
  }
}

/**
 * Every cell, its floor and the canary once for each arm. Only the baseline's canary is judged; the others are there
 * because a server that is asked more often than another answers faster (caches, compilers that learn), and arms must
 * differ in nothing but what they are.
 */
function planTurns(cells: readonly Cell[], arms: readonly string[], canary: string | null): Turn[] {
  return arms.flatMap((arm) => [
    ...cells.flatMap(({ id }): Turn[] => [
      { role: 'cell', arm, cell: id },
      { role: 'floor', arm, cell: id },
    ]),
    ...(canary === null ? [] : [{ role: 'canary' as const, arm, cell: canary }]),
  ]);
}

function distinct(turns: readonly Turn[]): Turn[] {
  return [...new Map(turns.map((turn) => [JSON.stringify(turn), turn])).values()];
}
