import type { Warning } from '../report.ts';
import { count } from './format.ts';
import { describeBroken } from './gate-findings.ts';
import type { Lookup } from './lookup.ts';
import { join, type Prose, say } from './prose.ts';
import { describeWarning, type Weight, weigh } from './warnings.ts';

export interface Alert {
  readonly kind: 'CAUTION' | 'WARNING' | 'NOTE';
  /** What there is to tell, or what the items have in common. */
  readonly lead: Prose;
  /** Where there are several things to tell, each of them: they stand one below the other. */
  readonly items: readonly Prose[];
}

/** Warnings that an alert tells before it counts the rest. */
const MOST_WARNINGS = 6;

/** What a reader has to know before the numbers: broken limits and the heaviest kind of warning, or nothing. */
export function buildAlert(lookup: Lookup): Alert | null {
  const broken = describeBroken(lookup);
  const bad = tellWarnings(lookup, 'bad');
  if (broken !== null || bad.length > 0) return toAlert('CAUTION', [...(broken ?? []), ...bad]);
  const doubt = tellWarnings(lookup, 'doubt');
  if (doubt.length > 0) return toAlert('WARNING', doubt);
  const note = tellWarnings(lookup, 'note');
  return note.length > 0 ? toAlert('NOTE', note) : null;
}

function toAlert(kind: Alert['kind'], parts: readonly Prose[]): Alert {
  if (parts.length <= 2) return { kind, lead: join(parts, ' '), items: [] };
  const [lead = [], ...items] = parts;
  return { kind, lead, items };
}

/** All warnings of a kind as one part, if there are any. */
function tellWarnings(lookup: Lookup, weight: Weight): Prose[] {
  const told = lookup.report.warnings.filter((warning) => weigh(warning) === weight && !isTold(warning));
  const shown = told.length <= MOST_WARNINGS + 1 ? told : told.slice(0, MOST_WARNINGS);
  const rest = told.length - shown.length;
  const parts = shown.map((warning) => describeWarning(lookup, warning));
  if (parts.length === 0) return [];
  return [join([...parts, ...(rest > 0 ? [say`${count(rest, 'more warning')}.`] : [])], ' ')];
}

/** Marks in the tables and the very first line tell these already. */
function isTold({ code }: Warning): boolean {
  return code === 'not-seldon' || code === 'floor-share' || code === 'flagged-blocks';
}
