import { parseArms, parseCompare } from './arms/arms.ts';
import { CONNECTIONS, ENGINES, SELDON_VERSIONS, TENSORFLOWS } from './arms/properties.ts';
import { parseGate } from './gate-rules.ts';
import { readPayloadFile } from './own-payload.ts';
import {
  boolean,
  chartsSource,
  contextName,
  cpus,
  duration,
  hostAndPort,
  hostName,
  httpBase,
  imageReference,
  integer,
  listOf,
  memory,
  name,
  number,
  oneOf,
  operatorSource,
  type Parser,
  path,
  percentage,
  reportName,
  secret,
} from './parse.ts';
import { ENCODINGS, MAX_BATCH, MAX_CONCURRENCY, METHODS, TRANSPORTS } from './plan.ts';

/** One option of the command line and, with the same name, of the Action. */
export interface Input<T> {
  readonly parse: Parser<T>;
  /** The text that stands for "not given"; empty where there is no value then. */
  readonly default: string;
  /** Where the Action's default differs. */
  readonly actionDefault?: string;
  /** What stands for the value in the help text. */
  readonly value: string;
  readonly help: string;
  /** Only with these targets; giving it with another one is a mistake. */
  readonly only?: readonly ('process' | 'docker' | 'kind' | 'cluster' | 'reference' | 'url')[];
  /** Only together with this other input. */
  readonly needs?: string;
  /** Only on the command line. */
  readonly cliOnly?: true;
  /** Only in a workflow: it is about what the runner and GitHub offer. */
  readonly actionOnly?: true;
  /** Only with this mode of the Action, where it is not for both. */
  readonly mode?: 'bench' | 'report';
  /** An expression whose value the runner puts in for a default. */
  readonly expression?: string;
  /** Of several lines, in which indentation counts: its text is not trimmed. */
  readonly multiline?: true;
}

function input<T>(definition: Input<T>): Input<T> {
  return definition;
}

/** THE table: action.yml, the command line, the help text, the README and the parsing all come from here. */
export const INPUTS = {
  mode: input({
    parse: oneOf(['bench', 'report']),
    default: 'bench',
    value: 'bench|report',
    help: '`bench` measures and reports; `report` measures nothing, and reports what other jobs or runs have measured: one report or a matrix of them, in one comment.',
    actionOnly: true,
  }),
  target: input({
    parse: oneOf(['auto', 'process', 'docker', 'kind', 'cluster', 'reference', 'url']),
    default: 'auto',
    actionDefault: 'kind',
    value: 'auto|process|docker|kind|cluster|reference|url',
    help: 'Where the server lives: `process` runs the real Seldon wrapper in a Python environment of its own; `docker` runs it in a container for each method, with ports on 127.0.0.1, from an image that is built for the run or given; `kind` makes a kind cluster with Seldon Core in it and deploys a SeldonDeployment for each method; `cluster` does the same in a Kubernetes cluster that exists, with an image that the cluster can fetch; `reference` is an embedded server that is no Seldon; `url` asks endpoints that run already; `auto` (command line only) is `process` where a fitting Python is found, else `reference`.',
  }),
  methods: input({
    parse: listOf(oneOf(METHODS)),
    default: 'predict,predict_raw',
    value: 'LIST',
    help: "Which of the wrapper's entry points the model implements: `predict`, `predict_raw`; `predict_raw_decode` is `predict_raw` with a model that makes an array of its message itself.",
  }),
  transports: input({
    parse: listOf(oneOf(TRANSPORTS)),
    default: 'rest,grpc',
    value: 'LIST',
    help: '`rest` (HTTP/1.1 and JSON), `grpc` (HTTP/2 and protobuf).',
  }),
  encodings: input({
    parse: listOf(oneOf(ENCODINGS)),
    default: 'ndarray,tensor,tftensor',
    value: 'LIST',
    help: 'How the numbers are written: `ndarray`, `tensor`, `tftensor`.',
  }),
  batches: input({
    parse: listOf(integer(1, MAX_BATCH)),
    default: '1,100000',
    value: 'LIST',
    help: 'How many consecutive integers one request carries, 1 to 10000000 each; with `features` or `payload-file`, how many rows.',
  }),
  features: input({
    parse: integer(1, MAX_BATCH),
    default: '',
    value: 'COLUMNS',
    help: 'For a model with a fixed input width: a batch is so many rows of this many columns, filled with consecutive integers.',
  }),
  'payload-file': input({
    parse: readPayloadFile,
    default: '',
    value: 'FILE',
    help: 'The JSON of a request as you would send it with curl (`data.ndarray` or `data.tensor`, numbers only): its rows are sent in every encoding over both transports. A batch is so many rows, from the first again where the file has fewer; without `batches` it is the file as it is.',
  }),
  concurrency: input({
    parse: listOf(integer(1, MAX_CONCURRENCY)),
    default: '1',
    value: 'LIST',
    help: 'How many connections ask at the same time, each with one request after the other (REST and gRPC alike).',
  }),
  rate: input({
    parse: number(0.1, 1_000_000),
    default: '',
    value: 'PER_SECOND',
    help: 'Arrivals a second, whether or not earlier requests are answered (open loop): latency counts from the intended start. Without it each connection waits for its reply (closed loop).',
  }),
  arrivals: input({
    parse: oneOf(['constant', 'poisson']),
    default: 'constant',
    value: 'constant|poisson',
    help: 'With `rate`: evenly spaced, or at random as independent callers are.',
    needs: 'rate',
  }),
  preset: input({
    parse: oneOf(['quick', 'standard', 'thorough']),
    default: 'standard',
    value: 'quick|standard|thorough',
    help: 'How long to measure: 8 rounds of 150ms blocks, 20 of 250ms, 40 of 500ms.',
  }),
  rounds: input({
    parse: integer(1, 1000),
    default: '',
    value: 'N',
    help: "Rounds, instead of the preset's. Six is the least that gives intervals.",
  }),
  block: input({
    parse: duration(1, 60_000),
    default: '',
    value: 'DURATION',
    help: "How long one cell is asked in one round, instead of the preset's. A block never has fewer than 5 requests.",
  }),
  precision: input({
    parse: percentage(0.1, 50),
    default: '',
    value: 'PERCENT',
    help: 'Add rounds until every interval (of differences between arms; without arms, of the medians) is at most this far from its centre, or `budget` is used up.',
  }),
  budget: input({
    parse: duration(1000, 7_200_000),
    default: '10m',
    value: 'DURATION',
    help: 'With `precision`: after this long no more rounds are added. The first rounds are run in any case, and so are those that confirm differences.',
    needs: 'precision',
  }),
  confirm: input({
    parse: boolean,
    default: 'true',
    value: 'true|false',
    help: 'Whether a difference between arms is measured once more, in rounds of its own, before it is given as faster or slower.',
  }),
  seed: input({
    parse: integer(0, 2 ** 32 - 1),
    default: '',
    value: 'N',
    help: 'Seed of the random order; without it one is drawn. The report names it.',
  }),
  client: input({
    parse: oneOf(['wire', 'library']),
    default: 'wire',
    value: 'wire|library',
    help: '`wire` is our own lean client; `library` is what a Node service would use (undici, @grpc/grpc-js).',
  }),
  margin: input({
    parse: percentage(0.1, 100),
    default: '5%',
    value: 'PERCENT',
    help: 'Differences below this are of no consequence: a verdict needs an interval wholly beyond it.',
  }),
  timeout: input({
    parse: duration(10, 600_000),
    default: '30s',
    value: 'DURATION',
    help: 'How long one request may take before it counts as failed.',
  }),
  arms: input({
    parse: parseArms,
    default: '',
    value: 'YAML',
    help: 'Variants of the server, measured interleaved and compared with the first: a mapping of ids to what differs from the other options. Targets process, docker and kind: `seldon-version`, `model` (folder or folder:Class), `packages` (list of name==version); those and cluster: `env`; targets docker, kind and cluster: `image`; targets docker and kind: `tensorflow`; targets kind and cluster: `engine`; target reference: `connection`, `delay`. The report names all of it, so put no secrets there.',
    multiline: true,
  }),
  compare: input({
    parse: parseCompare,
    default: '',
    value: 'ID=CHANGES,...',
    help: 'Short for `arms`, on the command line only: `old=1.17.1,new=1.19.0`, `one=,four=GUNICORN_THREADS=4`, `before=./model-a,after=./model-b`, `base=,pinned=numpy==1.26.3`, `a=image=model:1,b=image=model:2`. Several changes of one arm are joined by +.',
    cliOnly: true,
  }),
  iterations: input({
    parse: integer(0, 1_000_000_000),
    default: '1',
    value: 'N',
    help: 'How often the benchmarked models of this project repeat their trivial work.',
    only: ['process', 'docker', 'kind'],
  }),
  'seldon-version': input({
    parse: oneOf(SELDON_VERSIONS),
    default: '1.19.0',
    value: '1.19.0|1.17.1',
    help: "The wrapper's version. 1.19.0 needs Python 3.12; 1.17.1 needs Python 3.8 to 3.10.",
    only: ['process', 'docker', 'kind', 'cluster'],
  }),
  image: input({
    parse: imageReference,
    default: '',
    value: 'REFERENCE',
    help: 'An image of a model with the Seldon wrapper, as the operator would deploy it, instead of one that is built: from this machine, or pulled where it is not there.',
    only: ['docker', 'kind', 'cluster'],
  }),
  tensorflow: input({
    parse: oneOf(TENSORFLOWS),
    default: 'full',
    value: 'full|stand-in',
    help: "What serves `tftensor` in an image that is built: `full` is TensorFlow, which makes the image 1.3 GB; `stand-in` is a small package of this project that makes the same arrays and messages for the unmodified wrapper in less time (0.3 GB), and has nothing else of TensorFlow; the report then says that the figures of this encoding are the stand-in's.",
    only: ['docker', 'kind'],
  }),
  'keep-image': input({
    parse: boolean,
    default: '',
    value: '',
    help: 'Keep the image that was built, so that the next run need not build it. Without it the image goes with the run.',
    only: ['docker', 'kind'],
  }),
  operator: input({
    parse: operatorSource,
    default: '',
    value: 'present|FILE|CHART',
    help: "Where Seldon Core's operator comes from: `present` where it is installed already (the default of target cluster); a file of manifests (`.yaml`), as `helm template` writes it; or a chart `seldon-core-operator`: a folder, a `.tgz`, an `oci://` reference, or the URL of a repository that has it in `seldon-version` (the default of target kind is Seldon's own). Seldon Core that a cluster already has is used as it is; what is put into a cluster that stays, stays too.",
    only: ['kind', 'cluster'],
  }),
  cluster: input({
    parse: name,
    default: '',
    value: 'NAME',
    help: 'A kind cluster that exists, of one node, which is used and stays: only a namespace of the run is made in it. Without it the run makes a cluster, which goes with it.',
    only: ['kind'],
  }),
  'node-image': input({
    parse: imageReference,
    default: '',
    value: 'REFERENCE',
    help: "The node's image of a cluster that the run makes, instead of the pinned one.",
    only: ['kind'],
  }),
  engine: input({
    parse: oneOf(ENGINES),
    default: 'none',
    value: 'none|executor',
    help: "Whether Seldon's own proxy, the executor, stands before each model, as it does by default, or none.",
    only: ['kind', 'cluster'],
  }),
  ingress: input({
    parse: oneOf(['none', 'istio']),
    default: 'none',
    value: 'none|istio',
    help: "What stands between a port of the node and the models: `none` is a NodePort Service for each model; `istio` is Istio's ingress gateway, with the path `/seldon/NAMESPACE/NAME` over REST and metadata over gRPC. A cluster that the run makes gets a small Istio; in one that stays, the gateway that is there (a Service with the label `istio=ingressgateway`) is used.",
    only: ['kind', 'cluster'],
  }),
  'istio-charts': input({
    parse: chartsSource,
    default: '',
    value: 'DIR|URL',
    help: "Where Istio's charts come from, for a cluster that the run makes: a folder that holds `base`, `istiod` and `gateway`, or the URL of a repository that has them, instead of Istio's own.",
    only: ['kind'],
  }),
  cpu: input({
    parse: cpus,
    default: '1',
    value: 'CPUS',
    help: 'How much CPU each model may use. In a cluster as much is kept free for it, or less where not all models fit so; the report says which.',
    only: ['docker', 'kind', 'cluster'],
  }),
  memory: input({
    parse: memory,
    default: '1Gi',
    value: 'SIZE',
    help: 'How much memory each model may use.',
    only: ['docker', 'kind', 'cluster'],
  }),
  kubeconfig: input({
    parse: path,
    default: '',
    value: 'FILE',
    help: 'How the cluster is reached. Without it: `KUBECONFIG`, else `~/.kube/config`.',
    only: ['cluster'],
  }),
  context: input({
    parse: contextName,
    default: '',
    value: 'NAME',
    help: "The kubeconfig's context to use, instead of its current one.",
    only: ['cluster'],
  }),
  'node-address': input({
    parse: hostName,
    default: '',
    value: 'HOST',
    help: "Where the ports of the cluster's nodes (30000 to 32767) are reached, instead of the addresses that the cluster knows.",
    only: ['cluster'],
  }),
  python: input({
    parse: path,
    default: '',
    value: 'PATH',
    help: 'The Python to make the environment with. Without it a fitting one is looked for.',
    only: ['process'],
  }),
  'cache-dir': input({
    parse: path,
    default: '',
    value: 'DIR',
    help: "Where Python environments are kept. Without it: `seldon-bench` in the user's cache folder.",
    only: ['process'],
  }),
  'reference-connection': input({
    parse: oneOf(CONNECTIONS),
    default: '',
    value: 'close|keep-alive',
    help: 'Whether the embedded server ends the connection after each REST reply, as the wrapper does (`close`).',
    only: ['reference'],
  }),
  'rest-url': input({
    parse: httpBase,
    default: '',
    value: 'URL',
    help: 'REST base, such as `http://127.0.0.1:9000`, with a path prefix where an ingress wants one.',
    only: ['url'],
  }),
  'grpc-address': input({
    parse: hostAndPort,
    default: '',
    value: 'HOST:PORT',
    help: 'gRPC address without TLS, such as `127.0.0.1:9500`.',
    only: ['url'],
  }),
  deployment: input({
    parse: name,
    default: '',
    value: 'NAME',
    help: 'Sent as gRPC metadata `seldon`, by which an ingress routes.',
    only: ['url'],
  }),
  namespace: input({
    parse: name,
    default: '',
    value: 'NAME',
    help: 'Target url: sent as gRPC metadata `namespace`, by which an ingress routes. Target cluster: a namespace that exists and stays, in which the models are put; without it the run makes one of its own.',
    only: ['url', 'cluster'],
  }),
  'allow-remote-target': input({
    parse: boolean,
    default: '',
    value: '',
    help: 'Allow load on addresses other than this machine. Only for servers that are yours.',
    only: ['url'],
  }),
  reports: input({
    parse: listOf(path),
    default: '',
    value: 'PATHS',
    help: 'With mode `report`: report.json files, or folders in which to look for them. Without it they come from the artifacts of this run or, on `workflow_run`, of the run that ended.',
    actionOnly: true,
    mode: 'report',
  }),
  'report-id': input({
    parse: reportName,
    default: 'default',
    value: 'ID',
    help: 'Names this report where several stand side by side (the legs of a matrix): its comment and its artifacts are its own.',
  }),
  gate: input({
    parse: parseGate,
    default: '',
    value: 'RULES',
    help: 'Limits that fail the job (exit code 1) when the numbers show that they are exceeded: `regression [over 10%]`, `claim grpc-faster`, `errors over 0%`, `p50|p90|p95|p99 over 5ms`, `throughput under 100`; each with an optional `in CELLS`, such as `in predict.grpc` or `in *.rest.tensor`. One a line, or between commas. Without it nothing but an error fails the job.',
    multiline: true,
  }),
  comment: input({
    parse: oneOf(['auto', 'on-change', 'on-failure', 'never']),
    default: 'auto',
    value: 'auto|on-change|on-failure|never',
    help: 'When a comment is made in the pull request: always; only when an arm is faster or slower, or the gate or the run failed; only when the gate or the run failed; or never. A comment that is there is kept up to date in any case but the last.',
    actionOnly: true,
  }),
  baseline: input({
    parse: oneOf(['none', 'artifact']),
    default: 'none',
    value: 'none|artifact',
    help: 'With `artifact`, a table of how the medians went in up to five successful runs on the base branch, from their artifacts. It decides nothing: only arms that were measured in the same job are compared. Needs the permission `actions: read`.',
    actionOnly: true,
  }),
  artifacts: input({
    parse: boolean,
    default: 'true',
    value: 'true|false',
    help: 'Whether the report is uploaded: `seldon-bench-ID.html`, which opens in one click, and `seldon-bench-ID` with `report.json`, `results.csv`, `histograms.hlog`, `junit.xml`, `benchmark-action.json` and `bencher.json`.',
    actionOnly: true,
    mode: 'bench',
  }),
  'retention-days': input({
    parse: integer(1, 400),
    default: '',
    value: 'DAYS',
    help: "How long the artifacts are kept, instead of the repository's setting.",
    actionOnly: true,
    mode: 'bench',
  }),
  'github-token': input({
    parse: secret,
    default: '',
    expression: 'github.token',
    value: 'TOKEN',
    help: 'For the comment (`pull-requests: write`) and the artifacts of other runs (`actions: read`).',
    actionOnly: true,
  }),
  out: input({
    parse: path,
    default: 'bench-results',
    value: 'DIR',
    help: 'Folder for the report files.',
  }),
  strict: input({
    parse: boolean,
    default: 'false',
    value: '',
    help: 'Exit with 4 (in the Action: fail) when the numbers cannot be trusted.',
  }),
} as const;

export type InputName = keyof typeof INPUTS;
type Parsed<I> = I extends Input<infer T> ? T : never;
/** The inputs' values after parsing; null where nothing was given and there is no default. */
export type InputValues = { readonly [N in InputName]: Parsed<(typeof INPUTS)[N]> | null };

export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];

/** The text an input has when nobody gives it. */
export function defaultOf(name: InputName, shell: 'cli' | 'action'): string {
  const input = INPUTS[name];
  return (shell === 'action' && 'actionDefault' in input ? input.actionDefault : undefined) ?? input.default;
}
