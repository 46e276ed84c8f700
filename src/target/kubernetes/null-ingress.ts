import { request } from 'node:http';
import { connect } from 'node:http2';
import { authorityOf, GRPC_PATH, REST_PATH } from '../../endpoint.ts';
import { ServerError } from '../../errors.ts';
import { FIRST_PORT } from '../../server/null-alone.ts';
import type { NullReply } from '../../server/spec.ts';
import type { Host, NullAddress } from '../target.ts';
import { askUntil } from '../wait.ts';
import type { KubeApi } from './api.ts';
import { applyPatiently } from './apply.ts';
import { describeRoute, type Ingress } from './ingress.ts';
import type { Namespace } from './namespace.ts';
import type { Address } from './network.ts';
import { istioPath } from './paths.ts';
import { expectObject } from './shapes.ts';

const APPLY_LIMIT_MS = 30_000;
const ANSWER_LIMIT_MS = 30_000;
const ASK_LIMIT_MS = 2000;

/** The ingress, and a model that it leads to. */
export interface Behind {
  readonly ingress: Ingress;
  readonly model: string;
}

/** The Service of the null server, in whose ports the replies are told apart. */
interface NullService {
  readonly api: KubeApi;
  readonly namespace: Namespace;
  readonly name: string;
}

/**
 * Leads the ingress to the null server: a route of its own for each reply, of the same form as a model's. Returns when
 * each of them answers. Throws ServerError.
 */
export async function routeNullServer(
  replies: readonly NullReply[],
  service: NullService,
  { ingress, model }: Behind,
  host: Host,
): Promise<NullAddress[]> {
  const { api, namespace, name } = service;
  const [address] = ingress.addresses;
  if (address === undefined) throw new ServerError('expected an address of the ingress; its node has none');
  // Where the models are: Seldon Core knows to which gateway its routes belong.
  const own = expectObject('VirtualService', await api.get(istioPath('virtualservices', namespace.name, model)));
  const body = describeRoutes(replies, service, own.spec.gateways);
  const path = istioPath('virtualservices', namespace.name, name);
  await applyPatiently(api, "the null server's routes", path, body, APPLY_LIMIT_MS, host);
  const addresses = replies.map(({ transport }, i): NullAddress => {
    const { prefix, metadata } = describeRoute({ name: nameRoute(name, i), namespace: namespace.name });
    return { ...address, ...(transport === 'rest' ? { path: prefix + REST_PATH } : { metadata }) };
  });
  const answer = async (): Promise<true | null> =>
    (await Promise.all(addresses.map(isAnswered))).every((one) => one) ? true : null;
  if ((await askUntil(answer, ANSWER_LIMIT_MS, host.signal)) !== null) return addresses;
  throw new ServerError(
    `expected the null server to answer through the ingress within ${ANSWER_LIMIT_MS / 1000} s; it does not`,
  );
}

function nameRoute(name: string, reply: number): string {
  return `${name}-${reply}`;
}

export function describeRoutes(
  replies: readonly NullReply[],
  { namespace, name }: Pick<NullService, 'namespace' | 'name'>,
  gateways: readonly string[],
): object {
  const host = `${name}.${namespace.name}.svc.cluster.local`;
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'VirtualService',
    metadata: { name, namespace: namespace.name, labels: namespace.labels },
    spec: {
      hosts: ['*'],
      gateways,
      http: replies.map(({ transport }, i) => {
        const { prefix, metadata } = describeRoute({ name: nameRoute(name, i), namespace: namespace.name });
        const headers = Object.entries(metadata).map(([key, exact]) => [key, { exact }]);
        return {
          ...(transport === 'rest'
            ? { match: [{ uri: { prefix: `${prefix}/` } }], rewrite: { uri: '/' } }
            : { match: [{ uri: { regex: '.*seldon.protos.*' }, headers: Object.fromEntries(headers) }] }),
          route: [{ destination: { host, port: { number: FIRST_PORT + i } } }],
        };
      }),
    },
  };
}

/** The ingress itself answers as long as it knows no way: it has to be the null server. */
function isAnswered({ metadata, path, ...address }: NullAddress): Promise<boolean> {
  return metadata === undefined ? isRestAnswered(address, path ?? REST_PATH) : isGrpcAnswered(address, metadata);
}

function isRestAnswered(address: Address, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ASK_LIMIT_MS);
    const call = request({ ...address, path, method: 'POST', agent: false, signal }, (reply) => {
      resolve(reply.statusCode === 200);
      reply.destroy();
    });
    call.on('error', () => resolve(false));
    call.setHeader('content-length', 0);
    call.end();
  });
}

function isGrpcAnswered(address: Address, metadata: Record<string, string>): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${authorityOf(address)}`);
    const timer = setTimeout(() => session.destroy(), ASK_LIMIT_MS);
    session.on('error', () => {});
    session.once('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
    const head = { ':method': 'POST', ':path': GRPC_PATH, 'content-type': 'application/grpc', te: 'trailers' };
    const call = session.request({ ...head, ...metadata });
    // What the ingress says by itself has no message in it.
    call.once('data', () => {
      resolve(true);
      session.destroy();
    });
    call.on('error', () => {});
    call.on('close', () => session.close());
    call.end(Buffer.alloc(5));
  });
}
