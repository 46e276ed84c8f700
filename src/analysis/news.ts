import type { Report } from '../report.ts';

/** How much a reader has to know of it: `failure` a gate or the run failed, `change` an arm is faster or slower. */
export type News = 'failure' | 'change' | 'quiet';

/** Of several reports the gravest. */
export function weighNews(reports: readonly Report[]): News {
  if (reports.some(({ outcome }) => outcome !== 'ok' && outcome !== 'untrustworthy')) return 'failure';
  const moved = reports.some(({ comparisons }) =>
    comparisons.some(({ kind, verdict }) => kind === 'arm' && (verdict === 'slower' || verdict === 'faster')),
  );
  return moved ? 'change' : 'quiet';
}
