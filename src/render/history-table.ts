import type { CellReport, History } from '../report.ts';
import { millis, timestamp } from './format.ts';
import { cellInWords, type Lookup, nothing } from './lookup.ts';
import { code, foreign, join, type Plain, type Prose, plain, say } from './prose.ts';
import { type Column, left, right, type Table } from './table.ts';

type EarlierRun = Extract<History, { status: 'found' }>['runs'][number];

/**
 * How the baseline's medians went on the base branch: the oldest run first, this one last. Null where nobody asked for
 * it, and where there is nothing to show.
 */
export function buildHistoryTable(lookup: Lookup, cells: readonly CellReport[] = lookup.report.cells): Table | null {
  const { history } = lookup.report;
  if (history?.status !== 'found' || cells.length === 0) return null;
  const runs = history.runs.toReversed();
  return {
    caption: plain`Earlier runs`,
    columns: [left(plain`p50 ms`), ...runs.map(titleRun), right(plain`now`)],
    rows: cells.map((cell) => [
      cellInWords(lookup, cell.id),
      ...runs.map(({ p50Ms }) => describeMedian(Object.hasOwn(p50Ms, cell.id) ? p50Ms[cell.id] : undefined)),
      describeMedian(lookup.result(cell)?.p50Ms.value),
    ]),
  };
}

/** What the table shows and that it decides nothing, or why there is none. Null where nobody asked for it. */
export function explainHistory(lookup: Lookup): Prose | null {
  const { history } = lookup.report;
  if (history === null) return null;
  switch (history.status) {
    case 'found': {
      const whose = lookup.others.length === 0 ? [] : say` of the baseline ${foreign(lookup.arm.id)}`;
      return say`Medians${whose} in earlier runs on ${foreign(history.branch)}, the newest beside this one. They decide nothing: the machine differs from job to job, and latencies with it. Only what was measured within one job is compared.`;
    }
    case 'not-comparable': {
      const differences = history.differences.map(
        ({ what, earlier, now }) => say`${foreign(what)} was ${foreign(earlier)}, is now ${foreign(now)}`,
      );
      return say`Earlier runs: run ${history.runId as Plain} on ${foreign(history.branch)} is not comparable (${join(differences, '; ')}).`;
    }
    case 'none':
      return say`Earlier runs: none${onBranch(history.branch)} (${foreign(history.why)}).`;
    case 'unreadable':
      return say`Earlier runs${onBranch(history.branch)} could not be read (${foreign(history.why)}).`;
  }
}

function onBranch(branch: string | null): Prose {
  return branch === null ? [] : say` on ${foreign(branch)}`;
}

/** The schema lets nothing but hexadecimal digits in. */
function titleRun({ sha, startedAt }: EarlierRun): Column {
  // Wrapped at its hyphens, a date in a narrow column reads like numbers.
  const date = timestamp(startedAt).slice(0, 10).replaceAll('-', '\u2011') as Plain;
  return right(say`${code(sha.slice(0, 7) as Plain)} ${date}`);
}

function describeMedian(ms: number | undefined): Prose {
  return ms === undefined ? nothing : say`${millis(ms)}`;
}
