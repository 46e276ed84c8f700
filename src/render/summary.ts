import { renderFolded } from './fold.ts';
import { environmentTable, floorTable, stagesTable, warningsInFull } from './full-sections.ts';
import { writeLead } from './lead.ts';
import { type Lookup, pickGroups } from './lookup.ts';
import { blocks, type Md, md, page } from './markdown.ts';
import type { Posting } from './posting.ts';
import { footer } from './posting-lines.ts';
import { earlierRuns, limitsTable } from './publication-sections.ts';
import { cellTables, foldedPart, head, method } from './sections.ts';
import { createShelf, type Keep, leftOut, writeFitting } from './shedding.ts';

/** Bytes of UTF-8. The runner drops a step's whole summary beyond 1 MiB. */
export const MAX_SUMMARY = 900 * 1024;

/**
 * The job's summary: as the comment, with the tables of the cells open and the warnings and the environment in full.
 * Where it is too long, whole parts are left out and named.
 */
export function renderSummary(lookups: readonly [Lookup, ...Lookup[]], posting: Posting): string {
  const [lookup, ...others] = lookups;
  if (others.length > 0) return renderFolded(lookups, posting, { first: null, fits, inFull: true });
  const shelf = createShelf();
  const top = head(lookup, posting);
  return writeFitting(fits, (shed) =>
    page(top, writeBody(lookup, shelf.keep(shed)), leftOut(shed, [shelf]), footer(lookup.report, posting.links)),
  );
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= MAX_SUMMARY;
}

function writeBody(lookup: Lookup, keep: Keep): Md {
  const groups = pickGroups(lookup.groups);
  return blocks(
    writeLead(lookup, groups, keep),
    keep('cells', () => section(md`Cells`, cellTables(lookup, groups))),
    keep('warnings', () => section(md`Warnings`, warningsInFull(lookup))),
    keep('gate', () => limitsTable(lookup)),
    keep('history', () => earlierRuns(lookup, groups)),
    keep('medians', () => foldedPart('medians', lookup, groups)),
    keep('pairs', () => foldedPart('pairs', lookup, groups)),
    keep('codec', () => foldedPart('codec', lookup, groups)),
    keep('floor', () => floorTable(lookup)),
    keep('method', () => method(lookup)),
    keep('environment', () => section(md`Environment`, environmentTable(lookup))),
    keep('timeline', () => section(md`Stages`, stagesTable(lookup))),
  );
}

function section(title: Md, body: Md): Md | null {
  return body === '' ? null : blocks(md`#### ${title}`, body);
}
