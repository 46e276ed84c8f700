import * as core from '@actions/core';

/** GitHub shows ten of each kind for a step; more than a few are not read. */
const MOST_WARNINGS = 5;

export interface Annotation {
  readonly title: string;
  readonly message: string;
}

/** Warnings beside the run, the gravest first; the rest is counted in the last one. The one error is the step's own. */
export function annotate(warnings: readonly Annotation[]): void {
  const shown = warnings.length <= MOST_WARNINGS ? warnings : warnings.slice(0, MOST_WARNINGS - 1);
  for (const { title, message } of shown) core.warning(message, { title });
  const left = warnings.length - shown.length;
  if (left > 0) core.warning(`${left} more warnings are in the job summary`, { title: 'Seldon payload benchmark' });
}
