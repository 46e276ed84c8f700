import { findAlarms } from '../analysis/arms.ts';
import { findTooWide, LOOKS, roundsBeforeLook } from '../analysis/precision.ts';
import type { Config } from '../config.ts';
import type { Loader } from '../load/loader.ts';
import type { Log } from '../log.ts';
import type { Cell, Turn } from '../plan.ts';
import type { Stopping } from '../report.ts';
import { ALPHA } from '../stats/verdict.ts';
import type { Target } from '../target/target.ts';
import { createRoundRunner, type RoundRunner, type Rounds, type RoundsInput } from './rounds.ts';

export interface Measured extends Rounds {
  /** The level at which differences may be judged. */
  readonly alpha: number;
  /** How rounds were added; null where their number was fixed. */
  readonly stopping: Stopping;
}

type Settings = Omit<RoundsInput, 'cells' | 'targets'> & Pick<Config, 'margin' | 'precision' | 'budgetMs' | 'confirm'>;

/** What is measured of whom: the cells that are left, and all arms, the baseline first. */
interface Scope {
  readonly cells: readonly Cell[];
  readonly arms: readonly string[];
}

/**
 * All rounds of a run: those that were asked for; with `precision`, more of the cells whose intervals are still too
 * wide; then, with several arms, rounds of their own for the cells whose arms seem to differ. Never rejects: what
 * stopped it is in the result.
 */
export async function measure(
  config: Settings,
  cells: readonly Cell[],
  canary: string | null,
  targets: readonly [Target, ...Target[]],
  loader: Loader,
  host: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Measured> {
  const runner = createRoundRunner({ ...config, cells, targets }, loader, host);
  const scope = { cells, arms: targets.map((target) => target.arm.id) };
  await runner.run(config.rounds, planTurns(scope, canary), { phase: 'planned', note: '' });
  const stopping = config.precision === null ? null : await narrow(config, config.precision, scope, runner);
  const alpha = stopping === null ? ALPHA : ALPHA / LOOKS;
  if (config.confirm) await confirm(config, alpha, scope, runner);
  return { ...runner.read(), alpha, stopping };
}

/**
 * Doubles the rounds of those cells whose intervals are too wide, until none is or time or looks are used up. Each look
 * spends an equal part of the 5 % (Bonferroni), so that looking often does not make narrow intervals of luck: all
 * intervals and verdicts are then at 1.25 %.
 */
async function narrow(
  config: Settings,
  precision: number,
  scope: Scope,
  runner: RoundRunner,
): Promise<NonNullable<Stopping>> {
  const alpha = ALPHA / LOOKS;
  const looks: NonNullable<Stopping>['looks'] = [];
  const isOver = (): boolean => runner.read().wallMs >= config.budgetMs;
  for (let look = 0; ; look++) {
    const { blocks, roundsDone, stopped } = runner.read();
    const wide = findTooWide({ ...leaveFailed(scope, runner), blocks, precision, alpha });
    looks.push({ rounds: roundsDone, alpha, tooWide: wide.size });
    if (stopped !== null) return { looks, ended: 'stopped' };
    if (wide.size === 0) return { looks, ended: 'precise' };
    if (looks.length === LOOKS) return { looks, ended: 'rounds' };
    if (isOver()) return { looks, ended: 'budget' };
    await runner.run(roundsBeforeLook(look + 1, config.rounds), planCells(scope, wide), {
      phase: 'narrowing',
      note: `narrowing ${wide.size} cell${wide.size === 1 ? '' : 's'}`,
      isOver,
    });
  }
}

/** Every arm in every cell in which any seems to differ: as often as the cell was measured before. */
async function confirm(config: Settings, alpha: number, scope: Scope, runner: RoundRunner): Promise<void> {
  const { blocks, stopped } = runner.read();
  if (stopped !== null) return;
  const { margin, seed } = config;
  const alarms = findAlarms({ ...leaveFailed(scope, runner), blocks, margin, alpha, seed });
  if (alarms.length === 0) return;
  const alarmed = new Set(alarms.map(({ cell }) => cell));
  const had = [...alarmed].map((id) => blocks.filter(({ role, cell }) => role === 'cell' && cell === id).length);
  await runner.run(Math.max(...had) / scope.arms.length, planCells(scope, alarmed), {
    phase: 'confirming',
    note: `confirming ${alarms.length} difference${alarms.length === 1 ? '' : 's'}`,
  });
}

function leaveFailed({ cells, arms }: Scope, runner: RoundRunner): Scope {
  const { failed } = runner.read();
  return { cells: cells.filter(({ id }) => !failed.has(id)), arms };
}

/**
 * Every cell, its floor and the canary once for each arm. Only the baseline's canary is judged; the others are there
 * because a server that is asked more often than another answers faster (caches, compilers that learn), and arms must
 * differ in nothing but what they are.
 */
function planTurns({ cells, arms }: Scope, canary: string | null): Turn[] {
  return arms.flatMap((arm) => [
    ...cells.flatMap(({ id }): Turn[] => [
      { role: 'cell', arm, cell: id },
      { role: 'floor', arm, cell: id },
    ]),
    ...(canary === null ? [] : [{ role: 'canary' as const, arm, cell: canary }]),
  ]);
}

function planCells({ arms }: Scope, cells: ReadonlySet<string>): Turn[] {
  return arms.flatMap((arm) => [...cells].map((cell): Turn => ({ role: 'cell', arm, cell })));
}
