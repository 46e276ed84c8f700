import { isLaterRun, type Marker } from '../comment-marker.ts';
import type { Report } from '../report.ts';
import { commitOf, readArtifactUrl, readCommit, runName, runUrlOf, shortSha } from './identifiers.ts';
import { type Md, md, toMarkdown } from './markdown.ts';
import type { Link, Posting } from './posting.ts';
import { code, foreign, list, type Plain, plain, say } from './prose.ts';

const MOST_COMMITS = 3;
const NAMES: Record<Link['what'], Plain> = {
  html: plain`HTML report`,
  data: plain`data`,
  diagnosis: plain`diagnosis`,
};

/** Says where the pull request has moved on from what was measured; null where it has not. */
export function staleNote(reports: readonly Report[], { headNow }: Posting): Md | null {
  const now = readCommit(headNow);
  const measured = [...new Set(reports.map(commitOf))].filter((sha) => sha !== null);
  if (now === null || (measured.length === 1 && measured[0] === now)) return null;
  const shown = code(shortSha(now));
  if (measured.length === 0)
    return md`**${toMarkdown(say`The pull request is now at ${shown}; which commit was measured is not known.`)}**`;
  const commits = list(
    measured.map((sha) => code(shortSha(sha))),
    MOST_COMMITS,
  );
  return md`**${toMarkdown(say`Measured at ${commits}; the pull request is now at ${shown}.`)}**`;
}

/** Where to read on: the run, the pages of the one report, and what wrote this. */
export function footer(report: Report, links: readonly Link[]): Md | null {
  const url = runUrlOf(report);
  const own = links.filter((link) => link.report === report.id);
  const items = [...(url === null ? [] : [md`[${runName(report)}](${url})`]), ...writeLinks(own)];
  if (items.length === 0) return null;
  const tool = toMarkdown(say`${foreign(report.tool.name)} ${foreign(report.tool.version)}`);
  return md`<sub>${joinLine([...items, tool])}</sub>`;
}

/** Null where there is none that has the form of an address. */
export function linkLine(links: readonly Link[]): Md | null {
  const items = writeLinks(links);
  return items.length === 0 ? null : md`<sub>${joinLine(items)}</sub>`;
}

/** Links by their names; none for what has not the form of an address. */
export function writeLinks(links: readonly Link[]): Md[] {
  return links.flatMap(({ what, url }) => {
    const checked = readArtifactUrl(url);
    return checked === null ? [] : [md`[${NAMES[what]}](${checked})`];
  });
}

function joinLine(items: readonly Md[]): Md {
  return items.reduce((line, item) => md`${line} · ${item}`);
}

/** Of several reports the one of the latest run, and of its latest attempt, speaks for all. */
export function findLatest([first, ...others]: readonly [Report, ...Report[]]): Report {
  return others.reduce((latest, report) => (isLaterRun(runOf(report), runOf(latest)) ? report : latest), first);
}

function runOf({ provenance }: Report): Pick<Marker, 'run' | 'attempt'> {
  return { run: provenance.runId ?? null, attempt: provenance.runAttempt ?? null };
}
