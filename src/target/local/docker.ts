import { randomBytes } from 'node:crypto';
import type { ArmConfig, TargetConfig } from '../../config.ts';
import { GRPC_RECEIVE_LIMIT_BYTES } from '../../endpoint.ts';
import { ServerError } from '../../errors.ts';
import type { Method } from '../../plan.ts';
import type { Arm } from '../../report.ts';
import { createCgroupMeter } from '../container/cgroup-usage.ts';
import { type Container, startContainer } from '../container/container.ts';
import { readPython } from '../container/python.ts';
import { buildCommand } from '../container/run-argv.ts';
import { readAllowedCores } from '../cores.ts';
import { describeImage, type ModelImage } from '../model-image.ts';
import { endAll, startAll } from '../start-all.ts';
import type { Host, Target } from '../target.ts';
import { askUntil } from '../wait.ts';
import { loopbackEndpoint } from './loopback.ts';
import { describeModel } from './process.ts';
import { type Answer, askGrpc, askRest } from './readiness.ts';
import { listParameters, SETTINGS } from './wrapper.ts';

const START_LIMIT_MS = 120_000;

/**
 * Puts the wrapper up in containers of an image: one per method, all at once, each on two ports of 127.0.0.1.
 * Throws ServerError or the reason of the host's signal.
 */
export async function startDockerTarget(
  config: TargetConfig,
  arm: ArmConfig,
  image: ModelImage,
  methods: readonly Method[],
  host: Host,
): Promise<Target> {
  host.log.info(
    `starting ${methods.length === 1 ? 'a container' : `${methods.length} containers`} of ${image.reference}`,
  );
  // Containers are the daemon's children, not ours: they stay off the load process's core only if they are told to.
  const cores = (await readAllowedCores('self')).join(',') || null;
  const containers = await startAll(
    methods.map((method) => (signal) => startServing(config, arm, image, method, cores, { ...host, signal })),
    host.signal,
  );
  const lost = new AbortController();
  let isInUse = true;
  for (const container of containers) container.died.then((error) => isInUse && lost.abort(error));
  const meters = new Map(containers.map(({ pid, id }, i) => [methods[i], createCgroupMeter(pid, id)]));
  try {
    return {
      arm: await describeArm(config, arm, image, containers[0] as Container, host.signal),
      endpoints: Object.fromEntries(containers.map(({ ports }, i) => [methods[i], loopbackEndpoint(ports)])),
      lost: lost.signal,
      grpcReceiveLimitBytes: GRPC_RECEIVE_LIMIT_BYTES,
      answers: image.built && arm.model === null ? 'fixed' : 'any',
      readUsage: async (method) => meters.get(method)?.() ?? null,
      async [Symbol.asyncDispose]() {
        isInUse = false;
        await endAll(containers);
      },
    };
  } catch (error) {
    await endAll(containers);
    throw error;
  }
}

async function startServing(
  config: TargetConfig,
  arm: ArmConfig,
  image: ModelImage,
  method: Method,
  cores: string | null,
  host: Host,
): Promise<Container> {
  const word = randomBytes(16).toString('hex');
  const isOurs = image.built && arm.model === null;
  await using stack = new AsyncDisposableStack();
  const container = stack.use(
    await startContainer(
      {
        image: image.reference,
        method,
        command: image.built ? buildCommand(method, arm.model) : null,
        parameters: isOurs ? JSON.stringify(listParameters(arm.model, config.iterations)) : null,
        env: arm.env,
        word,
        limits: config.limits,
        cores,
      },
      host,
    ),
  );
  await waitForAnswers(container, method, word, host);
  const made = stack.move();
  return { ...container, [Symbol.asyncDispose]: () => made.disposeAsync() };
}

/** Through the very ports that will be measured. That a connection is accepted means nothing: Docker does that. */
async function waitForAnswers(container: Container, method: Method, word: string, host: Host): Promise<void> {
  let death: ServerError | null = null;
  void container.died.then((error) => {
    death = error;
  });
  let isForeign = false;
  const waitFor = (ask: () => Promise<Answer>): Promise<Answer | null> =>
    askUntil(
      async () => {
        // One port is enough to know that the other will never answer.
        const answer = death !== null || isForeign ? 'foreign' : await ask();
        isForeign ||= answer === 'foreign';
        return answer === 'silent' ? null : answer;
      },
      START_LIMIT_MS,
      host.signal,
    );
  const { rest, grpc } = container.ports;
  const answers = await Promise.all([waitFor(() => askRest(rest, word)), waitFor(() => askGrpc(grpc, word))]);
  if (death !== null) throw death;
  if (answers.every((answer) => answer === 'ours')) return;
  const wanted = `expected the container for ${method} to answer as the Seldon wrapper does, over REST and gRPC,`;
  throw new ServerError(
    answers.includes(null)
      ? `${wanted} within ${START_LIMIT_MS / 1000} s; it does not. Its last lines may say why; a machine under heavy load may need a second run.`
      : `${wanted} and something else answers. Check the image.`,
    { detail: await container.readLog() },
  );
}

async function describeArm(
  { limits }: TargetConfig,
  arm: ArmConfig,
  image: ModelImage,
  container: Container,
  signal: AbortSignal,
): Promise<Arm> {
  const python = await readPython(container.name, signal);
  const seldonVersion = python?.packages['seldon-core'] ?? (image.built ? arm.seldonVersion : undefined);
  return {
    id: arm.id,
    target: 'docker',
    isSeldon: seldonVersion === undefined ? 'unknown' : true,
    ...(seldonVersion !== undefined && { seldonVersion }),
    ...(python && { python }),
    ...(arm.model && { model: describeModel(arm.model) }),
    ...(arm.packages.length > 0 && { packages: [...arm.packages] }),
    settings: { ...SETTINGS, 'cpu limit': `${limits.cpu}m`, 'memory limit': `${limits.memory}Mi`, ...arm.env },
    connection: null,
    image: describeImage(image),
    network: 'loopback-port',
  };
}
