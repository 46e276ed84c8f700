import type { ArmConfig } from '../../config.ts';
import { GRPC_RECEIVE_LIMIT_BYTES } from '../../endpoint.ts';
import type { Method } from '../../plan.ts';
import type { Arm } from '../../report.ts';
import { buildCommand } from '../container/run-argv.ts';
import { describeModel } from '../local/process.ts';
import { IMAGE, listParameters, SETTINGS } from '../local/wrapper.ts';
import { describeImage, type ModelImage } from '../model-image.ts';
import type { Host, Target } from '../target.ts';
import type { Access, KubeApi } from './api.ts';
import { deployModel } from './deploy.ts';
import type { Ingress } from './ingress.ts';
import { watchModels } from './lost.ts';
import { type Model, nameModel } from './manifest.ts';
import type { Namespace } from './namespace.ts';
import type { Network } from './network.ts';
import { startNullPod } from './null-pod.ts';
import type { NullProgram } from './null-program.ts';
import type { Pod } from './objects.ts';
import type { DeployOptions } from './options.ts';
import { createPodMeter } from './pod-usage.ts';
import { keepPodOff } from './quiet.ts';
import { doSideBySide } from './side-by-side.ts';

/** Where arms are deployed: a cluster that is ready for them. */
export interface Place {
  readonly target: 'kind' | 'cluster';
  readonly api: KubeApi;
  readonly access: Access;
  readonly network: Network;
  /** Null where each model has ports of its own. */
  readonly ingress: Ingress | null;
  readonly namespace: Namespace;
  /** Whether the pods' processes are this machine's. */
  readonly isLocal: boolean;
  /** Null where no null server can be put into the cluster. */
  readonly nullProgram: NullProgram | null;
  /** Thousandths of a CPU that is kept free for each model. */
  readonly cpuRequest: number;
  /** For the report. */
  readonly about: Pick<NonNullable<Arm['kubernetes']>, 'version' | 'operator' | 'pinned'>;
}

/** What one arm is made of there. */
interface Parts {
  readonly index: number;
  /** Null where the cluster fetches it. */
  readonly image: ModelImage | null;
  /** Two for each method; null where the cluster is to choose. */
  readonly nodePorts: readonly number[] | null;
}

/** Deploys one arm: a model for each method, all at once. What it makes goes with the namespace. Throws ServerError. */
export async function startArm(
  options: DeployOptions,
  arm: ArmConfig,
  methods: readonly Method[],
  place: Place,
  { index, image, nodePorts }: Parts,
  host: Host,
): Promise<Target> {
  const { api, access, network, ingress, namespace } = place;
  const settings = { ...SETTINGS, ...arm.env };
  const models = methods.map((method) => describeMethod(options, arm, method, place, { index, image }, settings));
  const deployed = await doSideBySide(
    models.map((model, i) => (host: Host) => {
      const [rest, grpc] = nodePorts?.slice(2 * i) ?? [];
      const ports = rest === undefined || grpc === undefined ? null : { rest, grpc };
      return host.time(`deploy ${model.name}`, () =>
        deployModel(model, { api, network, nodePorts: ports, ingress }, host),
      );
    }),
    host,
  );
  const meters = new Map(deployed.map(({ pod }, i) => [methods[i], createPodMeter(pod)]));
  const pods = deployed.map(({ pod }) => pod);
  const names = models.map(({ name }) => name);
  const watch = await watchModels(access, namespace.name, names);
  return {
    arm: {
      id: arm.id,
      target: place.target,
      // Somebody's image may hold anything that speaks the protocol.
      isSeldon: image?.built ? true : 'unknown',
      ...(image?.built && { seldonVersion: arm.seldonVersion }),
      ...(arm.model && { model: describeModel(arm.model) }),
      ...(arm.packages.length > 0 && { packages: [...arm.packages] }),
      image: image === null ? readImage(arm, pods[0]) : describeImage(image),
      settings: { ...settings, ...describeLimits(options, place) },
      connection: null,
      kubernetes: {
        ...place.about,
        pinned: await keepOff(place, pods),
        engine: arm.engine,
        qos: pods.every(({ status }) => status?.qosClass === 'Guaranteed') ? 'Guaranteed' : 'Burstable',
      },
      network: ingress === null ? network.kind : 'ingress',
    },
    endpoints: Object.fromEntries(deployed.map(({ endpoint }, i) => [methods[i], endpoint])),
    lost: watch.lost,
    grpcReceiveLimitBytes: GRPC_RECEIVE_LIMIT_BYTES,
    answers: image?.built && arm.model === null ? 'fixed' : 'any',
    ...(place.nullProgram && {
      startNullServer: nullServerStarter(place.nullProgram, models[0] as Model, place, host),
    }),
    readUsage: async (method) => meters.get(method)?.() ?? null,
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}

/** Where the whole node could not be kept off the load process's core, at least the models are. */
async function keepOff({ about, isLocal }: Place, pods: readonly Pod[]): Promise<Place['about']['pinned']> {
  if (about.pinned !== null || !isLocal) return about.pinned;
  const kept = await Promise.all(pods.map(keepPodOff));
  const [cores] = kept;
  return cores != null && kept.every((one) => one !== null) ? { what: 'models', cores } : null;
}

/** In the arm's image, which is in the node. */
function nullServerStarter(
  program: NullProgram,
  { image, name }: Model,
  { api, network, ingress, namespace }: Place,
  host: Host,
): NonNullable<Target['startNullServer']> {
  const behind = ingress && { ingress, model: name };
  const place = { api, network, behind, namespace, program, image, name: `${name}-null` };
  return (replies, signal) =>
    host.time('put the null server up', () => startNullPod(replies, place, { ...host, signal }));
}

/**
 * Part of every reply of `predict`, which then has the same bytes whatever the image is called. Seldon Core sets the
 * variable itself, after ours: only the program that starts the wrapper has the last word.
 */
const NAME_IMAGE = ['env', `PREDICTIVE_UNIT_IMAGE=${IMAGE}`];

function describeMethod(
  { limits, startSeconds, iterations }: DeployOptions,
  arm: ArmConfig,
  method: Method,
  { target, namespace, cpuRequest }: Place,
  { index, image }: Pick<Parts, 'index' | 'image'>,
  settings: Readonly<Record<string, string>>,
): Model {
  return {
    name: nameModel(namespace.prefix, index, method),
    namespace: namespace.name,
    labels: namespace.labels,
    image: image?.reference ?? (arm.image as string),
    engine: arm.engine,
    mayPull: target === 'cluster',
    args: image?.built ? [...NAME_IMAGE, ...buildCommand(method, arm.model)] : null,
    parameters: image?.built ? listParameters(arm.model, iterations) : [],
    env: {
      SELDON_LOG_LEVEL: 'ERROR',
      TF_CPP_MIN_LOG_LEVEL: '3',
      ...settings,
      HOME: '/tmp',
    },
    cpuRequest,
    limits,
    startSeconds,
  };
}

function describeLimits({ limits }: DeployOptions, { cpuRequest }: Place): Record<string, string> {
  return { 'cpu request': `${cpuRequest}m`, 'cpu limit': `${limits.cpu}m`, 'memory limit': `${limits.memory}Mi` };
}

/** As the cluster names what it runs. */
function readImage({ image }: ArmConfig, pod: Pod | undefined): Arm['image'] {
  const reference = image as string;
  const status = pod?.status?.containerStatuses?.find(({ imageID }) => imageID);
  return { reference, id: status?.imageID ?? 'unknown', tensorflow: 'unknown' };
}
