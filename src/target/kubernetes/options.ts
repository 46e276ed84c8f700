import type { TargetConfig } from '../../config.ts';
import type { Amount } from './capacity.ts';
import type { OperatorSource } from './operator-source.ts';

/** What has to be known to deploy arms in any cluster. */
export interface DeployOptions {
  readonly operator: OperatorSource;
  /** What stands between the node's port and the models. */
  readonly ingress: TargetConfig['kubernetes']['ingress'];
  /** What one model may use. */
  readonly limits: Amount;
  /** How long a model may take to start. */
  readonly startSeconds: number;
  /** How often the benchmarked model repeats its (trivial) work. */
  readonly iterations: number;
}

/** What target `kind` has to be told. */
export interface KindOptions extends DeployOptions {
  /** The name of a cluster that exists and stays; null for one of the run's own, which goes with it. */
  readonly cluster: string | null;
  /** Of a cluster of the run's own; null for the default, which is pinned. */
  readonly nodeImage: string | null;
  /** Of a cluster of the run's own, where Istio is asked for: a folder of its charts, or the URL of a repository. */
  readonly istioCharts: string;
  /** How images are provided. */
  readonly docker: TargetConfig['docker'];
}

/** What target `cluster` has to be told. */
export interface ClusterOptions extends DeployOptions {
  /** Null for the usual place. */
  readonly kubeconfig: string | null;
  /** Null for the current one. */
  readonly context: string | null;
  /** One that exists and stays; null for one of the run's own, which goes with it. */
  readonly namespace: string | null;
  /** Where ports of the cluster's nodes are reached; null for the nodes' own addresses. */
  readonly nodeAddress: string | null;
}
