import { renderFolded } from './fold.ts';
import { writeLead } from './lead.ts';
import { type Lookup, pickGroups } from './lookup.ts';
import { blocks, lines, type Md, page } from './markdown.ts';
import type { Posting } from './posting.ts';
import { findLatest, footer } from './posting-lines.ts';
import { earlierRuns, limitsTable } from './publication-sections.ts';
import { foldedPart, head, marker, method } from './sections.ts';
import { createShelf, type Keep, leftOut, writeFitting } from './shedding.ts';

/** UTF-16 units. GitHub takes 65 536 characters; what posts the comment may still add to it. */
export const MAX_COMMENT = 60_000;

/**
 * The pull request's comment: what a reader needs in sight, the rest folded. Shows at most four groups of cells. Where
 * it is too long, whole parts are left out and named.
 */
export function renderComment(lookups: readonly [Lookup, ...Lookup[]], posting: Posting): string {
  const [lookup, ...others] = lookups;
  if (others.length > 0) {
    const latest = findLatest([lookup.report, ...others.map(({ report }) => report)]);
    return renderFolded(lookups, posting, { first: marker(latest.provenance, posting), fits, inFull: false });
  }
  const shelf = createShelf();
  const top = lines(marker(lookup.report.provenance, posting), head(lookup, posting));
  return writeFitting(fits, (shed) =>
    page(top, writeBody(lookup, shelf.keep(shed)), leftOut(shed, [shelf]), footer(lookup.report, posting.links)),
  );
}

function fits(text: string): boolean {
  return text.length <= MAX_COMMENT;
}

function writeBody(lookup: Lookup, keep: Keep): Md {
  const groups = pickGroups(lookup.groups);
  return blocks(
    writeLead(lookup, groups, keep),
    keep('gate', () => limitsTable(lookup)),
    keep('history', () => earlierRuns(lookup, groups)),
    keep('medians', () => foldedPart('medians', lookup, groups)),
    keep('cells', () => foldedPart('cells', lookup, groups)),
    keep('pairs', () => foldedPart('pairs', lookup, groups)),
    keep('codec', () => foldedPart('codec', lookup, groups)),
    keep('method', () => method(lookup)),
  );
}
