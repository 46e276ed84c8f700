import type { Report } from '../report.ts';
import { renderComment } from './comment.ts';
import { renderCsv } from './csv.ts';
import { renderHistograms } from './histograms.ts';
import { renderHtml } from './html.ts';
import { createLookup } from './lookup.ts';
import { renderSummary } from './summary.ts';

export interface Rendered {
  readonly 'comment.md': string;
  readonly 'summary.md': string;
  readonly 'report.html': string;
  readonly 'results.csv': string;
  /** Only where the report has histograms. */
  readonly 'histograms.hlog'?: string;
}

/** A report as people read it, by file name. Pure but for reading the HTML template. */
export function renderAll(report: Report): Rendered {
  const lookup = createLookup(report);
  const histograms = renderHistograms(report);
  return {
    'comment.md': renderComment(lookup),
    'summary.md': renderSummary(lookup),
    'report.html': renderHtml(lookup),
    'results.csv': renderCsv(report),
    ...(histograms === null ? {} : { 'histograms.hlog': histograms }),
  };
}
