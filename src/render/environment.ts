import type { Arm, Report } from '../report.ts';
import { bytes, confidence, count, duration, integer, percent, percentExact, timestamp } from './format.ts';
import type { Lookup } from './lookup.ts';
import { describeConnections, describeOpenLoop } from './loop.ts';
import { foreign, join, type Plain, type Prose, plain, say } from './prose.ts';
import { describeTarget } from './provenance.ts';
import { left, type Table } from './table.ts';

type Fact = readonly [Plain, Prose];

/** Everything that the report knows of where it was made. */
export function buildEnvironmentTable(lookup: Lookup): Table {
  const { report } = lookup;
  const facts = [...describeMachine(report), ...describeServers(report.arms), ...describeRun(report)];
  return {
    caption: plain`Environment`,
    columns: [left(plain`what`), left(plain`value`)],
    rows: facts.map(([what, value]) => [say`${what}`, value]),
  };
}

function describeMachine({ environment }: Report): Fact[] {
  const { cpu, pinning } = environment;
  return [
    [plain`CPU`, say`${foreign(cpu.model)}, ${count(cpu.cores, 'core')}`],
    [plain`memory`, say`${bytes(environment.memoryBytes)}`],
    [
      plain`system`,
      say`${foreign(environment.platform)} ${foreign(environment.arch)}, kernel ${foreign(environment.kernel)}`,
    ],
    [plain`virtual machine`, yesOrNo(environment.virtualised)],
    [plain`Node`, say`${foreign(environment.node)}`],
    [plain`load process flags`, foreignList(environment.loadFlags)],
    [
      plain`pinning`,
      pinning === null ? say`none` : say`load on ${foreign(pinning.load)}, server on ${foreign(pinning.server)}`,
    ],
    [plain`load process peak memory`, optional(environment.loadPeakRssBytes, bytes)],
    [plain`CPU time taken by the host`, optional(environment.stealPercent, (x) => percent(x / 100))],
    [plain`load process held back by CPU limits`, optional(environment.throttledMs, duration)],
  ];
}

/** Of several arms, each fact says whose it is. */
function describeServers(arms: readonly Arm[]): Fact[] {
  const [only] = arms;
  if (only !== undefined && arms.length === 1) return describeServer(only);
  return arms.flatMap((arm, i) => {
    const number = plain`arm ${integer(i + 1)}`;
    const head: Fact = [i === 0 ? plain`${number}, the baseline` : number, say`${foreign(arm.id)}`];
    return [head, ...describeServer(arm).map(([what, value]): Fact => [plain`${number}: ${what}`, value])];
  });
}

function describeServer(arm: Arm): Fact[] {
  return [
    [plain`target`, describeTarget(arm)],
    ...(arm.address === undefined ? [] : [[plain`address`, say`${foreign(arm.address)}`] as const]),
    ...(arm.model === undefined ? [] : [[plain`model`, say`${foreign(arm.model)}`] as const]),
    ...describeKubernetes(arm),
    ...describeImage(arm),
    ...describePackages(arm),
    ...Object.entries(arm.settings).map(
      ([name, value]): Fact => [plain`server setting`, say`${foreign(name)} = ${foreign(value)}`],
    ),
    [plain`REST connection`, connectionLabel(arm.connection)],
  ];
}

function describeKubernetes({ kubernetes }: Arm): Fact[] {
  if (kubernetes === undefined) return [];
  const { version, operator, engine, qos, pinned } = kubernetes;
  return [
    [plain`Kubernetes`, say`${foreign(version)}`],
    [plain`Seldon Core from`, say`${foreign(operator)}`],
    [plain`in front of the model`, engine === 'none' ? say`nothing` : say`Seldon's executor`],
    [plain`quality of service`, say`${qos as string as Plain}`],
    [plain`cores of the cluster`, describePinned(pinned)],
  ];
}

function describePinned(pinned: NonNullable<Arm['kubernetes']>['pinned']): Prose {
  if (pinned === null) return say`left to the kernel`;
  return pinned.what === 'node'
    ? say`the whole node on ${foreign(pinned.cores)}`
    : say`the models on ${foreign(pinned.cores)}, the rest of the node anywhere`;
}

function describeImage({ image, network }: Arm): Fact[] {
  const path: Fact[] = network === undefined ? [] : [[plain`network path`, say`${NETWORKS[network]}`]];
  if (image === undefined) return path;
  const size = image.bytes === undefined ? [] : say`, ${bytes(image.bytes)}`;
  return [
    [plain`image`, say`${foreign(image.reference)} (${foreign(image.id)}${size})`],
    ...(image.tensorflow === undefined
      ? []
      : [[plain`tftensor in the image`, say`${TENSORFLOWS[image.tensorflow]}`] as const]),
    ...path,
  ];
}

const NETWORKS: Readonly<Record<NonNullable<Arm['network']>, Plain>> = {
  'loopback-port': plain`a port of 127.0.0.1 that is passed on into the container`,
  'node-address': plain`a port of the cluster node's own address`,
  ingress: plain`the cluster's ingress`,
};

export const TENSORFLOWS: Readonly<Record<'tensorflow-cpu' | 'stand-in' | 'unknown', Plain>> = {
  'tensorflow-cpu': plain`by TensorFlow (tensorflow-cpu)`,
  'stand-in': plain`by a stand-in for TensorFlow`,
  unknown: plain`not known`,
};

export function connectionLabel(connection: Arm['connection']): Prose {
  if (connection === null) return say`not known`;
  return connection === 'close' ? say`closed after each reply` : say`kept open`;
}

function describePackages({ python, packages: pinned = [] }: Arm): Fact[] {
  const asked: Fact[] = pinned.length === 0 ? [] : [[plain`packages asked for`, join(pinned.map(foreign), ', ')]];
  if (python === undefined) return asked;
  const packages = Object.entries(python.packages).map(([name, version]) => say`${foreign(name)} ${foreign(version)}`);
  return [
    ...asked,
    [plain`Python`, say`${foreign(python.version)}`],
    ...(packages.length === 0 ? [] : [[plain`Python packages`, join(packages, ', ')] as const]),
  ];
}

function describeRun(report: Report): Fact[] {
  const { config, provenance, tool } = report;
  const named = [
    [plain`repository`, provenance.repository],
    [plain`commit`, provenance.sha],
    [plain`ref`, provenance.ref],
    [plain`event`, provenance.event],
  ] as const;
  return [
    [plain`tool`, say`${foreign(tool.name)} ${foreign(tool.version)}, ${config.client as string as Plain} client`],
    [plain`started`, say`${timestamp(report.startedAt)}`],
    [plain`took`, say`${duration(report.durationMs)}`],
    [
      plain`rounds × block`,
      say`${describeRounds(report)} × ${duration(config.blockMs)}, preset ${config.preset as string as Plain}`,
    ],
    ...describeLoad(report),
    [plain`margin`, say`${percentExact(config.margin)}`],
    [plain`confidence of differences`, say`${confidence(report.alpha)}`],
    [plain`seed`, say`${integer(config.seed)}`],
    ...describePayload(config.payload),
    [plain`model iterations`, say`${integer(config.iterations)}`],
    [plain`timeout per request`, say`${duration(config.timeoutMs)}`],
    ...named.flatMap(([what, value]) => (value === undefined ? [] : [[what, say`${foreign(value)}`] as const])),
  ];
}

function describePayload(payload: Report['config']['payload']): Fact[] {
  if (payload === undefined) return [];
  const { file } = payload;
  const rows = file === null ? say`consecutive integers` : say`${foreign(file.name)}, sha256 ${foreign(file.sha256)}`;
  return [[plain`requests carry`, rows]];
}

function describeRounds({ roundsDone, config }: Report): Plain {
  return roundsDone > config.rounds
    ? plain`${integer(roundsDone)} (${integer(config.rounds)}, and more for precision)`
    : plain`${integer(roundsDone)} of ${integer(config.rounds)}`;
}

function describeLoad(report: Report): Fact[] {
  const { precision, budgetMs } = report.config;
  const connections = describeConnections(report);
  const budget = budgetMs === null ? [] : say`, at most ${duration(budgetMs)} of measuring`;
  return [
    [plain`load`, say`${describeOpenLoop(report) ?? plain`closed loop`}`],
    ...(connections === null ? [] : [[plain`connections`, connections] as const]),
    ...(precision === null ? [] : [[plain`precision asked for`, say`±${percentExact(precision)}${budget}`] as const]),
  ];
}

function optional(x: number | null, write: (x: number) => Plain): Prose {
  return x === null ? say`not known` : say`${write(x)}`;
}

function yesOrNo(x: boolean | null): Prose {
  return x === null ? say`not known` : x ? say`yes` : say`no`;
}

function foreignList(items: readonly string[]): Prose {
  return items.length === 0 ? say`none` : join(items.map(foreign), ' ');
}
