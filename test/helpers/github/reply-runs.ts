import { accountReply, nodeId, originOf, type Places, repositoryReply } from './reply-accounts.ts';
import { type Artifact, fullNameOf, type Run, type State, timeText } from './state.ts';

const SECONDS_IN_A_DAY = 86_400;

export function runReply(places: Places, state: State, run: Run) {
  const api = `${places.apiUrl}/repos/${fullNameOf(state.repository)}`;
  const url = `${api}/actions/runs/${run.id}`;
  const created = timeText(run.createdAt);
  return {
    id: run.id,
    name: run.workflowName,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id + 1,
    check_suite_node_id: nodeId('CheckSuite', run.id + 1),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    display_title: 'A change',
    pull_requests: run.pulls.flatMap((number) => minimalPullReply(places, state, number) ?? []),
    created_at: created,
    updated_at: created,
    run_started_at: created,
    url,
    html_url: `${places.serverUrl}/${fullNameOf(state.repository)}/actions/runs/${run.id}`,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    check_suite_url: `${api}/check-suites/${run.id + 1}`,
    workflow_url: `${api}/actions/workflows/${run.workflowId}`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    actor: accountReply(places, state.repository.owner),
    triggering_actor: accountReply(places, state.repository.owner),
    head_commit: {
      id: run.headSha,
      tree_id: run.headSha,
      message: 'A change',
      timestamp: created,
      author: { name: 'Somebody', email: 'somebody@example.com' },
      committer: { name: 'Somebody', email: 'somebody@example.com' },
    },
    repository: repositoryReply(places, state, originOf(state.repository)),
    head_repository: repositoryReply(places, state, run.headRepository),
  };
}

/** A pull request as a run mentions it; null for one that there is not. */
function minimalPullReply(places: Places, state: State, number: number) {
  const pull = state.pulls.get(number);
  if (!pull) return null;
  const own = originOf(state.repository);
  const repositoryOf = ({ id, fullName }: { id: number; fullName: string }) => ({
    id,
    name: fullName.split('/')[1] ?? '',
    url: `${places.apiUrl}/repos/${fullName}`,
  });
  return {
    id: 1_000_000 + number,
    number,
    url: `${places.apiUrl}/repos/${own.fullName}/pulls/${number}`,
    head: { ref: pull.head.ref, sha: pull.head.sha, repo: repositoryOf(pull.head.repo ?? own) },
    base: { ref: pull.base.ref, sha: pull.base.sha, repo: repositoryOf(own) },
  };
}

export function artifactReply(places: Places, state: State, artifact: Artifact) {
  const url = `${places.apiUrl}/repos/${fullNameOf(state.repository)}/actions/artifacts/${artifact.id}`;
  const run = state.runs.get(artifact.run);
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.size,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    digest: artifact.digest,
    created_at: timeText(artifact.createdAt),
    updated_at: timeText(artifact.createdAt),
    expires_at: timeText(artifact.createdAt + 90 * SECONDS_IN_A_DAY),
    workflow_run: run && {
      id: run.id,
      repository_id: state.repository.id,
      head_repository_id: run.headRepository.id,
      head_branch: run.headBranch,
      head_sha: run.headSha,
    },
  };
}
