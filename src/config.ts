import { randomInt } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Model } from './arms/model.ts';
import type { Engine, SeldonVersion } from './arms/properties.ts';
import type { GateCondition } from './gate-rules.ts';
import type { InputName, InputValues } from './inputs.ts';
import type { OwnPayload } from './own-payload.ts';
import type { Matrix } from './plan.ts';
import { readInputs } from './read-inputs.ts';
import type { ReportConfig } from './report.ts';

export interface TargetConfig {
  readonly kind: 'auto' | 'process' | 'docker' | 'kind' | 'cluster' | 'reference' | 'url';
  /** How often the benchmarked model repeats its (trivial) work. */
  readonly iterations: number;
  readonly process: {
    readonly python: string | null;
    readonly cacheDir: string;
  };
  readonly docker: {
    /** Whether an image that was built for the run stays for the next one; kind, too. */
    readonly keepImage: boolean;
  };
  /** docker, kind, cluster: what each model may use, in thousandths of a CPU and MiB. */
  readonly limits: { readonly cpu: number; readonly memory: number };
  readonly kubernetes: {
    /** The kind cluster that exists and stays; null for one of the run's own. */
    readonly cluster: string | null;
    readonly nodeImage: string | null;
    /** cluster: a file; null for the usual place. */
    readonly kubeconfig: string | null;
    /** cluster: null for the current one. */
    readonly context: string | null;
    /** cluster: one that exists; null for one of the run's own. */
    readonly namespace: string | null;
    /** cluster: where node ports are reached; null for the nodes' own addresses. */
    readonly nodeAddress: string | null;
    /** What stands between a port of the node and the models. */
    readonly ingress: 'none' | 'istio';
    /** kind: a folder of Istio's charts, or the URL of a repository that has them. */
    readonly istioCharts: string;
    readonly operator:
      | { readonly kind: 'present' }
      | { readonly kind: 'manifest'; readonly path: string }
      | { readonly kind: 'chart'; readonly chart: string; readonly version: string };
  };
  readonly url: {
    readonly rest: { readonly host: string; readonly port: number; readonly prefix: string } | null;
    readonly grpc: { readonly host: string; readonly port: number } | null;
    readonly metadata: Readonly<Record<string, string>>;
    readonly allowRemote: boolean;
  };
}

/** One variant of the server under test. What a target cannot vary has its default there. */
export interface ArmConfig {
  readonly id: string;
  /** process, docker, kind: the wrapper's version. */
  readonly seldonVersion: SeldonVersion;
  /** process, docker, kind, cluster: environment variables of the wrapper. */
  readonly env: Readonly<Record<string, string>>;
  /** process, docker, kind: Python packages that replace the version's own, each as `name==version`. */
  readonly packages: readonly string[];
  /** process, docker, kind: somebody's own model; null for ours. */
  readonly model: Model | null;
  /** docker, kind, cluster: an image that has all of that in it, by its reference; null for one that is built. */
  readonly image: string | null;
  /** docker, kind: what serves `tftensor` in an image that is built. */
  readonly tensorflow: 'full' | 'stand-in';
  /** kind, cluster: what stands before the model. */
  readonly engine: Engine;
  /** reference: whether it ends the connection after each REST reply. */
  readonly connection: 'close' | 'keep-alive';
  /** reference: milliseconds that it computes before each reply. */
  readonly delayMs: number;
}

/** Arrivals that do not wait for replies. */
export interface Rate {
  readonly perSecond: number;
  readonly arrivals: 'constant' | 'poisson';
}

/** What an Action's step does beside writing files. */
interface Publishing {
  /** `report` measures nothing and publishes what was measured elsewhere. */
  readonly mode: 'bench' | 'report';
  /** With mode report: files and folders; null for the artifacts of a run. */
  readonly reports: readonly string[] | null;
  readonly comment: 'auto' | 'on-change' | 'on-failure' | 'never';
  readonly baseline: 'none' | 'artifact';
  readonly artifacts: boolean;
  /** Null for the repository's own setting. */
  readonly retentionDays: number | null;
  /** Null where the workflow gives none. */
  readonly token: string | null;
}

export interface Config {
  readonly target: TargetConfig;
  /** At least one; the first is the baseline. */
  readonly arms: readonly [ArmConfig, ...ArmConfig[]];
  readonly matrix: Matrix;
  /** What requests carry in place of the integers 0..batch-1; a batch is then so many rows. */
  readonly payload: OwnPayload | null;
  readonly preset: ReportConfig['preset'];
  readonly rounds: number;
  readonly blockMs: number;
  /** Null for a closed loop. */
  readonly rate: Rate | null;
  /** Add rounds until intervals are this narrow (half-width as a share); null for a fixed number of rounds. */
  readonly precision: number | null;
  /** With `precision`: no rounds are added after this long. */
  readonly budgetMs: number;
  /** Whether alarms between arms are measured again before they are given. */
  readonly confirm: boolean;
  /** No block has fewer requests than this, however slow the cell. */
  readonly minRequests: number;
  readonly seed: number;
  readonly client: 'wire' | 'library';
  /** A difference below this share is of no consequence: .05 means 5 %. */
  readonly margin: number;
  readonly timeoutMs: number;
  /** Names the report among others of the same workflow. */
  readonly reportId: string;
  /** Limits that the run is held to; none for a run that only tells. */
  readonly gate: readonly GateCondition[];
  readonly publishing: Publishing;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** Exit with 4 when the numbers cannot be trusted. */
  readonly strict: boolean;
}

/**
 * Reads every input through `get` (empty text: not given; `known`: what is wrong already) and returns the whole
 * configuration, or throws one UserError that lists everything that is wrong with it. `shell` decides the defaults and
 * how inputs are spelled. A seed that nobody gave is drawn.
 */
export function parseConfig(
  get: (name: InputName) => string,
  shell: 'cli' | 'action',
  known: readonly string[] = [],
): Config {
  const { values, payload } = readInputs(get, shell, known);
  const preset = PRESETS[required(values.preset)];
  const rounds = values.rounds ?? preset.rounds;
  const blockMs = values.block ?? preset.blockMs;
  const custom = rounds !== preset.rounds || blockMs !== preset.blockMs;
  return {
    target: toTarget(values),
    arms: toArms(values),
    matrix: {
      methods: required(values.methods),
      transports: required(values.transports),
      encodings: required(values.encodings),
      batches: [...required(values.batches)].sort((a, b) => a - b),
      concurrencies: [...required(values.concurrency)].sort((a, b) => a - b),
    },
    payload,
    preset: custom ? 'custom' : required(values.preset),
    rounds,
    blockMs,
    rate: values.rate === null ? null : { perSecond: values.rate, arrivals: required(values.arrivals) },
    precision: values.precision,
    budgetMs: required(values.budget),
    confirm: required(values.confirm),
    minRequests: MIN_REQUESTS,
    seed: values.seed ?? randomInt(2 ** 32),
    client: required(values.client),
    margin: required(values.margin),
    timeoutMs: required(values.timeout),
    reportId: required(values['report-id']),
    gate: values.gate ?? [],
    publishing: {
      mode: required(values.mode),
      reports: values.reports,
      comment: required(values.comment),
      baseline: required(values.baseline),
      artifacts: required(values.artifacts),
      retentionDays: values['retention-days'],
      token: values['github-token'],
    },
    out: resolve(required(values.out)),
    strict: required(values.strict),
  };
}

const PRESETS = {
  quick: { rounds: 8, blockMs: 150 },
  standard: { rounds: 20, blockMs: 250 },
  thorough: { rounds: 40, blockMs: 500 },
} as const;

const MIN_REQUESTS = 5;

function toTarget(values: InputValues): TargetConfig {
  const metadata: Record<string, string> = {};
  if (values.deployment) metadata.seldon = values.deployment;
  if (values.namespace) metadata.namespace = values.namespace;
  return {
    kind: required(values.target),
    iterations: required(values.iterations),
    process: {
      python: values.python,
      cacheDir: resolve(values['cache-dir'] ?? defaultCacheDir()),
    },
    docker: { keepImage: values['keep-image'] ?? false },
    limits: { cpu: required(values.cpu), memory: required(values.memory) },
    kubernetes: {
      cluster: values.cluster,
      nodeImage: values['node-image'],
      kubeconfig: values.kubeconfig,
      context: values.context,
      namespace: values.target === 'cluster' ? values.namespace : null,
      nodeAddress: values['node-address'],
      ingress: required(values.ingress),
      istioCharts: values['istio-charts'] ?? ISTIO_CHARTS,
      operator: toOperator(values),
    },
    url: {
      rest: values['rest-url'],
      grpc: values['grpc-address'],
      metadata,
      allowRemote: values['allow-remote-target'] ?? false,
    },
  };
}

/** Seldon's own repository of charts. */
const CHARTS = 'https://storage.googleapis.com/seldon-charts';
/** Istio's own. */
const ISTIO_CHARTS = 'https://istio-release.storage.googleapis.com/charts';

function toOperator({
  operator,
  target,
  'seldon-version': version,
}: InputValues): TargetConfig['kubernetes']['operator'] {
  const source =
    operator ?? (target === 'kind' ? { kind: 'chart' as const, chart: CHARTS } : { kind: 'present' as const });
  return source.kind === 'chart' ? { ...source, version: required(version) } : source;
}

/** Each arm is what the options say, with its own changes; without any there is one, `base`. */
function toArms(values: InputValues): Config['arms'] {
  const base: ArmConfig = {
    id: 'base',
    seldonVersion: required(values['seldon-version']),
    env: {},
    packages: [],
    model: null,
    image: values.image,
    tensorflow: required(values.tensorflow),
    engine: required(values.engine),
    connection: values['reference-connection'] ?? 'close',
    delayMs: 0,
  };
  const described = (values.arms ?? values.compare)?.arms ?? [];
  const [first = base, ...others] = described.map(({ id, changes }): ArmConfig => ({ ...base, ...changes, id }));
  return [first, ...others];
}

function defaultCacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'seldon-bench');
}

/** Inputs with a default are never null once they were parsed without a problem. */
function required<T>(value: T | null): T {
  if (value === null) throw new TypeError('an input with a default has no value');
  return value;
}
