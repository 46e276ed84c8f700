import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { makeNamespace, type Namespace, nameNamespace } from '../../../src/target/kubernetes/namespace.ts';
import { createTestHost } from '../helpers.ts';

const MUST = process.env.SELDON_BENCH_TEST_CONTAINERS === '1';

export const crdFile = join(import.meta.dirname, '..', '..', 'helpers', 'operator', 'crd.yaml');

/** A Kubernetes API without nodes, from a variable; why there is none where that is so. */
export async function findControlPlane(): Promise<Access | string> {
  const kubeconfig = process.env.SELDON_BENCH_TEST_CONTROL_PLANE ?? '';
  try {
    await access(kubeconfig);
    const found = { kubeconfig, context: await readContext(kubeconfig) };
    await (await openKubeApi(found, AbortSignal.timeout(5000))).get('/readyz');
    return found;
  } catch (error) {
    return explainAbsence('SELDON_BENCH_TEST_CONTROL_PLANE names no Kubernetes API that answers', error);
  }
}

/** Docker and kind with the images that are needed; null, or why that is not so. */
export async function missesKind(): Promise<string | null> {
  if (!process.env.KIND_NODE_IMAGE) return explainAbsence('KIND_NODE_IMAGE names no node image', null);
  if (!process.env.SELDON_BENCH_BASE_IMAGE) {
    return explainAbsence('SELDON_BENCH_BASE_IMAGE names no image with Python to build on', null);
  }
  try {
    await promisify(execFile)('docker', ['version']);
    await promisify(execFile)('kind', ['version']);
    return null;
  } catch (error) {
    return explainAbsence('Docker or kind is absent', error);
  }
}

/** False, or why helm cannot be used. */
export async function missesHelm(): Promise<string | false> {
  try {
    await promisify(execFile)('helm', ['version']);
    return false;
  } catch (error) {
    return explainAbsence('helm is absent', error);
  }
}

function explainAbsence(why: string, cause: unknown): string {
  if (MUST) throw new Error(`SELDON_BENCH_TEST_CONTAINERS=1, and ${why}`, { cause });
  return `skipped: ${why}`;
}

async function readContext(kubeconfig: string): Promise<string> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config.getCurrentContext();
}

interface TestPlace {
  readonly api: KubeApi;
  readonly namespace: Namespace;
}

/** A namespace that goes with the test. */
export async function createTestNamespace(t: TestContext, access: Access): Promise<TestPlace> {
  const host = createTestHost();
  const api = await openKubeApi(access, host.signal);
  const namespace = nameNamespace();
  // Nobody waits until it is gone, which takes the server seconds.
  t.after(() => api.remove(`/api/v1/namespaces/${namespace.name}`));
  await makeNamespace(api, namespace, host);
  return { api, namespace };
}
