import type { Report } from '../report.ts';
import { duration } from './format.ts';
import type { Lookup } from './lookup.ts';
import { foreign, type Prose, plain, say } from './prose.ts';
import { left, right, type Table } from './table.ts';

/** How long the stages took; null where nothing was recorded. */
export function buildTimelineTable({ report }: Lookup): Table | null {
  if (report.timeline.length === 0) return null;
  return {
    caption: plain`Stages`,
    columns: [left(plain`stage`), right(plain`after`), right(plain`took`)],
    rows: report.timeline.flatMap(({ stage, startMs, durationMs }) => [
      [say`${foreign(stage)}`, say`${duration(startMs)}`, say`${duration(durationMs)}`],
      ...listSteps(report, startMs, startMs + durationMs),
    ]),
  };
}

/** The parts of a stage, of which some went on side by side. */
function listSteps({ steps = [] }: Report, fromMs: number, toMs: number): Prose[][] {
  return steps
    .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
    .map(({ step, startMs, durationMs }) => [
      say`– ${foreign(step)}`,
      say`${duration(startMs)}`,
      say`${duration(durationMs)}`,
    ]);
}
