import { renderCsv } from '../../src/render/csv.ts';
import { renderHistograms } from '../../src/render/histograms.ts';
import { renderHtml } from '../../src/render/html.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { NOT_POSTED, type Posting } from '../../src/render/posting.ts';
import { type Pages, renderPages } from '../../src/render/render.ts';
import type { Report } from '../../src/report.ts';

interface Rendered extends Pages {
  readonly 'report.html': string;
  readonly 'results.csv': string;
  readonly 'histograms.hlog'?: string;
}

/** What people read of one report, by file name: at once, where the product waits for what draws charts. */
export function renderAll(report: Report, posting: Posting = NOT_POSTED): Rendered {
  const histograms = renderHistograms(report);
  return {
    ...renderPages([report], posting),
    'report.html': renderHtml(createLookup(report)),
    'results.csv': renderCsv(report),
    ...(histograms === null ? {} : { 'histograms.hlog': histograms }),
  };
}
