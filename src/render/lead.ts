import type { Group, Lookup } from './lookup.ts';
import { blocks, type Md } from './markdown.ts';
import { alertBlock, keptLine } from './publication-sections.ts';
import {
  armCharts,
  armConclusions,
  armDifferences,
  armTables,
  conclusions,
  intervalChart,
  pivots,
  withinArm,
} from './sections.ts';
import type { Keep } from './shedding.ts';

/** What the comment and the summary of one report show first, and open: what was found, and the medians. */
export function writeLead(lookup: Lookup, groups: readonly Group[], keep: Keep): Md {
  return blocks(
    keep('alert', () => alertBlock(lookup)),
    keptLine(lookup),
    keep('arm-conclusions', () => armConclusions(lookup)),
    keep('differences', () => armDifferences(lookup)),
    keep('arm-tables', () => armTables(lookup, groups)),
    keep('arm-charts', () => armCharts(lookup, groups)),
    withinArm(
      lookup,
      keep('conclusions', () => conclusions(lookup, groups)),
      keep('pivots', () => pivots(lookup, groups)),
      keep('intervals', () => intervalChart(lookup, groups)),
    ),
  );
}
