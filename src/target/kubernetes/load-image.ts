import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ServerError } from '../../errors.ts';
import { runDocker } from '../docker-cli.ts';
import { createOutputTail } from '../output-tail.ts';
import type { Host } from '../target.ts';

const LOAD_LIMIT_MS = 600_000;
const CONTAINERD = ['ctr', '--namespace', 'k8s.io', 'images'] as const;

/**
 * Puts an image of this machine's Docker into a node: as a stream, so it is nowhere on disk in between. Skipped where
 * the node has the very same image (`id`). Throws ServerError.
 */
export async function loadImage(node: string, image: { reference: string; id: string }, host: Host): Promise<void> {
  if ((await findImageId(node, image.reference, host)) === image.id) {
    host.log.info(`the node has image ${image.reference} already`);
    return;
  }
  host.log.info(`loading image ${image.reference} into the node`);
  await pipePrograms(
    ['docker', 'save', ...(await choosePlatform(host)), image.reference],
    ['docker', 'exec', '--interactive', node, ...CONTAINERD, 'import', '-'],
    host.signal,
  );
}

async function findImageId(node: string, reference: string, { signal }: Host): Promise<string | null> {
  const { code, stdout } = await runDocker(['exec', node, 'crictl', 'inspecti', reference], { signal });
  if (code !== 0) return null;
  try {
    return (JSON.parse(stdout) as { status: { id: string } }).status.id;
  } catch {
    // Loading once more does no harm.
    return null;
  }
}

/**
 * Docker's newer image store keeps images for several platforms of which it holds one, and saves what it does not
 * hold unless one platform is asked for; older Dockers know neither that store nor that option.
 */
async function choosePlatform({ signal }: Host): Promise<string[]> {
  const { code, stdout } = await runDocker(['info', '--format', '{{json .}}'], { signal });
  if (code !== 0) return [];
  const { DriverStatus = [], OSType, Architecture } = JSON.parse(stdout) as DockerInfo;
  if (!JSON.stringify(DriverStatus).includes('io.containerd.snapshotter')) return [];
  const names: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64' };
  return ['--platform', `${OSType}/${names[Architecture] ?? Architecture}`];
}

interface DockerInfo {
  readonly DriverStatus?: readonly unknown[] | null;
  readonly OSType: string;
  readonly Architecture: string;
}

type Argv = readonly [string, ...string[]];

/** Gives what one program writes to another, which reads it straight from the pipe. Throws ServerError. */
export async function pipePrograms(from: Argv, to: Argv, stop: AbortSignal): Promise<void> {
  stop.throwIfAborted();
  const signal = AbortSignal.any([stop, AbortSignal.timeout(LOAD_LIMIT_MS)]);
  const tail = createOutputTail();
  const [source, ...sourceArgs] = from;
  const [sink, ...sinkArgs] = to;
  const writer = spawn(source, sourceArgs, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const reader = spawn(sink, sinkArgs, { stdio: [writer.stdout, 'pipe', 'pipe'], signal });
  // The end that the reader has must be the only one: should it die, the writer is told.
  writer.stdout.destroy();
  const streams = [writer.stderr, reader.stdout, reader.stderr];
  for (const stream of streams) stream?.setEncoding('utf8').on('data', (text: string) => tail.push(text));
  const outcomes = await Promise.allSettled([once(writer, 'close'), once(reader, 'close')]);
  stop.throwIfAborted();
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled' && outcome.value[0] === 0) continue;
    const [program, subcommand] = i === 0 ? from : to;
    throw new ServerError(`expected to load the image into the node; ${program} ${subcommand} failed`, {
      detail: tail.lines(),
      ...(outcome.status === 'rejected' && { cause: outcome.reason }),
    });
  }
}
