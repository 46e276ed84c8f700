import type { Annotation } from './annotations.ts';
import type { CommentOutcome, CommentStatus } from './comment.ts';

/** The warning for whoever can mend it; null where nothing is amiss. */
export function noticeComment({ status, refusal }: CommentOutcome, isFork: boolean): Annotation | null {
  const why = WHY[status];
  if (why === null) return null;
  const told =
    refusal === null ? '' : ` (GitHub answered ${refusal.status ?? 'nothing'}: ${refusal.message.slice(0, 200)})`;
  const needs = refusal === null || refusal.needs === null ? '' : ` GitHub takes ${refusal.needs}.`;
  const fork =
    isFork && status === 'forbidden'
      ? ' On pull requests from forks a job can have no such permission: let a second workflow with `mode: report` write the comment (README, "Pull requests from forks").'
      : '';
  return noticeOf(`${why}${told}`, `${needs}${fork}`);
}

/** The warning with a reason, and what to do about it where that is known. */
export function noticeOf(why: string, advice = ''): Annotation {
  return {
    title: 'Pull request comment',
    message: `no comment was written: ${why}.${advice} The job summary has the report.`,
  };
}

const WHY: Record<CommentStatus, string | null> = {
  created: null,
  updated: null,
  unchanged: null,
  quiet: null,
  superseded: null,
  closed: null,
  aborted: null,
  forbidden: 'the token lacks the permission `pull-requests: write`',
  locked: 'the conversation is locked, or the token lacks the permission `pull-requests: write`',
  'not-found': 'the pull request cannot be seen with this token, which needs `pull-requests: write`',
  gone: 'the pull request is gone, or comments are turned off',
  rejected: 'GitHub rejected it',
  'rate-limited': 'GitHub has had too many requests of this token',
  unavailable: 'GitHub did not answer as it should',
};
