import type { Endpoint } from '../endpoint.ts';
import type { Log } from '../log.ts';
import type { Method } from '../plan.ts';
import type { Arm } from '../report.ts';

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
}

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
    };

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
}

export interface Usage {
  /** CPU time since they started, user and system, of all of them that live. */
  readonly cpuMs: number;
  /** Resident memory now; null where only CPU time is known. */
  readonly rssBytes: number | null;
}
