import { createHash } from 'node:crypto';

/** What the loopback GitHub remembers. Tests seed, change and read all of it; nothing here is a copy. */
export interface State {
  repository: Repository;
  readonly pulls: Map<number, Pull>;
  /** In the order of their creation; a deleted comment is gone. */
  readonly comments: Map<number, Comment>;
  readonly runs: Map<number, Run>;
  readonly artifacts: Map<number, Artifact>;
  /** By the token's text. Any other token is a bad credential. */
  readonly tokens: Map<string, Token>;
  /** Seconds since the epoch; every write takes one. */
  now: number;
  /** The last number that was given away; comments, runs and artifacts share them. */
  lastId: number;
}

export interface Account {
  login: string;
  id: number;
  type: 'User' | 'Bot' | 'Organization';
}

export interface Repository {
  id: number;
  owner: Account;
  name: string;
  private: boolean;
  defaultBranch: string;
}

/** A repository that a branch lives in: ours or a fork. */
export interface Origin {
  id: number;
  /** `owner/name`. */
  fullName: string;
  fork: boolean;
}

export interface Pull {
  number: number;
  state: 'open' | 'closed';
  merged: boolean;
  locked: boolean;
  draft: boolean;
  title: string;
  user: Account;
  /** `repo` is null when the fork was deleted. */
  head: { sha: string; ref: string; repo: Origin | null };
  base: { sha: string; ref: string };
  /** The commit that the runner checks out. */
  mergeCommitSha: string | null;
  /** A conversation that was moved away or deleted answers 410. */
  gone: boolean;
}

export interface Comment {
  id: number;
  /** The number of the pull request. */
  pull: number;
  body: string;
  /** Null for a deleted account. */
  user: Account | null;
  /** Seconds since the epoch. */
  createdAt: number;
  updatedAt: number;
}

export interface Run {
  id: number;
  attempt: number;
  /** GITHUB_RUN_NUMBER. */
  number: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: 'success' | 'failure' | 'cancelled' | 'skipped' | 'timed_out' | null;
  event: string;
  /** The workflow's file: `.github/workflows/bench.yml`. */
  path: string;
  workflowId: number;
  workflowName: string;
  headSha: string;
  headBranch: string | null;
  headRepository: Origin;
  /** Numbers of pull requests; GitHub leaves it empty for those of forks. */
  pulls: number[];
  /** Seconds since the epoch. */
  createdAt: number;
}

export interface Artifact {
  id: number;
  run: number;
  name: string;
  /** As it was uploaded: a ZIP file, or the file itself for an upload that is not an archive. */
  bytes: Buffer;
  mimeType: string;
  expired: boolean;
  /** What GitHub says the size is; a test may let it lie. */
  size: number;
  /** Seconds since the epoch. */
  createdAt: number;
  /** `sha256:` and 64 hexadecimal digits; null for an upload of an old client. */
  digest: string | null;
}

type Access = 'none' | 'read' | 'write';

export interface Token {
  account: Account;
  /** A token that the runner made for a job (`github.token`), not a person's. */
  installation: boolean;
  /** Whether it may also change and delete what others wrote, as a maintainer may. */
  editsOthers: boolean;
  permissions: { contents: Access; issues: Access; pullRequests: Access; actions: Access };
}

/** The account of `github.token`. */
export const ACTIONS_BOT: Account = { login: 'github-actions[bot]', id: 41_898_282, type: 'Bot' };

/** A fork of the repository, for the head of a pull request. */
export function forkOf(repository: Repository, owner = 'mona'): Origin {
  return { id: repository.id + 100, fullName: `${owner}/${repository.name}`, fork: true };
}

/** 40 hexadecimal digits that belong to `name`: a commit to speak of by name. */
export function shaOf(name: string): string {
  return createHash('sha1').update(name).digest('hex');
}

/** `owner/name` of the repository itself. */
export function fullNameOf(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

export function nextId(state: State): number {
  state.lastId += 1;
  return state.lastId;
}

/** Moves the clock by a second, so that what was written later is later. */
export function tick(state: State): number {
  state.now += 1;
  return state.now;
}

/** As GitHub writes a time. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
