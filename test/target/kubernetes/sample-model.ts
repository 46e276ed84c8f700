import type { TestContext } from 'node:test';
import type { Access } from '../../../src/target/kubernetes/api.ts';
import type { Model } from '../../../src/target/kubernetes/manifest.ts';
import { seldonDeploymentPath } from '../../../src/target/kubernetes/paths.ts';
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
