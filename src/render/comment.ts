import { type Lookup, pickGroups } from './lookup.ts';
import { blocks, details, lines } from './markdown.ts';
import {
  alertBlock,
  cellTables,
  codecTable,
  conclusions,
  head,
  intervalChart,
  links,
  marker,
  medianCharts,
  method,
  page,
  pairTables,
  pivots,
  titleOf,
} from './sections.ts';

/** The pull request's comment: what a reader needs in sight, the rest folded. Shows at most three batches. */
export function renderComment(lookup: Lookup): string {
  const groups = pickGroups(lookup.groups);
  return page(
    lines(marker(lookup), head(lookup)),
    alertBlock(lookup),
    conclusions(lookup, groups),
    pivots(lookup, groups),
    intervalChart(lookup, groups),
    blocks(
      details(titleOf('medians', groups), medianCharts(lookup, groups)),
      details(titleOf('cells', groups), cellTables(lookup, groups)),
      details(titleOf('pairs', groups), pairTables(lookup, groups)),
      details(titleOf('codec', groups), codecTable(lookup, groups)),
      method(lookup),
    ),
    links(lookup),
  );
}
