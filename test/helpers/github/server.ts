import { answerArtifactService } from './artifact-service.ts';
import { writeRuntimeToken } from './backend-ids.ts';
import { readDescription } from './description.ts';
import { createFaultList } from './fault-list.ts';
import type { Fault, FaultRule, RecordedRequest } from './faults.ts';
import { listen } from './listen.ts';
import { answerRest } from './rest.ts';
import { createSeeds, createState } from './seeds.ts';
import { type Artifact, type Comment, fullNameOf, type Pull, type Run, type State, type Token } from './state.ts';
import { answerStorage, type Storage } from './storage.ts';

/**
 * A GitHub on the loopback that keeps state: the parts of its REST API, of its artifact service and of its blob storage
 * that an action uses. Every request and every reply of the REST API is checked against GitHub's published description.
 */
export interface GitHub extends AsyncDisposable {
  /** GITHUB_API_URL. */
  readonly apiUrl: string;
  /** GITHUB_SERVER_URL. */
  readonly serverUrl: string;
  /** ACTIONS_RESULTS_URL. */
  readonly resultsUrl: string;
  readonly state: State;
  /** Every request in the order of arrival, with those to the artifact service and to the storage. */
  readonly requests: readonly RecordedRequest[];
  /** What is wrong with a request or a reply, or went wrong in the server, in words; empty when all is well. */
  readonly violations: readonly string[];
  /** Of an installation that may comment and read actions: the default of a workflow that asks for it. */
  readonly token: string;
  /** Of an installation that may only read: what the job of a fork gets. */
  readonly readOnlyToken: string;

  /** Lets something go wrong. The latest rule that matches a request wins. */
  fail(rule: FaultRule): Fault;

  /** Each adds one with plausible values for whatever is not given, and returns the thing itself. */
  addPull(pull?: Partial<Pull>): Pull;
  /** By `github.token` on the first pull request where nothing else is said. */
  addComment(comment: Partial<Comment> & { body: string }): Comment;
  addRun(run?: Partial<Run>): Run;
  /** A run of pull_request for that pull request's head, in the repository that the head is in. */
  addRunOfPull(pull: Pull, run?: Partial<Run>): Run;
  /** `files`: path in the ZIP file to content; `bytes` where the artifact is to be what it is. */
  addArtifact(artifact: Partial<Artifact> & { run: number; name: string; files?: Record<string, string> }): Artifact;
  /** Returns the token's text. */
  addToken(token: Partial<Token>): string;

  /** ACTIONS_RUNTIME_TOKEN of a job of that run. */
  runtimeToken(run: number): string;
  /** The comments of a pull request, oldest first. */
  commentsOf(pull: number): Comment[];
}

export interface GitHubOptions {
  readonly private?: boolean;
  /** A server of a company: its API is below /api/v3 and there is no artifact service that the toolkit would use. */
  readonly enterprise?: boolean;
}

/** Listens on two ports of 127.0.0.1 that the system chooses. Rejects when there are none. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const state = createState(options);
  const storage: Storage = { uploads: new Map() };
  const requests: RecordedRequest[] = [];
  const violations: string[] = [];
  const faults = createFaultList();
  const description = readDescription();
  const report = (problem: string): void => {
    violations.push(problem);
  };
  const prefix = options.enterprise ? '/api/v3' : '';
  const shared = {
    requests,
    faults,
    report,
    canonical: (path: string) => nameRepository(path.startsWith(prefix) ? path.slice(prefix.length) : path, state),
    github: (): GitHub => github,
  };
  // Another origin, as it is in life: a client that follows a redirect there must leave the token behind.
  const blobs = await listen({ ...shared, answer: (request) => answerStorage(request, { state, storage, report }) });
  const storageUrl = `${blobs.url}/storage`;
  const main = await listen({
    ...shared,
    answer(request) {
      if (request.path.startsWith('/twirp/')) {
        return answerArtifactService(request, { state, storage, storageUrl, report });
      }
      return answerRest(request, { state, places: { apiUrl, serverUrl, storageUrl }, description, report });
    },
  });
  const apiUrl = `${main.url}${prefix}`;
  const serverUrl = options.enterprise ? main.url : 'https://github.com';
  const seeds = createSeeds(state);
  const github: GitHub = {
    ...{ apiUrl, serverUrl, resultsUrl: main.url, state, requests, violations, ...seeds },
    token: seeds.addToken({}),
    readOnlyToken: seeds.addToken({
      permissions: { contents: 'read', issues: 'read', pullRequests: 'read', actions: 'read' },
    }),
    fail: (rule) => faults.add(rule),
    runtimeToken: writeRuntimeToken,
    commentsOf: (number) => [...state.comments.values()].filter(({ pull }) => pull === number),
    async [Symbol.asyncDispose]() {
      faults.releaseAll();
      await Promise.all([main.close(), blobs.close()]);
    },
  };
  return github;
}

/** GitHub takes `/repositories/<id>` for `/repos/<owner>/<name>`, and writes it in its `link` headers. */
function nameRepository(path: string, { repository }: State): string {
  const byId = `/repositories/${repository.id}/`;
  return path.startsWith(byId) ? `/repos/${fullNameOf(repository)}/${path.slice(byId.length)}` : path;
}
