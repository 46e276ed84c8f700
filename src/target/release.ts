import { removeContainer } from './container/remove.ts';
import { lastLines, nameCommand, runProgram } from './exec.ts';
import { deleteKindCluster } from './kubernetes/kind-cluster.ts';
import { removeNodeImage, tellRemoval } from './kubernetes/load-image.ts';
import { removeModels, removeNamespace } from './kubernetes/namespace.ts';
import { removeNodeFolder } from './kubernetes/null-program.ts';
import { endGroup, readStartTime } from './process-group.ts';
import { removeFolder } from './run-folder.ts';
import type { Created } from './target.ts';

/**
 * Takes back what a killed run left behind. A process group is ended only while its leader is the very process that
 * was recorded; an id that went to another process since, or a leader that is gone, is left alone. Of containers, images,
 * clusters and namespaces only those are taken back that are named as we name ours; what is gone already is fine.
 */
export async function endRecorded(thing: Created): Promise<void> {
  switch (thing.kind) {
    case 'folder':
      return removeFolder(thing.path);
    case 'process-group':
      if ((await readStartTime(thing.pid)) === thing.startTime) await endGroup(thing.pid);
      return;
    case 'container':
      return removeContainer(thing.name);
    case 'image':
      return removeImage(thing.reference);
    case 'kind-cluster':
      return deleteCluster(thing);
    case 'namespace':
      return deleteNamespace(thing);
    case 'node-image':
      return deleteNodeImage(thing);
    case 'node-folder':
      return deleteNodeFolder(thing);
    case 'models':
      return deleteModels(thing);
  }
}

const LIMIT_MS = 60_000;

type Of<K extends Created['kind']> = Extract<Created, { kind: K }>;

async function removeImage(reference: string): Promise<void> {
  // A record is a file, and files can be wrong.
  if (!reference.startsWith('seldon-bench/'))
    throw new Error(`expected an image named seldon-bench/..., got ${reference}`);
  const argv = ['docker', 'image', 'rm', reference] as const;
  const { code, stderr } = await runProgram(argv, { signal: new AbortController().signal, timeoutMs: LIMIT_MS });
  // Where another run has begun to use it, it stays.
  if (code === 0 || /no such image|image is being used|must be forced/i.test(stderr)) return;
  throw new Error(`${nameCommand(argv)} ended with code ${code}: ${lastLines(stderr).at(-1) ?? ''}`);
}

async function deleteCluster({ name, kubeconfig }: Of<'kind-cluster'>): Promise<void> {
  if (await deleteKindCluster(name, kubeconfig, true)) return;
  throw new Error(`kind could not delete cluster ${name}; delete it with: kind delete cluster --name ${name}`);
}

/** Only where it carries the label too: in somebody's cluster a name alone is no proof. */
async function deleteNamespace({ name, kubeconfig, context, label }: Of<'namespace'>): Promise<void> {
  if (!/^[A-Za-z0-9./_-]+=[A-Za-z0-9._-]+$/.test(label)) throw new Error(`expected a label key=value, got ${label}`);
  if (await removeNamespace({ kubeconfig, context }, name, label)) return;
  throw new Error(`namespace ${name} is still there; remove it with: kubectl delete namespace ${name}`);
}

async function deleteNodeImage({ node, reference }: Of<'node-image'>): Promise<void> {
  // The first characters keep them from being taken for options.
  if (!/^[A-Za-z0-9]/.test(node) || !/^[A-Za-z0-9]/.test(reference))
    throw new Error(`expected an image, got ${reference}`);
  if (await removeNodeImage(node, reference)) return;
  throw new Error(`image ${reference} is still in node ${node}; remove it with: ${tellRemoval(node, reference)}`);
}

async function deleteNodeFolder({ node, path }: Of<'node-folder'>): Promise<void> {
  if (await removeNodeFolder(node, path)) return;
  throw new Error(`folder ${path} of node ${node} is still there; remove it with: docker exec ${node} rm -rf ${path}`);
}

async function deleteModels({ namespace, kubeconfig, context, label }: Of<'models'>): Promise<void> {
  if (await removeModels({ kubeconfig, context }, namespace, label)) return;
  throw new Error(`models are still there; remove them with: kubectl delete sdep,svc -n ${namespace} -l ${label}`);
}
