import { GATE_RESULTS } from '../gate-rules.ts';
import { count, integer } from './format.ts';
import { countLimits } from './gate-words.ts';
import { buildHeadline, type Headline, isReference, type State } from './headline.ts';
import type { Lookup } from './lookup.ts';
import { join, type Plain, type Prose, plain, say } from './prose.ts';
import { sumTallies, tallyArms } from './tally.ts';

/** One of several reports in its place. */
export interface Entry {
  readonly lookup: Lookup;
  readonly headline: Headline;
  /** Its place among the reports of the same id, from 1, and how many these are. */
  readonly place: number;
  readonly alike: number;
}

const WORST_FIRST: readonly State[] = ['bad', 'doubt', 'open', 'good'];

/** Of reports in the same state, those with a broken limit come first: limits are what was asked for. */
function rank({ lookup: { report }, headline }: Entry): number {
  const { result } = report.gate ?? { result: 'passed' };
  return GATE_RESULTS.length * WORST_FIRST.indexOf(headline.state) + GATE_RESULTS.indexOf(result);
}

/** The reports with their headlines: those that ask for a reader come first, else they stay in their order. */
export function listEntries(lookups: readonly Lookup[]): Entry[] {
  const byId = Map.groupBy(lookups, ({ report }) => report.id);
  return lookups
    .map((lookup): Entry => {
      const same = byId.get(lookup.report.id) ?? [];
      return { lookup, headline: buildHeadline(lookup), place: same.indexOf(lookup) + 1, alike: same.length };
    })
    .sort((a, b) => rank(a) - rank(b));
}

/** All reports in a line, with the state of the worst. Expects the worst first. */
export function buildFoldedHeadline(entries: readonly Entry[]): Pick<Headline, 'state' | 'text'> {
  const state = entries[0]?.headline.state ?? 'open';
  const isNone = entries.every(({ lookup }) => isReference(lookup.report));
  const name = isNone ? plain`Payload benchmark of the reference server` : plain`Seldon payload benchmark`;
  const parts = [countStates(entries), ...sumLimits(entries), ...sumArms(entries), ...sumCells(entries)];
  return { state, text: say`${name}, ${count(entries.length, 'report')}: ${join(parts, '; ')}` };
}

/** "2 over a limit, 1 slower, 3 measured" */
function countStates(entries: readonly Entry[]): Plain {
  const byWord = Map.groupBy(entries, ({ headline }) => headline.word);
  return [...byWord].map(([word, { length }]) => plain`${integer(length)} ${word}`).join(', ') as Plain;
}

function sumLimits(entries: readonly Entry[]): Prose[] {
  const rules = entries.flatMap(({ lookup }) => lookup.report.gate?.rules ?? []);
  return rules.length === 0 ? [] : [say`${countLimits(rules)}`];
}

function sumArms(entries: readonly Entry[]): Prose[] {
  const tallies = entries.flatMap(({ lookup }) => tallyArms(lookup));
  return tallies.length === 0 ? [] : [say`${sumTallies(tallies)}`];
}

/** Where arms were compared, their cells are counted there. */
function sumCells(entries: readonly Entry[]): Prose[] {
  if (entries.some(({ lookup }) => lookup.others.length > 0)) return [];
  const cells = entries.flatMap(({ lookup }) => lookup.report.cells);
  const measured = cells.filter(({ state }) => state === 'measured').length;
  const all = measured === cells.length ? plain`` : plain`${integer(measured)} of `;
  return [say`${all}${count(cells.length, 'cell')} measured`];
}
