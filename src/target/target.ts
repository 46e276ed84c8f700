import type { Endpoint } from '../endpoint.ts';
import type { Log } from '../log.ts';
import type { Method } from '../plan.ts';
import type { Arm } from '../report.ts';
import type { NullReply } from '../server/spec.ts';

/** What a target needs of the shell it runs in. */
export interface Host {
  readonly log: Log;
  /** Aborted with an `Interrupted` when the run is to stop. */
  readonly signal: AbortSignal;
  /**
   * Called BEFORE the thing is created, so that a clean-up after a killed process can find it. The record is undone
   * by the returned function once the thing is gone.
   */
  recordCreated(thing: Created): () => void;
  /** Does a part of putting servers up, whose name and time the report then tells. */
  time<T>(step: string, work: () => Promise<T>): Promise<T>;
  /**
   * Absolute path of a folder that is not there until a target makes it: what tells why something went wrong lies in it
   * then, for people to read.
   */
  readonly evidenceFolder: string;
  /** The target writes there while the run goes on: it is waited for before anything is published. */
  expectEvidence(writing: Promise<void>): void;
}

/** What the shells give of it: how long things took is for the pipeline to tell. */
export type ShellHost = Omit<Host, 'time'>;

/** What a run can leave behind when it is killed. `startTime` tells a process from another one with the same id. */
export type Created =
  | { readonly kind: 'process-group'; readonly pid: number; readonly startTime: string }
  | { readonly kind: 'folder'; readonly path: string }
  /** Of Docker. */
  | { readonly kind: 'container'; readonly name: string }
  /** An image that the run built, by its tag. */
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'kind-cluster'; readonly name: string; readonly kubeconfig: string }
  /** In a cluster that stays. `label` (`key=value`) tells it from a namespace of the same name that is not ours. */
  | {
      readonly kind: 'namespace';
      readonly name: string;
      readonly kubeconfig: string;
      readonly context: string;
      readonly label: string;
    }
  /** In the container that is a cluster's node, as is what follows. */
  | { readonly kind: 'node-image'; readonly node: string; readonly reference: string }
  | { readonly kind: 'node-folder'; readonly node: string; readonly path: string }
  /** In a namespace that stays: the SeldonDeployments and Services that bear the label of a run. */
  | {
      readonly kind: 'models';
      readonly namespace: string;
      readonly kubeconfig: string;
      readonly context: string;
      readonly label: string;
    };

/** The null server where the server under test is, so that requests to both take the same path. */
export interface NullServer extends AsyncDisposable {
  /** One for each reply, in their order. */
  readonly addresses: readonly NullAddress[];
}

export interface NullAddress {
  readonly host: string;
  readonly port: number;
  /** Over REST, where an ingress routes by it: instead of the model's. */
  readonly path?: string;
  /** Over gRPC, likewise. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The server under test, up and answering. Disposing it takes back whatever was made for it, and nothing else. */
export interface Target extends AsyncDisposable {
  /** What it is, for the report. */
  readonly arm: Arm;
  /** One deployed model per method. */
  readonly endpoints: Readonly<Partial<Record<Method, Endpoint>>>;
  /** Aborted with a `ServerError` when the server dies while it is in use. */
  readonly lost: AbortSignal;
  /** The largest gRPC request that it takes; null where nobody knows. */
  readonly grpcReceiveLimitBytes: number | null;
  /** `fixed`: our own model, whose answer is known. `any`: a foreign model, of which only the form can be checked. */
  readonly answers: 'fixed' | 'any';
  /** What the processes that serve a method have used so far; null where nobody can say. */
  readUsage(method: Method): Promise<Usage | null>;
  /**
   * Puts a null server up in the server's place; absent where requests go no further than this machine's loopback, or
   * nothing can be put there. Throws ServerError.
   */
  startNullServer?(replies: readonly NullReply[], signal: AbortSignal): Promise<NullServer>;
}

export interface Usage {
  /** CPU time since they started, user and system, of all of them that live. */
  readonly cpuMs: number;
  /** Resident memory now; null where only CPU time is known. */
  readonly rssBytes: number | null;
  /** Time for which a CPU limit of their own has held them back since they started; null where nobody can say. */
  readonly throttledMs: number | null;
}
