import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';

/** What brought the job about, and where it may report. Everything in a payload may come from a stranger's branch. */
export interface Occasion {
  readonly event: string;
  readonly repository: { readonly owner: string; readonly repo: string };
  /** The pull request that the event is about, as far as the payload names it. */
  readonly pull: { readonly number: number; readonly headSha: string; readonly isFork: boolean } | null;
  /** The run that ended, on `workflow_run`. */
  readonly endedRun: EndedRun | null;
  /** What was checked out. */
  readonly sha: string | null;
  /** The branch that earlier runs are looked for on: the base of the pull request, else the run's own. */
  readonly branch: string | null;
  readonly runId: string | null;
  readonly runAttempt: string | null;
  /** Of the workflow's file, such as `.github/workflows/bench.yml`. */
  readonly workflowPath: string | null;
  readonly job: string | null;
  readonly serverUrl: string;
}

interface EndedRun {
  readonly id: string;
  readonly attempt: string;
  readonly event: string;
  readonly workflowPath: string | null;
  readonly headSha: string;
  readonly headBranch: string;
  /** Null where the fork was deleted. */
  readonly headRepository: { readonly id: number; readonly owner: string } | null;
  readonly isFork: boolean;
}

/** GitHub cuts payloads at 25 MB. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

const sha = z.string().regex(/^[0-9a-f]{40}$/);
const repository = z.object({
  id: z.int(),
  full_name: z.string().max(200),
  owner: z.object({ login: z.string().max(100) }),
});
const pullRequest = z.object({
  number: z.int().positive(),
  head: z.object({ sha, repo: repository.nullable() }),
  base: z.object({ ref: z.string().max(1000), repo: repository }),
});
const workflowRun = z.object({
  id: z.int().positive(),
  run_attempt: z.int().positive().default(1),
  event: z.string().max(100),
  path: z.string().max(500).nullish(),
  head_sha: sha,
  head_branch: z.string().max(1000).nullable(),
  head_repository: repository.nullable(),
  repository,
});
const mergeGroup = z.object({ base_ref: z.string().max(1000) });

/** Reads the runner's variables and the event's file. Throws an Error where the repository is not told. */
export function readOccasion(env: NodeJS.ProcessEnv): Occasion {
  const [, owner, repo] = /^([A-Za-z0-9_.-]{1,100})\/([A-Za-z0-9_.-]{1,100})$/.exec(env.GITHUB_REPOSITORY ?? '') ?? [];
  if (owner === undefined || repo === undefined) throw new Error('expected GITHUB_REPOSITORY as owner/name');
  const payload = readPayload(env.GITHUB_EVENT_PATH);
  const pull = take(pullRequest, payload.pull_request);
  const ended = take(workflowRun, payload.workflow_run);
  const queued = take(mergeGroup, payload.merge_group);
  const [, workflowPath = null] = /^[^/]+\/[^/]+\/(.{1,500}?)@/.exec(env.GITHUB_WORKFLOW_REF ?? '') ?? [];
  return {
    event: env.GITHUB_EVENT_NAME ?? '',
    repository: { owner, repo },
    pull: pull
      ? { number: pull.number, headSha: pull.head.sha, isFork: pull.head.repo?.id !== pull.base.repo.id }
      : null,
    endedRun: ended
      ? {
          id: String(ended.id),
          attempt: String(ended.run_attempt),
          event: ended.event,
          workflowPath: ended.path?.replace(/@.*$/, '') ?? null,
          headSha: ended.head_sha,
          headBranch: ended.head_branch ?? '',
          headRepository: ended.head_repository && {
            id: ended.head_repository.id,
            owner: ended.head_repository.owner.login,
          },
          isFork: ended.head_repository?.id !== ended.repository.id,
        }
      : null,
    sha: matchOrNull(env.GITHUB_SHA, /^[0-9a-f]{40}$/),
    branch: pull?.base.ref ?? branchOf(queued?.base_ref ?? env.GITHUB_REF),
    runId: matchOrNull(env.GITHUB_RUN_ID, /^[0-9]{1,20}$/),
    runAttempt: matchOrNull(env.GITHUB_RUN_ATTEMPT, /^[0-9]{1,6}$/),
    workflowPath,
    job: env.GITHUB_JOB || null,
    serverUrl: env.GITHUB_SERVER_URL || 'https://github.com',
  };
}

/** One comment for each workflow, job and report: the name under which it is found again. 16 hexadecimal digits. */
export function nameComment({ workflowPath, job }: Occasion, reportId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([workflowPath, job, reportId]))
    .digest('hex')
    .slice(0, 16);
}

function branchOf(ref: string | undefined): string | null {
  return /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1] ?? null;
}

/** Where the event cannot be read there is nothing to speak to; the run itself does not depend on it. */
function readPayload(path: string | undefined): Record<string, unknown> {
  if (!path) return {};
  try {
    const about = statSync(path);
    if (!about.isFile() || about.size > MAX_EVENT_BYTES) return {};
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

function take<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  return schema.safeParse(value).data;
}

function matchOrNull(text: string | undefined, form: RegExp): string | null {
  return text !== undefined && form.test(text) ? text : null;
}
