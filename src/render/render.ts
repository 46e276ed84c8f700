import type { Report } from '../report.ts';
import { renderBencher } from './bencher.ts';
import { renderBenchmarkAction } from './benchmark-action.ts';
import { renderComment } from './comment.ts';
import { renderCsv } from './csv.ts';
import { renderHistograms } from './histograms.ts';
import { createLookup } from './lookup.ts';
import type { Posting } from './posting.ts';
import { renderSummary } from './summary.ts';

export interface Pages {
  readonly 'comment.md': string;
  readonly 'summary.md': string;
}

/** The files of one report by their names. `histograms.hlog` is among them where the report has histograms. */
export async function renderFiles(report: Report): Promise<Record<string, string>> {
  // Only those who want these files wait for what draws charts and for the templates.
  const [{ renderHtml }, { renderJunit }] = await Promise.all([import('./html.ts'), import('./junit.ts')]);
  const histograms = renderHistograms(report);
  return {
    'report.html': renderHtml(createLookup(report)),
    'results.csv': renderCsv(report),
    ...(histograms === null ? {} : { 'histograms.hlog': histograms }),
    'junit.xml': renderJunit(report),
    'benchmark-action.json': renderBenchmarkAction(report),
    'bencher.json': renderBencher(report),
  };
}

/** What is put before readers on GitHub: the pull request's comment and the job's summary, of all reports together. */
export function renderPages(reports: readonly [Report, ...Report[]], posting: Posting): Pages {
  const [first, ...others] = reports;
  const lookups = [createLookup(first), ...others.map(createLookup)] as const;
  return { 'comment.md': renderComment(lookups, posting), 'summary.md': renderSummary(lookups, posting) };
}
