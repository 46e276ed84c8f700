import type { OwnPayload } from '../own-payload.ts';
import type { Answers } from '../payload/reply.ts';
import type { Cell } from '../plan.ts';
import type { Target } from '../target/target.ts';

/** How replies are checked: to rows of somebody's own a foreign model has to answer as many. */
export function expectAnswers(
  { answers }: Pick<Target, 'answers'>,
  { batch }: Pick<Cell, 'batch'>,
  own: OwnPayload | null,
): Answers {
  return own !== null && answers === 'any' ? { rows: batch } : answers;
}
