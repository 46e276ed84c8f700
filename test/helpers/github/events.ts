import { accountReply, fullRepositoryReply, originOf, repositoryReply } from './reply-accounts.ts';
import { fullPullReply } from './reply-pulls.ts';
import { runReply } from './reply-runs.ts';
import { firstOf } from './seeds.ts';
import type { GitHub } from './server.ts';
import { fullNameOf, type Pull, type Run, shaOf } from './state.ts';

export type EventKind =
  | 'pull_request'
  | 'pull_request_target'
  | 'push'
  | 'schedule'
  | 'merge_group'
  | 'workflow_dispatch'
  | 'workflow_run';

export interface EventOptions {
  /** The run that the job belongs to; environmentOf adds one where it is not given. */
  readonly run?: number;
  /** GITHUB_JOB. */
  readonly job?: string;
  /** Of pull_request and pull_request_target, and what is merged in a merge_group; the first where not given. */
  readonly pull?: number;
  /** workflow_run: the run that has ended; the first where not given. */
  readonly ended?: number;
}

/**
 * The payload of an event, as GITHUB_EVENT_PATH would hold it. Whether a pull request is a fork's, and which pull
 * requests a run knows of, follows from the state.
 */
export function eventOf(kind: EventKind, github: GitHub, options: EventOptions = {}): Record<string, unknown> {
  const { state } = github;
  const own = originOf(state.repository);
  const common = {
    repository: fullRepositoryReply(github, state, own),
    organization: { login: state.repository.owner.login, id: state.repository.owner.id },
    sender: accountReply(github, { login: 'mona', id: 6_000, type: 'User' }),
  };
  const branch = state.repository.defaultBranch;
  switch (kind) {
    case 'pull_request':
    case 'pull_request_target': {
      const pull = findPull(github, options);
      return {
        action: 'synchronize',
        number: pull.number,
        pull_request: fullPullReply(github, state, pull),
        ...common,
      };
    }
    case 'push':
      return {
        ...{ ref: `refs/heads/${branch}`, before: shaOf('before'), after: shaOf('base'), base_ref: null },
        ...{ created: false, deleted: false, forced: false, commits: [], head_commit: commitOf(shaOf('base')) },
        compare: `${github.serverUrl}/${own.fullName}/compare/${shaOf('before')}...${shaOf('base')}`,
        pusher: { name: 'mona', email: 'mona@example.com' },
        ...common,
      };
    case 'schedule':
      return { schedule: '17 3 * * *', workflow: '.github/workflows/bench.yml', ...common };
    case 'merge_group': {
      const pull = findPull(github, options);
      const group = {
        ...{ head_sha: mergedSha(pull), head_ref: queueRef(pull), head_commit: commitOf(mergedSha(pull)) },
        ...{ base_sha: pull.base.sha, base_ref: `refs/heads/${pull.base.ref}` },
      };
      return { action: 'checks_requested', merge_group: group, ...common };
    }
    case 'workflow_dispatch':
      return { inputs: null, ref: `refs/heads/${branch}`, workflow: '.github/workflows/bench.yml', ...common };
    case 'workflow_run': {
      const run = state.runs.get(options.ended ?? firstOf(state.runs, 'run'));
      if (!run) throw new Error(`there is no run ${options.ended}`);
      const workflow = { id: run.workflowId, name: run.workflowName, path: run.path, state: 'active' };
      return {
        ...{ action: 'completed', workflow, workflow_run: runReply(github, state, run), ...common },
        repository: repositoryReply(github, state, own),
      };
    }
  }
}

/** What the runner sets for a job of that event, without GITHUB_EVENT_PATH, the folders and the command files. */
export function environmentOf(github: GitHub, kind: EventKind, options: EventOptions = {}): Record<string, string> {
  const { state } = github;
  const repository = fullNameOf(state.repository);
  const place = placeOf(kind, github, options);
  const run = findRun(kind, github, { options, ...place });
  return {
    ...{ CI: 'true', GITHUB_ACTIONS: 'true', RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64', RUNNER_NAME: 'GitHub Actions 1' },
    RUNNER_ENVIRONMENT: 'github-hosted',
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_GRAPHQL_URL: `${github.apiUrl}/graphql`,
    GITHUB_EVENT_NAME: kind,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_ID: String(state.repository.id),
    GITHUB_REPOSITORY_OWNER: state.repository.owner.login,
    GITHUB_REPOSITORY_OWNER_ID: String(state.repository.owner.id),
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_NUMBER: String(run.number),
    GITHUB_RUN_ATTEMPT: String(run.attempt),
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_WORKFLOW: run.workflowName,
    GITHUB_WORKFLOW_REF: `${repository}/${run.path}@${place.ref}`,
    GITHUB_WORKFLOW_SHA: place.sha,
    GITHUB_JOB: options.job ?? 'bench',
    GITHUB_ACTION: '__octo_seldon-bench-action',
    GITHUB_ACTOR: 'mona',
    GITHUB_ACTOR_ID: '6000',
    GITHUB_TRIGGERING_ACTOR: 'mona',
    GITHUB_SHA: place.sha,
    GITHUB_REF: place.ref,
    GITHUB_REF_NAME: place.ref.replace(/^refs\/(heads|pull)\//, ''),
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_HEAD_REF: place.headRef,
    GITHUB_BASE_REF: place.baseRef,
    ACTIONS_RESULTS_URL: `${github.resultsUrl}/`,
    ACTIONS_RUNTIME_URL: `${github.resultsUrl}/`,
    ACTIONS_RUNTIME_TOKEN: github.runtimeToken(run.id),
  };
}

interface Place {
  readonly ref: string;
  /** The commit that is checked out. */
  readonly sha: string;
  /** Empty for what is no pull request. */
  readonly headRef: string;
  readonly baseRef: string;
}

function placeOf(kind: EventKind, github: GitHub, options: EventOptions): Place {
  const branch = github.state.repository.defaultBranch;
  const onBranch = { ref: `refs/heads/${branch}`, sha: shaOf('base'), headRef: '', baseRef: '' };
  if (kind !== 'pull_request' && kind !== 'pull_request_target' && kind !== 'merge_group') return onBranch;
  const pull = findPull(github, options);
  if (kind === 'merge_group') return { ...onBranch, ref: queueRef(pull), sha: mergedSha(pull) };
  const refs = { headRef: pull.head.ref, baseRef: pull.base.ref };
  if (kind === 'pull_request_target') return { ref: `refs/heads/${pull.base.ref}`, sha: pull.base.sha, ...refs };
  return { ref: `refs/pull/${pull.number}/merge`, sha: pull.mergeCommitSha ?? pull.head.sha, ...refs };
}

function findRun(
  kind: EventKind,
  github: GitHub,
  { options, ref, sha }: { readonly options: EventOptions } & Pick<Place, 'ref' | 'sha'>,
): Run {
  if (options.run !== undefined) {
    const run = github.state.runs.get(options.run);
    if (!run) throw new Error(`there is no run ${options.run}`);
    return run;
  }
  const unfinished = { event: kind, status: 'in_progress', conclusion: null } as const;
  if (kind === 'pull_request' || kind === 'pull_request_target') {
    return github.addRunOfPull(findPull(github, options), unfinished);
  }
  const reporting = { path: '.github/workflows/bench-report.yml', workflowId: 901, workflowName: 'bench-report' };
  return github.addRun({
    ...{ ...unfinished, headSha: sha, headBranch: ref.replace('refs/heads/', '') },
    ...(kind === 'workflow_run' ? reporting : {}),
  });
}

function findPull({ state }: GitHub, options: EventOptions): Pull {
  const number = options.pull ?? firstOf(state.pulls, 'pull request');
  const pull = state.pulls.get(number);
  if (!pull) throw new Error(`there is no pull request ${number}`);
  return pull;
}

function queueRef(pull: Pull): string {
  return `refs/heads/gh-readonly-queue/${pull.base.ref}/pr-${pull.number}-${pull.base.sha}`;
}

function mergedSha(pull: Pull): string {
  return shaOf(`queued ${pull.number}`);
}

function commitOf(id: string) {
  const person = { name: 'Somebody', email: 'somebody@example.com' };
  return { id, tree_id: id, message: 'A change', timestamp: '2026-03-01T00:00:00Z', author: person, committer: person };
}
