import { randomBytes } from 'node:crypto';
import { type Endpoint, GRPC_PATH, REST_PATH } from '../../endpoint.ts';
import { ServerError } from '../../errors.ts';
import { type Answer, askGrpc, askRest } from '../local/readiness.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import type { KubeApi } from './api.ts';
import { applyPatiently } from './apply.ts';
import { gatherEvidence } from './evidence.ts';
import { describeSeldonDeployment, describeService, type Model } from './manifest.ts';
import type { Network } from './node.ts';
import type { Service } from './objects.ts';
import { seldonDeploymentPath, servicePath } from './paths.ts';
import { readSnapshot, waitUntilAvailable } from './rollout.ts';

const APPLY_LIMIT_MS = 60_000;
/** kube-proxy opens a port about once a second. */
const ANSWER_LIMIT_MS = 20_000;

export interface Place {
  readonly api: KubeApi;
  readonly network: Network;
  /** Ports of the node for this model; null where the cluster is to choose. */
  readonly nodePorts: { readonly rest: number; readonly grpc: number } | null;
}

/**
 * Deploys a model with Seldon Core and waits until it answers over both transports, through the very path that will
 * be measured. Throws ServerError with what the cluster tells of it.
 */
export async function deployModel(model: Model, { api, network, nodePorts }: Place, host: Host): Promise<Endpoint> {
  const { name, namespace } = model;
  const word = randomBytes(16).toString('hex');
  // Told to those who ask the model for metadata, and to nobody else: no part of serving.
  const env = { ...model.env, MODEL_METADATA: JSON.stringify({ custom: { run: word } }) };
  const what = `SeldonDeployment ${name}`;
  const seldon = describeSeldonDeployment({ ...model, env });
  await applyPatiently(api, what, seldonDeploymentPath(namespace, name), seldon, APPLY_LIMIT_MS, host);
  const service = describeService(model, nodePorts);
  const servedAt = servicePath(namespace, name);
  const { spec } = await applyPatiently<Service>(api, `Service ${name}`, servedAt, service, APPLY_LIMIT_MS, host);
  const locate = (port: string): { host: string; port: number } =>
    network.locate(spec.ports.find((candidate) => candidate.name === port)?.nodePort as number);
  const [rest, grpc] = [locate('rest'), locate('grpc')];

  await waitUntilAvailable(api, model, host);
  const answers = await Promise.all([
    waitForAnswer(() => askRest(rest.port, word, rest.host), host),
    waitForAnswer(() => askGrpc(grpc.port, word, grpc.host), host),
  ]);
  const wrong = answers.findIndex((answer) => answer !== 'ours');
  if (wrong !== -1) {
    const { host: address, port } = wrong === 0 ? rest : grpc;
    const heard = answers[wrong] === 'foreign' ? 'something else answers' : 'nothing answers';
    throw new ServerError(
      `expected the model of ${what} to answer over ${wrong === 0 ? 'REST' : 'gRPC'} at ${address}:${port} within ` +
        `${ANSWER_LIMIT_MS / 1000} s of being available; ${heard} there. A firewall between this machine and the node may be in the way.`,
      { detail: await gatherEvidence(api, namespace, await readSnapshot(api, model)) },
    );
  }
  return { rest: { ...rest, path: REST_PATH }, grpc: { ...grpc, path: GRPC_PATH, metadata: {} } };
}

/** The last answer: at first nobody may answer, or somebody before us who is about to go. */
async function waitForAnswer(ask: () => Promise<Answer>, host: Host): Promise<Answer> {
  let last: Answer = 'silent';
  await askUntil(
    async () => {
      last = await ask();
      return last === 'ours' ? last : null;
    },
    ANSWER_LIMIT_MS,
    host.signal,
  );
  return last;
}
