import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Model } from '../arms/model.ts';
import type { ArmConfig, TargetConfig } from '../config.ts';
import { ServerError } from '../errors.ts';
import type { Arm } from '../report.ts';
import { writeContext } from './container/image-context.ts';
import { explainRefusal, requireDocker, runDocker } from './docker-cli.ts';
import { runProgram } from './exec.ts';
import { createRunFolder } from './run-folder.ts';
import type { Host } from './target.ts';

const PULL_LIMIT_MS = 600_000;
const BUILD_LIMIT_MS = 1_200_000;
const REMOVE_LIMIT_MS = 60_000;

/** Python of the wrapper's versions, by digest: a tag means another image tomorrow. */
const BASE_IMAGES: Readonly<Record<ArmConfig['seldonVersion'], string>> = {
  '1.19.0': 'python:3.12-slim@sha256:78387bc3881b8273120a12ebe6c1ab22b018ccc2c9adf565ae1ac9b536e184ea',
  '1.17.1': 'python:3.10-slim@sha256:420fbb0e468d3eaf0f7e93ea6f7a48792cbcadc39d43ac95b96bee2afe4367da',
};

/** What the building of an image takes, for the log. */
const BUILD_COSTS = {
  'tensorflow-cpu': 'some minutes and 1.3 GB',
  'stand-in': 'about a minute and 0.3 GB',
} as const;

/** An image that is in Docker's store. Disposing it removes one that was built for the run, unless it is to stay. */
export interface ModelImage extends AsyncDisposable {
  readonly reference: string;
  /** Names its very content. */
  readonly id: string;
  /** Whether it was built from templates/model/, now or before; false for a given one. */
  readonly built: boolean;
  readonly bytes: number | null;
  /** What serves `tftensor` in it. */
  readonly tensorflow: 'tensorflow-cpu' | 'stand-in' | 'unknown';
}

/**
 * The arm's image: the given one, pulled where it is absent; else one that is built, unless the same was built before.
 * A base image other than the pinned one is named by the variable SELDON_BENCH_BASE_IMAGE. Throws ServerError.
 */
export async function provideImage(
  arm: Pick<ArmConfig, 'seldonVersion' | 'packages' | 'model' | 'image' | 'tensorflow'>,
  config: Pick<TargetConfig, 'docker'>,
  host: Host,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ModelImage> {
  if (arm.image !== null) return findGiven(arm.image, host);
  const base = env.SELDON_BENCH_BASE_IMAGE || BASE_IMAGES[arm.seldonVersion];
  await using folder = await createRunFolder(tmpdir(), host, 'image-');
  const tensorflow = arm.tensorflow === 'full' ? 'tensorflow-cpu' : 'stand-in';
  if (arm.model !== null && tensorflow === 'stand-in') host.log.warn(describeOwnImports(arm.model));
  const content = await writeContext(folder.path, arm);
  const reference = `seldon-bench/model:${await nameContent(content, base, host)}`;
  const present = await inspect(reference, host);
  if (present !== null) {
    host.log.info(`image ${reference} was built before`);
    return { ...present, reference, built: true, tensorflow, async [Symbol.asyncDispose]() {} };
  }
  const forget = host.recordCreated({ kind: 'image', reference });
  const remove = async (): Promise<void> => {
    await removeImage(reference, host);
    forget();
  };
  try {
    host.log.info(`building image ${reference} on ${base}: ${BUILD_COSTS[tensorflow]}, once`);
    await build(reference, base, folder.path, host);
    const made = await inspect(reference, host);
    if (made === null) throw new ServerError(`expected the image ${reference} after it was built; it is not there.`);
    const dispose = config.docker.keepImage ? async () => forget() : remove;
    return { ...made, reference, built: true, tensorflow, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await remove();
    throw error;
  }
}

function describeOwnImports({ name }: Model): string {
  return `${name} runs beside a stand-in for TensorFlow, which has nothing but make_ndarray and make_tensor_proto: what the model itself imports of tensorflow is not there`;
}

/** For the report. */
export function describeImage({ reference, id, bytes, tensorflow }: ModelImage): NonNullable<Arm['image']> {
  return { reference, id, ...(bytes !== null && { bytes }), tensorflow };
}

async function findGiven(reference: string, host: Host): Promise<ModelImage> {
  const found = (await inspect(reference, host)) ?? (await pull(reference, host));
  return { ...found, reference, built: false, tensorflow: 'unknown', async [Symbol.asyncDispose]() {} };
}

async function pull(reference: string, host: Host): Promise<Inspected> {
  host.log.info(`image ${reference} is not on this machine: pulling it`);
  const args = ['pull', '--quiet', reference] as const;
  const outcome = await runDocker([...args], { signal: host.signal, timeoutMs: PULL_LIMIT_MS });
  const found = outcome.code === 0 ? await inspect(reference, host) : null;
  if (found === null) throw explainRefusal(`find or pull the image ${reference}`, [...args], outcome);
  return found;
}

async function build(reference: string, base: string, folder: string, host: Host): Promise<void> {
  const startedMs = performance.now();
  const options = ['--build-arg', `BASE_IMAGE=${base}`, '--label', 'seldon-bench=image', '--tag', reference];
  await requireDocker(
    'build the image of the model',
    // A build that fails would leave the container of its last step.
    ['build', '--force-rm', ...options, folder],
    { signal: host.signal, timeoutMs: BUILD_LIMIT_MS },
  );
  host.log.info(`built in ${Math.round((performance.now() - startedMs) / 1000)} s`);
}

/** Removes an image that the run built. One that is gone is fine, and so is one that another run uses by now. */
async function removeImage(reference: string, host: Host): Promise<void> {
  const signal = AbortSignal.timeout(REMOVE_LIMIT_MS);
  const outcome = await runProgram(['docker', 'image', 'rm', reference], { signal }).catch(() => null);
  if (outcome?.code === 0 || /no such image/i.test(outcome?.stderr ?? '')) return;
  host.log.warn(
    `image ${reference} is still in use, or could not be removed; remove it with: docker image rm ${reference}`,
  );
}

interface Inspected {
  readonly id: string;
  readonly bytes: number | null;
}

/** Null for an image that is not on this machine. */
async function inspect(reference: string, host: Host): Promise<Inspected | null> {
  const format = '{{.Id}} {{.Size}}';
  const { code, stdout } = await runDocker(['image', 'inspect', '--format', format, reference], {
    signal: host.signal,
  });
  const [id, size] = stdout.trim().split(' ');
  if (code !== 0 || !id) return null;
  return { id, bytes: /^\d+$/.test(size ?? '') ? Number(size) : null };
}

/** 16 hex digits over everything that goes in. What a tag means counts too, as far as this machine knows it. */
async function nameContent(content: string, base: string, host: Host): Promise<string> {
  const meaning = base.includes('@sha256:') ? null : await inspect(base, host);
  const hash = createHash('sha256').update(JSON.stringify([content, base, meaning?.id ?? '']));
  return hash.digest('hex').slice(0, 16);
}
