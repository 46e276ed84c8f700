import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openKubeApi } from '../../src/target/kubernetes/api.ts';
import type { List, Meta } from '../../src/target/kubernetes/objects.ts';
import { docker } from '../helpers/docker.ts';
import type { Kind } from './kind.ts';

/** Where a run can leave something without having it on its record. */
export interface Surroundings {
  /** Null where the run makes its own cluster. */
  readonly kind: Kind | null;
  /**
   * Images of `buildImage` that only this run is given, as its node's or as its base: their labels are on all that Docker
   * makes of them, which tells it from what others do on this machine at the same time.
   */
  readonly images: readonly string[];
}

/** Of each of a run's objects in a cluster. */
const LABEL = 'seldon-bench/run';
const KINDS = ['/apis/machinelearning.seldon.io/v1/seldondeployments', '/api/v1/services', '/api/v1/pods'];
/** Seldon Core that was put into a cluster that stays: it stays too. */
const STAYS: ReadonlySet<string> = new Set(['namespace seldon-system']);

/** What is there, a line for each. */
export async function takeSnapshot({ kind, images }: Surroundings): Promise<readonly string[]> {
  const found = [
    ...images.map(listMadeOf),
    ...(kind === null ? [] : [listObjects(kind), listReleases(kind), listInNode(kind)]),
  ];
  return (await Promise.all(found)).flat().filter((line) => !STAYS.has(line));
}

/** What a build that was given up has done so far is in Docker's cache, which is Docker's own: it has no name. */
async function listMadeOf(image: string): Promise<string[]> {
  const label = `label=${image.replace(':', '=')}`;
  const [containers, images] = await Promise.all([
    docker('ps', '--all', '--filter', label, '--format', '{{.Names}}'),
    docker('image', 'ls', '--filter', label, '--filter', 'dangling=false', '--format', '{{.Repository}}:{{.Tag}}'),
  ]);
  return [...name('container', containers), ...name('image', images)];
}

async function listObjects({ access }: Kind): Promise<string[]> {
  const api = await openKubeApi(access, AbortSignal.timeout(30_000));
  const list = async (path: string): Promise<Meta[]> =>
    ((await api.find<List<{ metadata: Meta }>>(path))?.items ?? []).map(({ metadata }) => metadata);
  const namespaces = (await list('/api/v1/namespaces')).map((meta) => `namespace ${meta.name}`);
  const query = `?labelSelector=${encodeURIComponent(LABEL)}`;
  const labelled = KINDS.map(async (path) => (await list(path + query)).map((meta) => `${path} ${meta.name}`));
  return [...namespaces, ...(await Promise.all(labelled)).flat()];
}

/** helm's, in whatever state. */
async function listReleases({ access }: Kind): Promise<string[]> {
  const cluster = ['--kubeconfig', access.kubeconfig, '--kube-context', access.context];
  const { stdout } = await promisify(execFile)('helm', ['list', '--all', '--all-namespaces', '--short', ...cluster]);
  return name('release', stdout);
}

async function listInNode({ node }: Kind): Promise<string[]> {
  const [images, folders] = await Promise.all([
    docker('exec', node, 'ctr', '--namespace', 'k8s.io', 'images', 'ls', '--quiet'),
    docker('exec', node, 'find', '/', '-maxdepth', '1', '-name', 'seldon-bench-*'),
  ]);
  return [...name('image in the node', images), ...name('folder in the node', folders)];
}

function name(what: string, lines: string): string[] {
  return lines.split('\n').flatMap((line) => (line === '' ? [] : [`${what} ${line}`]));
}
