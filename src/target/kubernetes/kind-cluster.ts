import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerError } from '../../errors.ts';
import { lastLines, type Outcome, runProgram } from '../exec.ts';
import type { Host } from '../target.ts';
import type { Access } from './api.ts';
import { writeBundle } from './bundle.ts';
import { emptyNode } from './empty-node.ts';

const CREATE_LIMIT_MS = 300_000;
const DELETE_LIMIT_MS = 60_000;
const SETTLE_MS = 1000;
const DELETE_ATTEMPTS = 10;
const ASK_LIMIT_MS = 30_000;

/** What kind says when the node's init system was not up within the half minute that kind allows, on a busy machine. */
const START_RACE = /could not find a (log )?line that matches/i;

/** Of the Kubernetes versions that a release of Seldon Core is made for the newest, by digest: a tag can move. */
const NODE_IMAGES: Readonly<Record<string, string>> = {
  '1.19.0': 'kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0',
  '1.17.1': 'kindest/node:v1.27.16@sha256:2d21a61643eafc439905e18705b8186f3296384750a835ad7a005dceb9546d20',
};

/** The node's image for a release of Seldon Core; for one that nobody names, that of the newest. */
export function chooseNodeImage(seldonVersion: string | null): string {
  return NODE_IMAGES[seldonVersion ?? ''] ?? (NODE_IMAGES['1.19.0'] as string);
}

export interface KindCluster extends AsyncDisposable {
  readonly name: string;
  readonly access: Access;
  /** The container that is the cluster's first node. */
  readonly node: string;
  /** Whether this run made it. What it did not make is left as it was found. */
  readonly isOurs: boolean;
}

export interface CreateOptions {
  /** Of `nameKindCluster`. */
  readonly name: string;
  readonly nodeImage: string;
  /** Ports of the node that this machine is to reach by 127.0.0.1, each at a free port. */
  readonly nodePorts: readonly number[];
  /** A folder of this run, where nobody else reads: the kubeconfig lies in it. */
  readonly folder: string;
}

/** A name that nobody else has. */
export function nameKindCluster(): string {
  return `sb-${randomBytes(4).toString('hex')}`;
}

/** The container that is the node of a cluster that the run makes. */
export function nameNode(cluster: string): string {
  return `${cluster}-control-plane`;
}

/**
 * Makes a kind cluster, on the host's record before it exists; disposing deletes it.
 * Throws ServerError with kind's last lines.
 */
export async function createKindCluster(options: CreateOptions, host: Host): Promise<KindCluster> {
  const { name } = options;
  const kubeconfig = join(options.folder, 'kubeconfig');
  const configFile = join(options.folder, 'kind.json');
  await writeFile(configFile, JSON.stringify(describeCluster(options.nodePorts)), { mode: 0o600 });
  // kind writes into a file that is there, and leaves its mode alone.
  await writeFile(kubeconfig, '', { mode: 0o600 });

  const forget = host.recordCreated({ kind: 'kind-cluster', name, kubeconfig });
  let isMade = false;
  const cluster: KindCluster = {
    name,
    access: { kubeconfig, context: `kind-${name}` },
    node: nameNode(name),
    isOurs: true,
    async [Symbol.asyncDispose]() {
      if (await deleteKindCluster(name, kubeconfig, !isMade)) forget();
      else
        host.log.warn(`kind cluster ${name} could not be deleted; delete it with: kind delete cluster --name ${name}`);
    },
  };
  const files = ['--config', configFile, '--kubeconfig', kubeconfig] as const;
  const argv = ['kind', 'create', 'cluster', '--name', name, ...files, '--image', options.nodeImage] as const;
  try {
    for (let attempt = 1; ; attempt++) {
      // Kept on failure, for its logs.
      const { code, stderr } = await runProgram([...argv, '--retain'], {
        signal: host.signal,
        timeoutMs: CREATE_LIMIT_MS,
      });
      if (code === 0) {
        isMade = true;
        return cluster;
      }
      const isRace = START_RACE.test(stderr) && attempt === 1;
      if (!isRace) throw explainFailure(stderr);
      host.log.info('the node of the kind cluster was not up in time: making it once more');
      await deleteKindCluster(name, kubeconfig);
    }
  } catch (error) {
    // While there is still a node to ask.
    await writeBundle({ access: null, namespace: null, kindCluster: name }, host, error);
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

/** Uses a kind cluster that exists, by a kubeconfig of the run's own. Throws ServerError where there is none. */
export async function findKindCluster(name: string, folder: string, host: Host): Promise<KindCluster> {
  const ask = (...argv: string[]): Promise<Outcome> =>
    runProgram(['kind', ...argv, '--name', name], { signal: host.signal, timeoutMs: ASK_LIMIT_MS });
  const kubeconfig = join(folder, 'kubeconfig');
  const exported = await ask('export', 'kubeconfig', '--kubeconfig', kubeconfig);
  if (exported.code !== 0) {
    throw new ServerError(
      `expected a kind cluster named ${name}; kind finds none. Make it first, or give no name and the run makes its own.`,
      { detail: lastLines(exported.stderr) },
    );
  }
  await chmod(kubeconfig, 0o600);
  const nodes = (await ask('get', 'nodes')).stdout.split('\n').filter((line) => line !== '');
  const node = nodes.find((line) => line.endsWith('-control-plane')) ?? nodes[0];
  if (node === undefined) throw new ServerError(`expected kind cluster ${name} to have a node; it has none`);
  if (nodes.length > 1) {
    throw new ServerError(
      `expected kind cluster ${name} to have one node, found ${nodes.length}: give one with one node`,
    );
  }
  return {
    name,
    access: { kubeconfig, context: `kind-${name}` },
    node,
    isOurs: false,
    async [Symbol.asyncDispose]() {},
  };
}

/**
 * Deletes a cluster that a run made, also half of one; one that is gone is fine. `wasInterrupted`: kind was stopped while it
 * made the cluster, so that some of it may come only now. False if kind could not.
 */
export async function deleteKindCluster(name: string, kubeconfig: string, wasInterrupted = false): Promise<boolean> {
  // A record is a file, and files can be wrong: a cluster of somebody else is never touched.
  if (!/^sb-[0-9a-f]{8}$/.test(name)) throw new Error(`expected the name of a cluster of our own, got ${name}`);
  const signal = AbortSignal.timeout(DELETE_LIMIT_MS);
  const ask = (...argv: string[]): Promise<Outcome> => runProgram(['kind', ...argv], { signal });
  await emptyNode(nameNode(name));
  try {
    // A node that Docker is about to start outlives its first removal: nobody but the list of nodes tells.
    for (let attempt = 0; attempt < DELETE_ATTEMPTS; attempt++) {
      if ((await ask('delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig)).code !== 0) return false;
      const isEmpty = async (): Promise<boolean> => {
        const { code, stdout } = await ask('get', 'nodes', '--name', name);
        return code === 0 && stdout.trim() === '';
      };
      if (!(await isEmpty())) continue;
      if (!wasInterrupted) return true;
      // The daemon goes on making a container that nobody waits for any more.
      await sleep(SETTLE_MS, undefined, { signal });
      if (await isEmpty()) return true;
    }
    return false;
  } catch {
    return false;
  }
}

/** kind's configuration; it reads JSON, which is YAML. The ports are kind's to choose, and open to this machine alone. */
function describeCluster(nodePorts: readonly number[]): object {
  const extraPortMappings = nodePorts.map((containerPort) => ({
    containerPort,
    hostPort: 0,
    listenAddress: '127.0.0.1',
    protocol: 'TCP',
  }));
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { apiServerAddress: '127.0.0.1' },
    nodes: [{ role: 'control-plane', extraPortMappings }],
  };
}

function explainFailure(stderr: string): ServerError {
  return new ServerError('expected kind to make a cluster; it could not. Its last lines say why.', {
    detail: lastLines(stderr),
  });
}
