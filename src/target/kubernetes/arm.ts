import type { ArmConfig } from '../../config.ts';
import { GRPC_RECEIVE_LIMIT_BYTES } from '../../endpoint.ts';
import type { Method } from '../../plan.ts';
import { buildCommand } from '../container/run-argv.ts';
import { IMAGE, listParameters, SETTINGS } from '../local/wrapper.ts';
import { describeImage, type ModelImage } from '../model-image.ts';
import type { Host, Target } from '../target.ts';
import type { Access, KubeApi } from './api.ts';
import { deployModel } from './deploy.ts';
import { watchModels } from './lost.ts';
import { nameModel } from './manifest.ts';
import type { Namespace } from './namespace.ts';
import type { Network } from './node.ts';
import type { KindOptions } from './options.ts';
import { doSideBySide } from './side-by-side.ts';

export interface ArmPlace {
  readonly api: KubeApi;
  readonly access: Access;
  readonly network: Network;
  readonly namespace: Namespace;
  readonly image: ModelImage;
  readonly index: number;
  /** Two for each method; null where the cluster is to choose. */
  readonly nodePorts: readonly number[] | null;
}

export type ArmOptions = Pick<KindOptions, 'resources' | 'startSeconds' | 'iterations'>;

/** Deploys one arm: a model for each method, all at once. What it makes goes with the namespace. Throws ServerError. */
export async function startArm(
  { resources, startSeconds, iterations }: ArmOptions,
  arm: ArmConfig,
  methods: readonly Method[],
  place: ArmPlace,
  host: Host,
): Promise<Target> {
  const { api, access, network, namespace, image, index, nodePorts } = place;
  const isOurModel = image.built && arm.model === null;
  const settings = { ...SETTINGS, ...arm.env };
  const endpoints = await doSideBySide(
    methods.map((method, i) => async (host: Host) => {
      const model = {
        name: nameModel(index, method),
        namespace: namespace.name,
        labels: namespace.labels,
        image: image.reference,
        args: image.built ? buildCommand(method, arm.model) : null,
        parameters: image.built ? listParameters(arm.model, iterations) : [],
        env: {
          SELDON_LOG_LEVEL: 'ERROR',
          TF_CPP_MIN_LOG_LEVEL: '3',
          ...settings,
          HOME: '/tmp',
          // Part of every reply of `predict`, which then has the same bytes whatever the image is called.
          PREDICTIVE_UNIT_IMAGE: IMAGE,
        },
        resources,
        startSeconds,
      };
      const [rest, grpc] = nodePorts?.slice(2 * i) ?? [];
      const ports = rest === undefined || grpc === undefined ? null : { rest, grpc };
      host.log.info(`deploying ${model.name} with Seldon Core`);
      return [method, await deployModel(model, { api, network, nodePorts: ports }, host)] as const;
    }),
    host,
  );
  const names = methods.map((method) => nameModel(index, method));
  const watch = await watchModels(access, namespace.name, names);
  return {
    arm: {
      id: arm.id,
      target: 'kind',
      // Somebody's image may hold anything that speaks the protocol.
      isSeldon: image.built ? true : 'unknown',
      ...(image.built && { seldonVersion: arm.seldonVersion }),
      ...(arm.packages.length > 0 && { packages: [...arm.packages] }),
      image: describeImage(image),
      settings,
      connection: null,
      network: network.kind,
    },
    endpoints: Object.fromEntries(endpoints),
    lost: watch.lost,
    grpcReceiveLimitBytes: GRPC_RECEIVE_LIMIT_BYTES,
    answers: isOurModel ? 'fixed' : 'any',
    readUsage: async () => null,
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}
