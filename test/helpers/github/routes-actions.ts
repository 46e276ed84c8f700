import { refuseReading } from './access.ts';
import { pageOf } from './pages.ts';
import { type Call, notAccessible, notFound, ok, type Reply, refuse } from './reply.ts';
import { artifactReply, runReply } from './reply-runs.ts';
import type { Run } from './state.ts';

export function listRuns(call: Call): Reply {
  const refused = refuseReading(call.state, call.token, ['actions']);
  if (refused) return refused;
  const workflow = decodeURIComponent(call.params.workflow_id ?? '');
  const ofWorkflow = [...call.state.runs.values()].filter(
    ({ path, workflowId }) => path === `.github/workflows/${workflow}` || String(workflowId) === workflow,
  );
  if (ofWorkflow.length === 0) return notFound();
  const { branch, event, status, head_sha: sha } = call.query;
  const runs = ofWorkflow
    .filter(
      (run) =>
        (branch === undefined || run.headBranch === branch) &&
        (event === undefined || run.event === event) &&
        // One parameter for both of them.
        (status === undefined || run.status === status || run.conclusion === status) &&
        (sha === undefined || run.headSha === sha),
    )
    .sort((a, b) => b.createdAt - a.createdAt || b.id - a.id);
  const { items, headers } = pageOf(call, runs);
  return ok({ total_count: runs.length, workflow_runs: items.map((run) => reply(call, run)) }, headers);
}

export function getRun(call: Call): Reply {
  const refused = refuseReading(call.state, call.token, ['actions']);
  if (refused) return refused;
  const run = call.state.runs.get(Number(call.params.run_id));
  return run ? ok(reply(call, run)) : notFound();
}

function reply(call: Call, run: Run) {
  const whole = runReply(call, call.state, run);
  return call.query.exclude_pull_requests === 'true' ? { ...whole, pull_requests: [] } : whole;
}

export function listArtifacts(call: Call): Reply {
  const refused = refuseReading(call.state, call.token, ['actions']);
  if (refused) return refused;
  const run = Number(call.params.run_id);
  if (!call.state.runs.has(run)) return notFound();
  const { name } = call.query;
  const artifacts = [...call.state.artifacts.values()]
    .filter((artifact) => artifact.run === run && (name === undefined || artifact.name === name))
    .sort((a, b) => b.id - a.id);
  const { items, headers } = pageOf(call, artifacts);
  const replies = items.map((artifact) => artifactReply(call, call.state, artifact));
  return ok({ total_count: artifacts.length, artifacts: replies }, headers);
}

/** Sends the caller on to the storage, which lives elsewhere and wants no token. */
export function downloadArtifact(call: Call): Reply {
  const { state, token, params } = call;
  if (!token) return refuse(401, 'Requires authentication');
  if (token.permissions.actions === 'none') return notAccessible('actions=read');
  const artifact = state.artifacts.get(Number(params.artifact_id));
  if (!artifact || params.archive_format !== 'zip') return notFound();
  if (artifact.expired) return refuse(410, 'Artifact has expired');
  return { status: 302, headers: { location: `${call.storageUrl}/downloads/${artifact.id}?sig=download` } };
}
