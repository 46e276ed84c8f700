import { basename } from 'node:path';
import type { Client } from './client.ts';
import { downloadReport } from './download.ts';
import { findArtifacts } from './find-artifacts.ts';
import type { Occasion } from './occasion.ts';
import { readRefusal } from './refusal.ts';

/** The newest successful run of the same workflow on a branch that left this report's artifact. */
export type EarlierRun =
  | {
      readonly status: 'found';
      readonly branch: string;
      readonly runId: string;
      readonly sha: string;
      readonly json: string;
    }
  | { readonly status: 'none' | 'unreadable'; readonly branch: string | null; readonly why: string };

/** Runs on the branch that are looked at, the newest first, before giving up: each costs a request. */
const MOST_LOOKED_AT = 2;

/** Rejects only when the signal ends it: what cannot be found or read is told. */
export async function findEarlierRun(
  client: Client,
  occasion: Occasion,
  reportId: string,
  signal: AbortSignal,
): Promise<EarlierRun> {
  const { branch, repository } = occasion;
  const path = occasion.endedRun?.workflowPath ?? occasion.workflowPath;
  if (branch === null) return { status: 'none', branch, why: 'the run is on no branch' };
  if (path === null) return { status: 'none', branch, why: 'the runner does not say which workflow this is' };
  try {
    const { data } = await client.rest.actions.listWorkflowRuns({
      ...repository,
      workflow_id: basename(path),
      branch,
      status: 'success',
      exclude_pull_requests: true,
      per_page: 20,
    });
    // It goes into the report, which has to be read again. A fork may call its branch by the same name, and its pull request's runs are listed under it.
    const runs = data.workflow_runs.filter(
      (run) =>
        !run.event.startsWith('pull_request') &&
        /^[0-9]{1,20}$/.test(String(run.id)) &&
        /^[0-9a-f]{40,64}$/.test(run.head_sha) &&
        run.head_repository?.id === run.repository.id &&
        String(run.id) !== occasion.runId &&
        String(run.id) !== occasion.endedRun?.id,
    );
    if (runs.length === 0) return { status: 'none', branch, why: 'no run of this workflow succeeded there yet' };
    for (const run of runs.slice(0, MOST_LOOKED_AT)) {
      const [artifact] = await findArtifacts(client, occasion, String(run.id), reportId);
      if (artifact === undefined) continue;
      const json = await downloadReport(client, occasion, artifact, signal);
      return { status: 'found', branch, runId: String(run.id), sha: run.head_sha, json };
    }
    const why = `the newest ${runs.length === 1 ? 'run' : 'runs'} there left no artifact of this report, or it has expired`;
    return { status: 'none', branch, why };
  } catch (error) {
    signal.throwIfAborted();
    const { kind, status, message } = readRefusal(error);
    if (kind === 'aborted') throw error;
    const why =
      kind === 'forbidden' || kind === 'not-found'
        ? `GitHub refused to list runs or artifacts (${status}): the job needs the permission actions: read`
        : `${status === null ? '' : `${status}: `}${message}`;
    return { status: 'unreadable', branch, why: why.slice(0, 500) };
  }
}
