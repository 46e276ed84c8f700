import type { GitHub } from './server.ts';

/** What goes wrong, with which requests, and how often. */
export interface FaultRule {
  /** Any method where it is not given. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /**
   * The path without its query, and without the API's prefix. In a string `*` stands for one segment and a final `**`
   * for the rest. Calls of the artifact service are `/twirp/github.actions.results.api.v1.ArtifactService/<method>`,
   * uploads and downloads `/storage/**`. PATHS names the usual ones.
   */
  readonly path: string | RegExp;
  /** Requests that it hits; 1 where not given, Infinity for all. */
  readonly times?: number;
  /** Matching requests that pass unharmed before it begins. */
  readonly skip?: number;
  /** Runs before the request takes effect. */
  readonly before?: (github: GitHub, request: RecordedRequest) => void | Promise<void>;
  /** Runs after the request took effect and before it is answered; not with an answer that keeps it from taking effect. */
  readonly after?: (github: GitHub, request: RecordedRequest) => void | Promise<void>;
  /** The usual reply where not given. */
  readonly answer?: FaultAnswer;
}

type FaultAnswer =
  /** `applied`: the request took effect all the same, and the caller cannot know. */
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      readonly applied?: boolean;
    }
  /** The connection is reset; `reset-applied` after the request took effect, `truncate` in the middle of the reply. */
  | 'reset'
  | 'reset-applied'
  | 'truncate'
  /** Nothing comes until `release`; then the usual reply. */
  | 'stall';

export interface Fault {
  /** Requests that it has hit. */
  readonly hits: number;
  /** Resolves with the first request that it hits. */
  readonly firstHit: Promise<RecordedRequest>;
  /** Lets stalled requests go on, and hits no more. */
  release(): void;
}

export interface RecordedRequest {
  readonly method: string;
  /** Without the query and the API's prefix. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, else the bytes; null where there is none. */
  readonly body: unknown;
  /** What the request was authorised with, as it was sent; null for none. */
  readonly token: string | null;
  /** Null until it is answered, and for ever when the connection was reset. */
  readonly status: number | null;
}

const SERVICE = '/twirp/github.actions.results.api.v1.ArtifactService';

export const PATHS = {
  graphql: '/graphql',
  pull: '/repos/*/*/pulls/*',
  pulls: '/repos/*/*/pulls',
  comments: '/repos/*/*/issues/*/comments',
  comment: '/repos/*/*/issues/comments/*',
  workflowRuns: '/repos/*/*/actions/workflows/*/runs',
  createArtifact: `${SERVICE}/CreateArtifact`,
  finalizeArtifact: `${SERVICE}/FinalizeArtifact`,
  storage: '/storage/**',
} as const;
