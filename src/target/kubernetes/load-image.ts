import { own } from '../../record.ts';
import { runDocker } from '../docker-cli.ts';
import type { Host } from '../target.ts';
import { pipePrograms } from './pipe.ts';

const LOAD_LIMIT_MS = 600_000;
const REMOVE_LIMIT_MS = 20_000;
const CONTAINERD = ['ctr', '--namespace', 'k8s.io', 'images'] as const;

/**
 * Puts an image of this machine's Docker into a node. Skipped where the node has the very same image (`id`). Throws
 * ServerError.
 */
export async function loadImage(node: string, image: Image, host: Host): Promise<void> {
  await fillIn(node, image, await findImageId(node, image.reference, host), host);
}

export interface Image {
  readonly reference: string;
  readonly id: string;
}

/**
 * The same for a node that stays: one that was not there is on the host's record before it is, and disposing takes it
 * out again. A name that meant another image there is left alone. Throws ServerError.
 */
export async function lendImage(node: string, image: Image, host: Host): Promise<AsyncDisposable> {
  const { reference } = image;
  const present = await findImageId(node, reference, host);
  if (present !== null) {
    await fillIn(node, image, present, host);
    return { async [Symbol.asyncDispose]() {} };
  }
  const forget = host.recordCreated({ kind: 'node-image', node, reference });
  const remove = async (): Promise<void> => {
    if (await removeNodeImage(node, reference)) forget();
    else host.log.warn(`image ${reference} is still in node ${node}; remove it with: ${tellRemoval(node, reference)}`);
  };
  try {
    await fillIn(node, image, null, host);
  } catch (error) {
    await remove();
    throw error;
  }
  return { [Symbol.asyncDispose]: remove };
}

/** `present`: what its name means in the node; null for nothing. */
async function fillIn(node: string, { reference, id }: Image, present: string | null, host: Host): Promise<void> {
  if (present === id) {
    host.log.info(`the node has image ${reference} already`);
    return;
  }
  host.log.info(`loading into the node: ${reference}`);
  await streamImage(node, { reference, id }, host);
}

/**
 * As a stream, so it is nowhere on disk in between; into a node that may only come (`ready` when it is there).
 * Throws ServerError.
 */
export async function streamImage(
  node: string,
  { reference }: Image,
  host: Host,
  ready?: Promise<unknown>,
): Promise<void> {
  await pipePrograms(
    'load the image into the node',
    ['docker', 'save', ...(await choosePlatform(host)), reference],
    ['docker', 'exec', '--interactive', node, ...CONTAINERD, 'import', '-'],
    { limitMs: LOAD_LIMIT_MS, signal: host.signal, ...(ready && { ready }) },
  );
}

/**
 * Takes an image out of a node; one that is gone is fine, and so is a node that is gone. Where it has other names there
 * too, only its own is taken: without any it would stay by its number. False if it is still there.
 */
export async function removeNodeImage(node: string, reference: string): Promise<boolean> {
  const signal = AbortSignal.timeout(REMOVE_LIMIT_MS);
  try {
    const names = await listNames(node, reference, signal);
    const argv = names.length > 1 ? [...CONTAINERD, 'rm', nameInNode(reference)] : ['crictl', 'rmi', reference];
    const { code, stderr } = await runDocker(['exec', node, ...argv], { signal });
    return code === 0 || /not found|no such (container|image)|is not running/i.test(stderr);
  } catch {
    return false;
  }
}

export function tellRemoval(node: string, reference: string): string {
  return `docker exec ${node} crictl rmi ${reference}`;
}

async function listNames(node: string, reference: string, signal: AbortSignal): Promise<readonly string[]> {
  const { code, stdout } = await runDocker(['exec', node, 'crictl', 'inspecti', reference], { signal });
  return code === 0 ? readNodeImage(stdout).names : [];
}

/** A node's runtime knows images by their whole names, where Docker leaves out its own registry and the tag `latest`. */
export function nameInNode(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? reference : `docker.io/${rest.length === 0 ? 'library/' : ''}${reference}`;
  return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}

async function findImageId(node: string, reference: string, { signal }: Host): Promise<string | null> {
  const { code, stdout } = await runDocker(['exec', node, 'crictl', 'inspecti', reference], { signal });
  // Where it is not told, loading once more does no harm.
  return code === 0 ? readNodeImage(stdout).id : null;
}

/** From what `crictl inspecti` writes: null and no names where it says nothing that can be read. */
export function readNodeImage(json: string): { readonly id: string | null; readonly names: readonly string[] } {
  try {
    const status = own(JSON.parse(json), 'status');
    const [id, names] = [own(status, 'id'), own(status, 'repoTags')];
    return {
      id: typeof id === 'string' ? id : null,
      names: Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [],
    };
  } catch {
    return { id: null, names: [] };
  }
}

/**
 * Docker's newer image store keeps images for several platforms of which it holds one, and saves what it does not
 * hold unless one platform is asked for; older Dockers know neither that store nor that option.
 */
async function choosePlatform({ signal }: Host): Promise<string[]> {
  const { code, stdout } = await runDocker(['info', '--format', '{{json .}}'], { signal });
  if (code !== 0) return [];
  return readPlatform(stdout);
}

/** From what `docker info` writes. Nothing is asked for where it says nothing that can be read. */
export function readPlatform(json: string): string[] {
  try {
    const { DriverStatus, OSType, Architecture } = JSON.parse(json) as DockerInfo;
    const names: readonly unknown[] = [OSType, Architecture];
    if (!names.every((name) => typeof name === 'string' && /^[A-Za-z0-9_]{1,40}$/.test(name))) return [];
    if (!JSON.stringify(DriverStatus ?? []).includes('io.containerd.snapshotter')) return [];
    return ['--platform', `${OSType}/${ARCHITECTURES.get(Architecture) ?? Architecture}`];
  } catch {
    return [];
  }
}

/** As the kernel calls them, and as images do. */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['aarch64', 'arm64'],
]);

interface DockerInfo {
  readonly DriverStatus?: readonly unknown[] | null;
  readonly OSType: string;
  readonly Architecture: string;
}
