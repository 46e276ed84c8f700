import type { TargetConfig } from '../../config.ts';
import { type Endpoint, GRPC_PATH, GRPC_RECEIVE_LIMIT_BYTES, REST_PATH } from '../../endpoint.ts';
import { ServerError } from '../../errors.ts';
import type { Method } from '../../plan.ts';
import type { Host, Target } from '../target.ts';
import { provideEnvironment } from './python/environment.ts';
import { describeFailure, findPython } from './python/find.ts';
import { laneOf } from './python/lanes.ts';
import type { Python } from './python/probe.ts';
import { SETTINGS, startWrapper, type Wrapper, type WrapperPorts } from './wrapper.ts';

/**
 * Puts the real wrapper up in a Python environment of its own: one per method, all at once.
 * `python` is one that was found already. Throws ServerError, UserError, or the reason of the host's signal.
 */
export async function startProcessTarget(
  config: TargetConfig,
  methods: readonly Method[],
  host: Host,
  python?: Python,
): Promise<Target> {
  const { seldonVersion, cacheDir } = config.process;
  const lane = laneOf(seldonVersion);
  const environment = await provideEnvironment(lane, python ?? (await requirePython(config, host)), cacheDir, host);
  host.log.info(`starting seldon-core ${seldonVersion} on Python ${environment.version} (${environment.python})`);

  const wrappers = await startAll(
    methods.map(
      (method) => (signal) =>
        startWrapper({ environment, method, iterations: config.iterations }, withSignal(host, signal)),
    ),
    host.signal,
  );
  const lost = new AbortController();
  let isInUse = true;
  for (const wrapper of wrappers) wrapper.died.then((error) => isInUse && lost.abort(error));
  return {
    arm: {
      id: 'base',
      target: 'process',
      isSeldon: true,
      seldonVersion,
      python: { version: environment.version, packages: environment.packages },
      settings: SETTINGS,
      connection: null,
    },
    endpoints: Object.fromEntries(wrappers.map(({ ports }, i) => [methods[i], endpointOf(ports)])),
    lost: lost.signal,
    grpcReceiveLimitBytes: GRPC_RECEIVE_LIMIT_BYTES,
    answers: 'fixed',
    async [Symbol.asyncDispose]() {
      isInUse = false;
      await endAll(wrappers);
    },
  };
}

async function requirePython(config: TargetConfig, host: Host): Promise<Python> {
  const lane = laneOf(config.process.seldonVersion);
  const search = await findPython(lane, config.process.python, process.env, host.signal);
  if (search.python === null) throw new ServerError(describeFailure(lane, search));
  return search.python;
}

/** All of them, or none: the first failure stops the others and takes back those that are up. */
async function startAll(
  starts: readonly ((signal: AbortSignal) => Promise<Wrapper>)[],
  signal: AbortSignal,
): Promise<Wrapper[]> {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const outcomes = await Promise.allSettled(
    starts.map((start) =>
      start(both).catch((error) => {
        failed.abort(error);
        throw error;
      }),
    ),
  );
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (started.length === outcomes.length) return started;
  await endAll(started);
  throw both.reason;
}

async function endAll(wrappers: readonly Wrapper[]): Promise<void> {
  await Promise.all(wrappers.map((wrapper) => wrapper[Symbol.asyncDispose]()));
}

function withSignal(host: Host, signal: AbortSignal): Host {
  return { log: host.log, signal, recordCreated: (thing) => host.recordCreated(thing) };
}

function endpointOf({ rest, grpc }: WrapperPorts): Endpoint {
  return {
    rest: { host: '127.0.0.1', port: rest, path: REST_PATH },
    grpc: { host: '127.0.0.1', port: grpc, path: GRPC_PATH, metadata: {} },
  };
}
