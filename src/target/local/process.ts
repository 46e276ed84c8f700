import { isAbsolute, relative } from 'node:path';
import type { ArmConfig, TargetConfig } from '../../config.ts';
import { GRPC_RECEIVE_LIMIT_BYTES } from '../../endpoint.ts';
import type { Method } from '../../plan.ts';
import { endAll, startAll } from '../start-all.ts';
import type { Host, Target } from '../target.ts';
import { createGroupList, createUsageMeter } from '../usage.ts';
import { loopbackEndpoint } from './loopback.ts';
import type { PythonEnvironment } from './python/environment.ts';
import { SETTINGS, startWrapper } from './wrapper.ts';

/**
 * Puts the real wrapper up in a Python environment: one per method, all at once.
 * Throws ServerError or the reason of the host's signal.
 */
export async function startProcessTarget(
  config: TargetConfig,
  arm: ArmConfig,
  environment: PythonEnvironment,
  methods: readonly Method[],
  host: Host,
): Promise<Target> {
  const { model, env } = arm;
  host.log.info(`starting seldon-core ${arm.seldonVersion} on Python ${environment.version} (${environment.python})`);
  const options = { environment, model, iterations: config.iterations, env };
  const wrappers = await startAll(
    methods.map((method) => (signal) => startWrapper({ ...options, method }, { ...host, signal })),
    host.signal,
  );
  const lost = new AbortController();
  let isInUse = true;
  for (const wrapper of wrappers) wrapper.died.then((error) => isInUse && lost.abort(error));
  const meters = new Map(wrappers.map(({ pid }, i) => [methods[i], createUsageMeter(createGroupList(pid))]));
  return {
    arm: {
      id: arm.id,
      target: 'process',
      isSeldon: true,
      seldonVersion: arm.seldonVersion,
      python: { version: environment.version, packages: environment.packages },
      ...(model && { model: describeModel(model) }),
      ...(arm.packages.length > 0 && { packages: [...arm.packages] }),
      settings: { ...SETTINGS, ...env },
      connection: null,
    },
    endpoints: Object.fromEntries(wrappers.map(({ ports }, i) => [methods[i], loopbackEndpoint(ports)])),
    lost: lost.signal,
    grpcReceiveLimitBytes: GRPC_RECEIVE_LIMIT_BYTES,
    answers: model ? 'any' : 'fixed',
    readUsage: async (method) => meters.get(method)?.() ?? null,
    async [Symbol.asyncDispose]() {
      isInUse = false;
      await endAll(wrappers);
    },
  };
}

/** A report is read elsewhere: a path says most where it begins at the folder of the run. */
export function describeModel({ folder, name }: NonNullable<ArmConfig['model']>): string {
  const path = relative(process.cwd(), folder);
  return `${path.startsWith('..') || isAbsolute(path) ? folder : path || '.'}:${name}`;
}
