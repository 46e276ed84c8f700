import { join } from 'node:path';
import { weighNews } from '../analysis/news.ts';
import { GATE_RESULTS } from '../gate-rules.ts';
import { type Annotation, annotate } from '../github/annotations.ts';
import { writeJobSummary } from '../github/job-summary.ts';
import { nameComment } from '../github/occasion.ts';
import { describeOutputs } from '../github/outputs.ts';
import { listFindings } from '../render/annotations.ts';
import { listFastest } from '../render/fastest.ts';
import type { Link, Posting } from '../render/posting.ts';
import { findLatest } from '../render/posting-lines.ts';
import { renderPages } from '../render/render.ts';
import type { Outcome, Report } from '../report.ts';
import type { Outlet } from './outlet.ts';
import { type Posted, postComment } from './post-comment.ts';
import type { Store } from './store.ts';

/**
 * Puts reports before their readers: pages, summary, comment, annotations, outputs. What GitHub refuses is told and never
 * fails the job. `links` lead to what was uploaded; `warnings` are told beside the run. Rejects where the `store` does:
 * without one of the caller's, where the pages or outputs cannot be written.
 */
export async function publish(
  reports: readonly [Report, ...Report[]],
  pull: number | null,
  outlet: Outlet,
  links: readonly Link[],
  warnings: readonly Annotation[],
  store: Store,
): Promise<void> {
  const { occasion } = outlet;
  const posting: Posting = { ...keyOf(outlet), links, headNow: null };
  const latest = findLatest(reports);
  const pages = renderPages(reports, posting);
  await store.writeFiles({ ...pages });
  await writeJobSummary(pages['summary.md']);
  const posted = await postComment(outlet, pull, {
    posting,
    provenance: latest.provenance,
    news: weighNews(reports),
    // As it lies in the folder, but where the pull request has moved on meanwhile.
    write: (headNow) => (headNow === null ? pages : renderPages(reports, { ...posting, headNow }))['comment.md'],
  });
  annotate([...posted.warnings, ...warnings, ...reports.flatMap(listFindings)]);
  store.writeOutputs({ ...describeMany(reports, outlet), ...describePosted(posted) });
  if (occasion === null) outlet.log.warn('the runner does not say which repository this is: no comment is written');
}

/** By which the step's one comment is found again. */
export function keyOf({ occasion, config }: Pick<Outlet, 'occasion' | 'config'>): Pick<Posting, 'key'> {
  return { key: occasion === null ? '0'.repeat(16) : nameComment(occasion, config.reportId) };
}

function describePosted({ status, url }: Posted) {
  return { 'comment-status': status, 'comment-url': url ?? '' };
}

const BY_WEIGHT: readonly Outcome[] = ['regression', 'infra-error', 'aborted', 'untrustworthy', 'ok'];

function describeMany(reports: readonly [Report, ...Report[]], { config, occasion }: Outlet) {
  const outcome = BY_WEIGHT.find((one) => reports.some((report) => report.outcome === one)) ?? 'ok';
  const gate = GATE_RESULTS.find((one) => reports.some((report) => report.gate?.result === one)) ?? 'none';
  const [report, ...others] = reports;
  const all = { outcome, gate, 'report-folder': config.out };
  // What is about one report's cells is said of one.
  if (others.length > 0) return all;
  const path = { 'report-path': join(config.out, 'report.json') };
  // Names that a stranger's report gives its cells and arms must not reach the scripts of a job that may write.
  if (occasion !== null && occasion.endedRun !== null) return { ...all, ...path };
  const { batches } = report.config;
  const fastest = {
    small: listFastest(report, Math.min(...batches)),
    large: listFastest(report, Math.max(...batches)),
  };
  return { ...all, ...path, ...describeOutputs(report, fastest) };
}
