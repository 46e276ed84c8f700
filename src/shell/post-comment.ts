import type { News } from '../analysis/news.ts';
import type { Annotation } from '../github/annotations.ts';
import { type CommentStatus, writeComment } from '../github/comment.ts';
import { noticeComment, noticeOf } from '../github/comment-notice.ts';
import type { Posting } from '../render/posting.ts';
import type { Provenance } from '../report.ts';
import { type Outlet, within } from './outlet.ts';

export interface Posted {
  readonly status: CommentStatus | 'off' | 'no-pull' | 'no-token';
  readonly url: string | null;
  readonly warnings: readonly Annotation[];
}

interface Page {
  readonly posting: Posting;
  readonly provenance: Provenance;
  readonly news: News;
  /** `headNow` is the pull request's head, where it is no longer the commit that was measured. */
  write(headNow: string | null): string;
}

/** Writes the pull request's comment, where there is one to write. Never rejects. */
export async function postComment(outlet: Outlet, pull: number | null, page: Page): Promise<Posted> {
  const { config, client, occasion, signal, log } = outlet;
  const { comment } = config.publishing;
  if (comment === 'never') return nothing('off');
  if (pull === null || occasion === null) return nothing('no-pull');
  if (client === null) return nothing('no-token', 'the input github-token is empty');
  if (signal.aborted) return nothing('aborted');
  const { sha = null, runId = null, runAttempt = null } = page.provenance;
  const writing = writeComment(client, {
    repository: occasion.repository,
    pull,
    marker: { key: page.posting.key, head: sha, run: runId, attempt: runAttempt },
    create: isWanted(comment, page.news),
    write: page.write,
  });
  const outcome = await within('comment', outlet, writing).catch(() => null);
  if (outcome === null)
    return signal.aborted ? nothing('aborted') : nothing('unavailable', 'GitHub did not answer in time');
  log.info(`comment in pull request ${pull}: ${outcome.status}`);
  const notice = noticeComment(outcome, occasion.pull?.isFork ?? occasion.endedRun?.isFork ?? false);
  return { status: outcome.status, url: outcome.url, warnings: notice === null ? [] : [notice] };
}

function nothing(status: Posted['status'], why?: string): Posted {
  return { status, url: null, warnings: why === undefined ? [] : [noticeOf(why)] };
}

function isWanted(comment: Exclude<Outlet['config']['publishing']['comment'], 'never'>, news: News): boolean {
  switch (comment) {
    case 'auto':
      return true;
    case 'on-change':
      return news !== 'quiet';
    case 'on-failure':
      return news === 'failure';
  }
}
