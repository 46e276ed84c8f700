import { annotate } from '../github/annotations.ts';
import { writeJobSummary } from '../github/job-summary.ts';
import { writeOutputs } from '../github/outputs.ts';
import { describeEndedRun, describeOwnRun } from '../github/provenance.ts';
import { type Failure, renderFailure } from '../render/failure.ts';
import type { Posting } from '../render/posting.ts';
import { type Outlet, openOutlet } from './outlet.ts';
import { postComment } from './post-comment.ts';
import { keyOf } from './publish.ts';

/**
 * The run gave no report: the comment of an earlier one must not go on as if all were well, and the summary tells the
 * reason. Never rejects.
 */
export async function publishFailure(
  place: Pick<Outlet, 'config' | 'log' | 'occasion'>,
  interrupted: AbortSignal,
  failure: Pick<Failure, 'reason' | 'detail'>,
): Promise<void> {
  const { occasion } = place;
  const provenance =
    occasion === null
      ? {}
      : occasion.endedRun === null
        ? describeOwnRun(occasion, process.env)
        : describeEndedRun(occasion, null);
  const posting: Posting = { ...keyOf(place, place.config.reportId), links: [], headNow: null };
  const write = (headNow: string | null): string => renderFailure({ ...failure, provenance }, { ...posting, headNow });
  await writeJobSummary(write(null));
  const outlet = await openOutlet(place, interrupted);
  const pull = occasion?.pull?.number ?? null;
  const posted = await postComment(outlet, pull, { posting, provenance, news: 'failure', write });
  annotate(posted.warnings);
  writeOutputs({
    outcome: interrupted.aborted ? 'aborted' : 'infra-error',
    gate: 'none',
    'comment-status': posted.status,
    'comment-url': posted.url ?? '',
    'history-status': 'off',
    'artifact-status': 'off',
  });
}
