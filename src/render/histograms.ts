import { type Report, resultOf } from '../report.ts';
import { clean } from './foreign.ts';

/**
 * The latencies of every arm's cells as an HdrHistogram log, format 1.3, as HdrHistogram's own readers take it: one
 * line each, tagged `<arm>:<cell>`, its length the time of the cell's blocks. Recorded are nanoseconds, the maximum is in
 * milliseconds. Null where no cell has a histogram.
 */
export function renderHistograms(report: Report): string | null {
  const lines = report.cells.flatMap((cell) =>
    report.arms.flatMap((arm) => {
      const result = resultOf(cell, arm.id);
      if (result?.histogram == null || !BASE64.test(result.histogram)) return [];
      const seconds = result.rounds.reduce((sum, { wallMs }) => sum + wallMs, 0) / 1000;
      const fields = [`Tag=${escapeTag(arm.id)}:${escapeTag(cell.id)}`, '0.000', seconds.toFixed(3)];
      return [[...fields, result.maxMs.toFixed(3), result.histogram].join(',')];
    }),
  );
  if (lines.length === 0) return null;
  const start = new Date(report.startedAt);
  return [
    '#[Histogram log format version 1.3]',
    `#[Logged with ${clean(`${report.tool.name} ${report.tool.version}`)}; values in nanoseconds, Interval_Max in milliseconds]`,
    `#[StartTime: ${(start.getTime() / 1000).toFixed(3)} (seconds since epoch), ${start.toISOString()}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...lines,
    '',
  ].join('\n');
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A tag may hold neither commas nor spaces nor line ends. Percent signs keep different ids different. */
export function escapeTag(id: string): string {
  return encodeURIComponent(id.toWellFormed());
}
