import { explain, Interrupted, ServerError, UserError } from '../errors.ts';
import { annotate } from '../github/annotations.ts';
import { writeJobSummary } from '../github/job-summary.ts';
import { writeOutputs } from '../github/outputs.ts';
import { describeEndedRun, describeOwnRun } from '../github/provenance.ts';
import { renderFailure } from '../render/failure.ts';
import type { Posting } from '../render/posting.ts';
import type { Evidence } from './evidence.ts';
import { findPlace } from './find-place.ts';
import { type Outlet, openOutlet } from './outlet.ts';
import { type Posted, postComment } from './post-comment.ts';
import { keyOf } from './publish.ts';
import { uploadDiagnosis } from './upload-diagnosis.ts';

/**
 * The run gave no report: the comment of an earlier one must not go on as if all were well, and the summary tells the
 * reason. What targets left as `evidence` is uploaded beside it. Never rejects.
 */
export async function publishFailure(
  place: Pick<Outlet, 'config' | 'log' | 'occasion'>,
  interrupted: AbortSignal,
  error: unknown,
  evidence: Evidence | null,
): Promise<void> {
  const { occasion } = place;
  const provenance =
    occasion === null
      ? {}
      : occasion.endedRun === null
        ? describeOwnRun(occasion, process.env)
        : describeEndedRun(occasion, null);
  const { reportId } = place.config;
  const outlet = await openOutlet(place, interrupted);
  const diagnosis = evidence === null ? null : await uploadDiagnosis(reportId, evidence, true, outlet);
  const posting: Posting = { ...keyOf(place), links: diagnosis?.links ?? [], headNow: null };
  const failure = { reason: explain(error), detail: error instanceof ServerError ? error.detail : [], provenance };
  const write = (headNow: string | null): string => renderFailure(failure, { ...posting, headNow });
  await writeJobSummary(write(null));
  const posted = await post(outlet, { posting, provenance, write });
  annotate([...posted.warnings, ...(diagnosis?.warnings ?? [])]);
  const outputs = {
    outcome: classify(error),
    gate: 'none',
    'comment-status': posted.status,
    'comment-url': posted.url ?? '',
    'history-status': 'off',
    'artifact-status': 'off',
    ...diagnosis?.outputs,
  };
  try {
    writeOutputs(outputs);
  } catch (thrown) {
    place.log.warn(`the outputs could not be written: ${explain(thrown)}`);
  }
}

async function post(
  outlet: Outlet,
  page: Pick<Parameters<typeof postComment>[2], 'posting' | 'provenance' | 'write'>,
): Promise<Posted> {
  // A job that is cancelled is followed by another, which has more to say.
  const pull = outlet.signal.aborted ? null : ((await findPlace(outlet).catch(() => null))?.pull ?? null);
  return postComment(outlet, pull, { ...page, news: 'failure' });
}

/** The output `outcome` where there is no report to tell it. */
function classify(error: unknown): 'aborted' | 'usage-error' | 'infra-error' {
  if (error instanceof Interrupted) return 'aborted';
  return error instanceof UserError && !(error instanceof ServerError) ? 'usage-error' : 'infra-error';
}
