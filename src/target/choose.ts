import type { ArmConfig, TargetConfig } from '../config.ts';
import { ServerError, UserError } from '../errors.ts';
import type { Method } from '../plan.ts';
import { provideImages } from './arm-images.ts';
import { nameArm, nameTarget } from './arm-name.ts';
import { startDockerTarget } from './local/docker.ts';
import { startProcessTarget } from './local/process.ts';
import { type PythonEnvironment, provideEnvironment } from './local/python/environment.ts';
import { describeFailure, findPython, type Search } from './local/python/find.ts';
import { laneOf } from './local/python/lanes.ts';
import type { Python } from './local/python/probe.ts';
import { startReferenceTarget } from './local/reference.ts';
import { openUrlTarget } from './local/url.ts';
import type { ModelImage } from './model-image.ts';
import { endAll, startAll } from './start-all.ts';
import type { Host, Target } from './target.ts';

/** `auto` wanted the real wrapper and could not have it. */
interface Fallback {
  readonly wanted: 'process';
  readonly used: 'reference';
  readonly why: string;
}

/** All arms, up and answering. Disposing takes all of them back. */
interface Provisioned extends AsyncDisposable {
  /** One for each arm, in their order. */
  readonly targets: readonly [Target, ...Target[]];
  readonly fallback: Fallback | null;
}

type Arms = readonly [ArmConfig, ...ArmConfig[]];

/** Each arm is a wrapper for each method, and each of those loads TensorFlow: all of them at once would only wait. */
const ARMS_AT_ONCE = 2;

/** Puts the configured arms up; the caller disposes them. Throws ServerError, UserError, or the signal's reason. */
export async function provision(
  config: TargetConfig,
  arms: Arms,
  methods: readonly Method[],
  host: Host,
): Promise<Provisioned> {
  switch (config.kind) {
    case 'process':
      return provisionProcess(config, arms, methods, host);
    case 'docker':
      return provisionDocker(config, arms, methods, host);
    case 'kind':
      return provisionKind(config, arms, methods, host);
    case 'cluster':
      return provisionCluster(config, arms, methods, host);
    case 'reference':
      return putUp(arms, (arm, host) => startReferenceTarget(arm, methods, host), host);
    case 'url':
      if (arms.length > 1) throw new UserError(`expected one arm, found ${arms.length}: a url is one server`);
      return putUp(arms, (arm, host) => openUrlTarget(config, arm, methods, host), host);
    case 'auto':
      return provisionLocal(config, arms, methods, host);
  }
}

/**
 * Only a missing Python leads to the reference server: one that is there and then fails is a failure. And only where
 * nothing was asked for that the reference server does not have: arms, other packages, somebody's own model.
 */
async function provisionLocal(
  config: TargetConfig,
  arms: Arms,
  methods: readonly Method[],
  host: Host,
): Promise<Provisioned> {
  const search = createSearch(config, arms, host);
  for (const arm of arms) {
    const found = await search(arm);
    if (found.python !== null) continue;
    const why = describeFailure(laneOf(arm.seldonVersion), found);
    if (!isPlain(arms)) {
      const sentence = `${why} The embedded reference server does not stand in here: it is not what was to be compared.`;
      throw nameArm(new ServerError(sentence), arms, arm);
    }
    host.log.warn(`measuring the embedded reference server, which is no Seldon: ${why}`);
    const provisioned = await putUp(arms, (arm, host) => startReferenceTarget(arm, methods, host), host);
    return { ...provisioned, fallback: { wanted: 'process', used: 'reference', why } };
  }
  return provisionProcess(config, arms, methods, host, search);
}

function isPlain(arms: Arms): boolean {
  const [{ env, packages, model }, ...others] = arms;
  return others.length === 0 && Object.keys(env).length === 0 && packages.length === 0 && model === null;
}

/** Environments one after the other, for pip is not faster in company, and before anything is started. */
async function provisionProcess(
  config: TargetConfig,
  arms: Arms,
  methods: readonly Method[],
  host: Host,
  search = createSearch(config, arms, host),
): Promise<Provisioned> {
  const environments = new Map<string, PythonEnvironment>();
  for (const arm of arms) {
    const found = await search(arm);
    try {
      const lane = laneOf(arm.seldonVersion, arm.packages);
      const python = requirePython(arm, found);
      environments.set(arm.id, await provideEnvironment(lane, python, config.process.cacheDir, host));
    } catch (error) {
      throw nameArm(error, arms, arm);
    }
  }
  const start = (arm: ArmConfig, host: Host): Promise<Target> =>
    startProcessTarget(config, arm, environments.get(arm.id) as PythonEnvironment, methods, host);
  return putUp(arms, start, host);
}

const START_SECONDS = 180;

async function provisionKind(
  config: TargetConfig,
  arms: Arms,
  methods: readonly Method[],
  host: Host,
): Promise<Provisioned> {
  const { startKindTargets } = await import('./kubernetes/kind.ts');
  const { iterations, docker, limits } = config;
  const options = { ...config.kubernetes, limits, startSeconds: START_SECONDS, iterations, docker };
  return toProvisioned(await startKindTargets(options, arms, methods, host));
}

async function provisionCluster(
  config: TargetConfig,
  arms: Arms,
  methods: readonly Method[],
  host: Host,
): Promise<Provisioned> {
  const { startClusterTargets } = await import('./kubernetes/cluster.ts');
  const { iterations, limits } = config;
  const options = { ...config.kubernetes, limits, startSeconds: START_SECONDS, iterations };
  return toProvisioned(await startClusterTargets(options, arms, methods, host));
}

function toProvisioned(up: AsyncDisposable & { readonly targets: readonly Target[] }): Provisioned {
  return {
    targets: up.targets as readonly [Target, ...Target[]],
    fallback: null,
    [Symbol.asyncDispose]: () => up[Symbol.asyncDispose](),
  };
}

/** Images before anything is started. */
async function provisionDocker(
  config: TargetConfig,
  arms: Arms,
  methods: readonly Method[],
  host: Host,
): Promise<Provisioned> {
  await using stack = new AsyncDisposableStack();
  const images = await provideImages(arms, config, stack, host);
  const start = (arm: ArmConfig, host: Host): Promise<Target> =>
    startDockerTarget(config, arm, images[arms.indexOf(arm)] as ModelImage, methods, host);
  // Containers go before the images that they are made of.
  const provisioned = stack.use(await putUp(arms, start, host));
  const made = stack.move();
  return { ...provisioned, [Symbol.asyncDispose]: () => made.disposeAsync() };
}

/** Looks for each version's Python once. */
function createSearch(config: TargetConfig, arms: Arms, host: Host): (arm: ArmConfig) => Promise<Search> {
  const searches = new Map<string, Promise<Search>>();
  return async (arm) => {
    const lane = laneOf(arm.seldonVersion);
    try {
      const search =
        searches.get(arm.seldonVersion) ?? findPython(lane, config.process.python, process.env, host.signal);
      searches.set(arm.seldonVersion, search);
      return await search;
    } catch (error) {
      throw nameArm(error, arms, arm);
    }
  };
}

function requirePython(arm: ArmConfig, search: Search): Python {
  if (search.python === null) throw new ServerError(describeFailure(laneOf(arm.seldonVersion), search));
  return search.python;
}

async function putUp(
  arms: Arms,
  start: (arm: ArmConfig, host: Host) => Promise<Target>,
  host: Host,
): Promise<Provisioned> {
  const targets = await startAll(
    arms.map((arm) => async (signal) => {
      try {
        return nameTarget(await start(arm, { ...host, signal }), arms);
      } catch (error) {
        throw nameArm(error, arms, arm);
      }
    }),
    host.signal,
    ARMS_AT_ONCE,
  );
  return {
    targets: targets as [Target, ...Target[]],
    fallback: null,
    [Symbol.asyncDispose]: () => endAll(targets),
  };
}
