import type { TargetConfig } from '../../config.ts';
import type { Resources } from './manifest.ts';
import type { OperatorSource } from './operator.ts';

/** What target `kind` has to be told. */
export interface KindOptions {
  /** The name of a cluster that exists and stays; null for one of the run's own, which goes with it. */
  readonly cluster: string | null;
  /** Of a cluster of the run's own; null for the default, which is pinned. */
  readonly nodeImage: string | null;
  readonly operator: OperatorSource;
  readonly resources: Resources;
  /** How long a model may take to start. */
  readonly startSeconds: number;
  /** How often the benchmarked model repeats its (trivial) work. */
  readonly iterations: number;
  /** How images are provided. */
  readonly docker: TargetConfig['docker'];
  /** Where the logs of a cluster that does not start are kept; null to keep none. */
  readonly logsFolder: string | null;
}
