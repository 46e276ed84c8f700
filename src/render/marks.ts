import { FLOOR_LIMIT, FLOOR_MARK, MIN_DUTY } from '../limits.ts';
import type { CellResult } from '../report.ts';
import { type Plain, type Prose, plain, say } from './prose.ts';

export type Mark = 'floor-over-20' | 'floor-over-50' | 'low-duty';

const SIGNS: Record<Mark, Plain> = { 'floor-over-20': plain`†`, 'floor-over-50': plain`‡`, 'low-duty': plain`§` };

const MEANINGS: Record<Mark, (floor: Plain) => Prose> = {
  'floor-over-20': (floor) => say`† more than 20% of the time is ${floor}`,
  'floor-over-50': () => say`‡ more than 50% is the floor: the cell takes part in no claim`,
  'low-duty': () => say`§ duty below 95%: too much of the time is the client's own, not trustworthy`,
};

export function listMarks({ duty, floorShare }: Pick<CellResult, 'duty' | 'floorShare'>): Mark[] {
  const marks: Mark[] = [];
  if (floorShare !== null && floorShare > FLOOR_LIMIT) marks.push('floor-over-50');
  else if (floorShare !== null && floorShare > FLOOR_MARK) marks.push('floor-over-20');
  if (duty < MIN_DUTY) marks.push('low-duty');
  return marks;
}

export function markSigns(marks: readonly Mark[]): Plain {
  return marks.map((mark) => SIGNS[mark]).join('') as Plain;
}

/** What the marks that were used mean; `floor`: what it is called in this report. */
export function explainMarks(used: ReadonlySet<Mark>, floor: Plain): Prose[] {
  return (Object.keys(MEANINGS) as Mark[]).filter((mark) => used.has(mark)).map((mark) => MEANINGS[mark](floor));
}
