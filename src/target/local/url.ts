import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { orAborted } from '../../abort.ts';
import type { ArmConfig, TargetConfig } from '../../config.ts';
import {
  authorityOf,
  type Endpoint,
  GRPC_PATH,
  GRPC_RECEIVE_LIMIT_BYTES,
  isLoopback,
  REST_PATH,
} from '../../endpoint.ts';
import { explain, ServerError, UserError } from '../../errors.ts';
import type { Method } from '../../plan.ts';
import type { Host, Target } from '../target.ts';

/**
 * Endpoints that run already, and go on running. Load goes only to this machine unless the configuration allows more.
 * Throws UserError (a remote host, more than one method) or ServerError (a name that cannot be resolved).
 */
export async function openUrlTarget(
  config: TargetConfig,
  arm: ArmConfig,
  methods: readonly Method[],
  host: Host,
): Promise<Target> {
  const { rest, grpc, metadata, allowRemote } = config.url;
  const [method, ...others] = methods;
  if (method === undefined || others.length > 0) {
    throw new UserError(`expected one method, found ${methods.length}: a url serves one model. Run once for each.`);
  }
  if (!allowRemote)
    for (const { host: name } of [rest, grpc].filter((part) => part !== null)) await requireLoopback(name, host);

  const endpoint: Endpoint = {
    ...(rest && { rest: { host: rest.host, port: rest.port, path: rest.prefix.replace(/\/+$/, '') + REST_PATH } }),
    ...(grpc && { grpc: { host: grpc.host, port: grpc.port, path: GRPC_PATH, metadata } }),
  };
  const addresses = [rest && `${authorityOf(rest)}${rest.prefix}`, grpc && `${authorityOf(grpc)} (gRPC)`];
  return {
    arm: {
      id: arm.id,
      target: 'url',
      isSeldon: 'unknown',
      settings: {},
      connection: null,
      address: addresses.filter((address) => address !== null).join(', '),
    },
    endpoints: { [method]: endpoint },
    // What runs there is not ours to end, and nobody tells when it ends.
    lost: new AbortController().signal,
    // Nobody can ask a server for its limit. A cell that is skipped at gRPC's default says so, which is better than
    // thousands of requests that all fail.
    grpcReceiveLimitBytes: GRPC_RECEIVE_LIMIT_BYTES,
    answers: 'any',
    readUsage: async () => null,
    async [Symbol.asyncDispose]() {},
  };
}

async function requireLoopback(name: string, host: Host): Promise<void> {
  const addresses = isIP(name) ? [name] : await resolve(name, host.signal);
  const remote = addresses.find((address) => !isLoopback(address));
  if (remote === undefined) return;
  throw new UserError(
    `expected an address of this machine, found ${name}${remote === name ? '' : ` (${remote})`}. ` +
      'A benchmark is load: if that server is yours to load, say so with option allow-remote-target.',
  );
}

async function resolve(name: string, signal: AbortSignal): Promise<string[]> {
  try {
    return (await orAborted(lookup(name, { all: true }), signal)).map(({ address }) => address);
  } catch (error) {
    signal.throwIfAborted();
    throw new ServerError(`expected ${name} to be the name of a machine: ${explain(error)}`, { cause: error });
  }
}
