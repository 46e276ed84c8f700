import type { TestContext } from 'node:test';
import type { Access, KubeApi } from '../../../src/target/kubernetes/api.ts';
import type { Model } from '../../../src/target/kubernetes/manifest.ts';
import type { List } from '../../../src/target/kubernetes/objects.ts';
import { podsPath, seldonDeploymentPath } from '../../../src/target/kubernetes/paths.ts';
import { createTestNamespace } from './test-cluster.ts';

export const sampleModel: Model = {
  name: 'arm0-predict',
  namespace: 'seldon-bench-0',
  labels: { 'seldon-bench/run': '0' },
  image: 'seldon-bench/model:0123456789abcdef',
  engine: 'none',
  args: ['seldon-core-microservice', 'FixedPredict', '--service-type', 'MODEL'],
  parameters: [{ name: 'iterations', value: '1', type: 'INT' }],
  env: { GUNICORN_WORKERS: '1' },
  mayPull: false,
  cpuRequest: 1000,
  limits: { cpu: 1000, memory: 1024 },
  startSeconds: 60,
};

/** One that may be deployed, in a namespace that goes with the test, and the path of its SeldonDeployment. */
export async function createTestModel(
  t: TestContext,
  access: Access,
): Promise<{ model: Model; path: string; namespace: string }> {
  const { namespace } = await createTestNamespace(t, access);
  const model = { ...sampleModel, namespace: namespace.name, labels: namespace.labels };
  return { model, path: seldonDeploymentPath(namespace.name, model.name), namespace: namespace.name };
}

/** The name of the pod that the operator made for it, and what that is to say of itself; null while there is none. */
export async function findTestPod(api: KubeApi, namespace: string): Promise<{ name: string; word: string } | null> {
  const [pod] = (await api.get<List<PodWithEnv>>(podsPath(namespace, [sampleModel.name]))).items;
  if (pod === undefined) return null;
  const word = pod.spec.containers[0]?.env.find(({ name }) => name === 'MODEL_METADATA')?.value ?? '';
  return { name: pod.metadata.name, word };
}

interface PodWithEnv {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value: string }[] }[];
  };
}
