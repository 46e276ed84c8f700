import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { type Access, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { watchModels } from '../../../src/target/kubernetes/lost.ts';
import { podPath } from '../../../src/target/kubernetes/paths.ts';
import { startApiProxy } from './api-proxy.ts';
import { createTestNamespace, findControlPlane } from './test-cluster.ts';

const found = await findControlPlane();
const access = found as Access;

describe('models that are watched while they are measured', { skip: typeof found === 'string' ? found : false }, () => {
  test('are not lost because a connection to the API was cut', async (t) => {
    const { api, path, namespace } = await createModelPod(t);
    const proxy = await startApiProxy(t, access);
    // Less than the pause between two lists: a second one that fails would be enough.
    await using watch = await watchModels(proxy.access, namespace, ['m'], 500);
    await proxy.goAway();
    await proxy.comeBack();
    await api.remove(path);
    if (!watch.lost.aborted) await once(watch.lost, 'abort');
    assert.match(watch.lost.reason.message, /^expected pod m-0 to keep running; it was removed\.$/);
  });

  test('are lost when the API stays away', async (t) => {
    const { namespace } = await createModelPod(t);
    const proxy = await startApiProxy(t, access);
    await using watch = await watchModels(proxy.access, namespace, ['m'], 0);
    await proxy.goAway();
    if (!watch.lost.aborted) await once(watch.lost, 'abort');
    assert.match(watch.lost.reason.message, /^expected the cluster to stay; its API has not answered for 0 s: /);
  });
});

/** A pod as Seldon Core labels it; there is no node to run it, and nobody asks for that here. */
async function createModelPod(t: TestContext) {
  const { namespace } = await createTestNamespace(t, access);
  const api = await openKubeApi(access, AbortSignal.timeout(60_000));
  const path = podPath(namespace.name, 'm-0');
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'm-0', namespace: namespace.name, labels: { 'seldon-deployment-id': 'm' } },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'classifier', image: 'image' }] },
  };
  await api.apply(path, JSON.stringify(pod));
  return { api, path, namespace: namespace.name };
}
