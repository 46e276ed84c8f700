import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import {
  borrowNamespace,
  joinNamespace,
  nameNamespace,
  removeNamespace,
} from '../../../src/target/kubernetes/namespace.ts';
import { createTestHost } from '../helpers.ts';
import { createTestNamespace, findControlPlane } from './test-cluster.ts';

const found = await findControlPlane();
const access = found as Access;
const skip = typeof found === 'string' ? found : false;

describe('namespaces', { skip, concurrency: 4 }, () => {
  let api: KubeApi;
  before(async () => {
    api = await openKubeApi(access, AbortSignal.timeout(300_000));
  });

  test('a borrowed namespace is on the record while it is there, and goes with all that is in it', async () => {
    const host = createTestHost();
    const namespace = nameNamespace();
    const lease = await borrowNamespace(api, access, namespace, host);
    assert.deepEqual(
      [...host.recorded].map(({ kind }) => kind),
      ['namespace'],
    );
    assert.notEqual(await api.find(`/api/v1/namespaces/${namespace.name}`), null);
    await lease[Symbol.asyncDispose]();
    assert.equal(await api.find(`/api/v1/namespaces/${namespace.name}`), null);
    assert.equal(host.recorded.size, 0);
    assert.equal(await removeNamespace(access, namespace.name, 'a=b'), true, 'gone is fine');
  });

  test('a namespace that is not there, or about to go, is no place for models', async (t) => {
    const { namespace } = await createTestNamespace(t, access);
    const host = createTestHost();
    await assert.rejects(joinNamespace(api, access, 'nowhere', host), /expected a namespace nowhere: there is none/);
    const at = `/api/v1/namespaces/${namespace.name}`;
    const held = { ...HELD_POD, metadata: { ...HELD_POD.metadata, namespace: namespace.name } };
    await api.apply(`${at}/pods/held`, JSON.stringify(held));
    t.after(() => api.apply(`${at}/pods/held`, JSON.stringify({ ...held, metadata: { name: 'held' } })));
    await api.remove(at);
    await assert.rejects(joinNamespace(api, access, namespace.name, host), /it is being deleted/);
    assert.equal(host.recorded.size, 0);
  });

  test("somebody else's namespace stays, whatever a record says", async (t) => {
    const { namespace } = await createTestNamespace(t, access);
    assert.equal(await removeNamespace(access, namespace.name, 'seldon-bench/run=other'), true);
    const left = await api.get<{ metadata: { deletionTimestamp?: string } }>(`/api/v1/namespaces/${namespace.name}`);
    assert.equal(left.metadata.deletionTimestamp, undefined);
    await assert.rejects(removeNamespace(access, 'default', 'a=b'), /expected a namespace named seldon-bench-/);
  });
});

/** Keeps its namespace from going. */
const HELD_POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'held', finalizers: ['seldon-bench.test/held'] },
  spec: { containers: [{ name: 'c', image: 'i' }] },
};
