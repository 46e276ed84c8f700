import { buildFoldedHeadline, type Entry, listEntries } from './fold-headline.ts';
import { count, integer } from './format.ts';
import { environmentTable, floorTable, stagesTable, warningsInFull } from './full-sections.ts';
import { isReference, SIGNS } from './headline.ts';
import { type Lookup, pickGroups } from './lookup.ts';
import { blocks, details, lines, type Md, md, page, small, toMarkdown } from './markdown.ts';
import type { Link, Posting } from './posting.ts';
import { footer, linkLine, staleNote } from './posting-lines.ts';
import { foreign, type Prose, plain, say } from './prose.ts';
import { describeCommonCommit, describeProvenance } from './provenance.ts';
import { alertBlock, earlierRuns, keptLine, limitsTable } from './publication-sections.ts';
import {
  armCharts,
  armConclusions,
  armDifferences,
  armTables,
  conclusions,
  foldedPart,
  intervalChart,
  method,
  pivots,
  withinArm,
} from './sections.ts';
import { createShelf, type Keep, leftOut, writeFitting } from './shedding.ts';
import { NOT_SELDON } from './warnings.ts';

interface FoldOptions {
  /** Above everything else. */
  readonly first: Md | null;
  readonly fits: (text: string) => boolean;
  /** With the warnings, the floor, the environment and the stages. */
  readonly inFull: boolean;
}

/**
 * Several reports as one page: a headline over all, then each with its verdict, alert, conclusions and medians, and
 * all else folded. What does not fit goes as in a single report, from all of them; then all but the headlines; then the
 * headlines of those that fare best.
 */
export function renderFolded(lookups: readonly [Lookup, ...Lookup[]], posting: Posting, options: FoldOptions): string {
  const { first, fits, inFull } = options;
  const entries = listEntries(lookups);
  const top = writeTop(entries, posting, first);
  const bottom = footer(lookups[0].report, []);
  const written = entries.map((entry) => {
    const links = linksOf(entry, posting);
    return { entry, shelf: createShelf(), head: writeHead(entry), links: linkLine(links) };
  });
  const headlines = (): string => writeHeadlines(entries, posting, { top, bottom, ...options });
  // Nobody waits for the tables of hundreds of reports that could not be shown.
  if (!fits(page(top, ...written.map(({ head, links }) => blocks(head, links)), bottom))) return headlines();
  const shelves = written.map(({ shelf }) => shelf);
  const text = writeFitting(fits, (shed) => {
    const parts = written.map(({ entry, shelf, head, links }) =>
      blocks(head, writeBody(entry.lookup, shelf.keep(shed), inFull), links),
    );
    return page(top, ...parts, leftOut(shed, shelves), bottom);
  });
  return fits(text) ? text : headlines();
}

function writeTop(entries: readonly Entry[], posting: Posting, first: Md | null): Md {
  const { state, text } = buildFoldedHeadline(entries);
  const reports = entries.map(({ lookup }) => lookup.report);
  const isNone = reports.every(isReference);
  const title = md`### ${SIGNS[state]} ${toMarkdown(text)}`;
  const commits = describeCommonCommit(reports);
  const head = blocks(
    isNone ? md`**${toMarkdown(NOT_SELDON)}**` : null,
    title,
    staleNote(reports, posting),
    commits === null ? null : small(say`${commits}.`),
  );
  return first === null ? head : lines(first, head);
}

function writeHead({ lookup, headline, ...place }: Entry): Md {
  return blocks(
    md`#### ${SIGNS[headline.state]} ${toMarkdown(nameEntry({ lookup, ...place }))}`,
    isReference(lookup.report) ? md`**${toMarkdown(NOT_SELDON)}**` : null,
    toMarkdown(say`${headline.found}.`),
  );
}

function nameEntry({ lookup, place, alike }: Pick<Entry, 'lookup' | 'place' | 'alike'>): Prose {
  const which = alike > 1 ? say` (${integer(place)} of ${integer(alike)})` : [];
  return say`${foreign(lookup.report.id)}${which}`;
}

/** Of reports with the same id each has its own only where there are as many links as reports. */
function linksOf({ lookup, place, alike }: Entry, { links }: Posting): Link[] {
  return (['html', 'data'] as const).flatMap((what) => {
    const found = links.filter((link) => link.report === lookup.report.id && link.what === what);
    return found.length === alike ? found.slice(place - 1, place) : [];
  });
}

function writeBody(lookup: Lookup, keep: Keep, inFull: boolean): Md {
  const groups = pickGroups(lookup.groups);
  const hasOthers = lookup.others.length > 0;
  const chart = keep('intervals', () => intervalChart(lookup, groups));
  const own = withinArm(
    lookup,
    keep('conclusions', () => conclusions(lookup, groups)),
    keep('pivots', () => pivots(lookup, groups)),
    hasOthers ? chart : null,
  );
  const full = inFull ? [keep('warnings', () => folded(md`Warnings`, warningsInFull(lookup)))] : [];
  const tail = inFull
    ? [
        keep('floor', () => floorTable(lookup)),
        keep('environment', () => folded(md`Environment`, environmentTable(lookup))),
        keep('timeline', () => folded(md`Stages`, stagesTable(lookup))),
      ]
    : [];
  const more = blocks(
    keep('provenance', () => small(describeProvenance(lookup))),
    keep('differences', () => armDifferences(lookup)),
    keep('arm-tables', () => armTables(lookup, groups)),
    keep('arm-charts', () => armCharts(lookup, groups)),
    hasOthers ? own : null,
    hasOthers ? null : chart,
    ...full,
    keep('gate', () => limitsTable(lookup)),
    keep('history', () => earlierRuns(lookup, groups)),
    keep('medians', () => foldedPart('medians', lookup, groups)),
    keep('cells', () => foldedPart('cells', lookup, groups)),
    keep('pairs', () => foldedPart('pairs', lookup, groups)),
    keep('codec', () => foldedPart('codec', lookup, groups)),
    keep('method', () => method(lookup)),
    ...tail,
  );
  return blocks(
    keep('alert', () => alertBlock(lookup)),
    keptLine(lookup),
    keep('arm-conclusions', () => armConclusions(lookup)),
    hasOthers ? null : own,
    details(md`<b>More of ${toMarkdown(say`${foreign(lookup.report.id)}`)}</b>`, more),
  );
}

function folded(title: Md, body: Md): Md {
  return details(md`<b>${title}</b>`, body);
}

interface Frame extends FoldOptions {
  readonly top: Md;
  readonly bottom: Md | null;
}

/** As many headlines as fit, and how many more there are. */
function writeHeadlines(entries: readonly Entry[], posting: Posting, { top, bottom, fits, inFull }: Frame): string {
  const items = entries.map((entry) => {
    const line = md`- ${SIGNS[entry.headline.state]} ${toMarkdown(say`${nameEntry(entry)}: ${entry.headline.found}`)}`;
    const links = linkLine(linksOf(entry, posting));
    return links === null ? line : md`${line} ${links}`;
  });
  const rest = inFull ? plain`the reports themselves` : plain`the summary`;
  const write = (n: number): string => {
    const left = items.length - n;
    const note =
      left === 0
        ? say`Only the headlines fit; all else is in ${rest}.`
        : say`Only headlines fit; ${count(left, 'more report')} in ${rest}.`;
    return page(top, lines(...items.slice(0, n)), small(note), bottom);
  };
  let n = items.length;
  while (n > 0 && !fits(write(n))) n -= 1;
  return write(n);
}
