import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ServerError } from '../../src/errors.ts';
import { type KubeApi, openKubeApi } from '../../src/target/kubernetes/api.ts';
import { applyPatiently } from '../../src/target/kubernetes/apply.ts';
import { removeNamespace } from '../../src/target/kubernetes/namespace.ts';
import { waitForNode } from '../../src/target/kubernetes/node.ts';
import { seldonDeploymentPath } from '../../src/target/kubernetes/paths.ts';
import { buildScriptImage, docker } from '../helpers/docker.ts';
import { provideModelImage } from '../helpers/model-image.ts';
import { startOperator } from '../helpers/operator/operator.ts';
import { makeFolder, readReport } from '../helpers/run-tool.ts';
import { createTestHost } from '../target/helpers.ts';
import { crdFile, createTestNamespace, missesKind } from '../target/kubernetes/test-cluster.ts';
import { findModelPod } from './find-pod.ts';
import { type ClusterJob, createClusterJob } from './job.ts';
import { createKind, type Kind } from './kind.ts';
import { listLeftOvers, listNodes } from './left-overs.ts';
import { waitWhileRunning } from './while-running.ts';

/** Runs in a cluster that was there before them and is there after them: one for all tests, one after the other. */

const skip = (await missesKind()) ?? false;
const LIMIT = { timeout: 900_000 };
/** Two models of two runs fit beside the cluster's own programs on two cores. */
const SMALL = { rounds: '6', block: '20ms', batches: '1', methods: 'predict', cpu: '0.4' };
/** An image that is there, and without a model in it: it is in the node in seconds. */
const GIVEN = { image: process.env.SELDON_BENCH_BASE_IMAGE ?? '' };

describe('in a cluster that stays', { skip, ...LIMIT }, () => {
  let kind: Kind;
  let api: KubeApi;
  let inputs: Record<string, string>;
  before(async () => {
    kind = await createKind();
    api = await openKubeApi(kind.access, AbortSignal.timeout(LIMIT.timeout));
    inputs = { target: 'kind', cluster: kind.name, operator: crdFile, ...SMALL };
  }, LIMIT);
  after(async () => {
    assert.notDeepEqual(await listNodes(kind.name), [], "the cluster is not the runs' to delete");
    await kind[Symbol.asyncDispose]();
  });

  test('without Seldon Core the step fails with what to do, and leaves nothing', async () => {
    await using folder = await makeFolder();
    await using job = await createClusterJob(folder.path, { kind, images: [] });
    const running = await job.main({ ...inputs, ...GIVEN, operator: 'present' });
    const { code, stdout } = await running.ended;
    assert.equal(code, 3, stdout);
    assert.match(stdout, /^::error::expected Seldon Core in the cluster/m);
    assert.match(await job.readSummary(), /does not know the kind SeldonDeployment/);
    assert.equal((await job.readOutputs()).outcome, 'infra-error');
    assert.deepEqual(await listLeftOvers(job), []);
  });

  test('two runs side by side each measure their own model', async (t) => {
    if ((await provideModelImage(t)) === null) return;
    await using _operator = await startOperator(kind.access);
    await using stack = new AsyncDisposableStack();
    const createJob = async (): Promise<ClusterJob> => {
      const folder = stack.use(await makeFolder());
      return stack.use(await createClusterJob(folder.path, { kind, images: [] }));
    };
    const measure = async (job: ClusterJob): Promise<string> => {
      const { code, stdout } = await (await job.main(inputs)).ended;
      assert.equal(code, 0, stdout);
      const { cells } = await readReport(join(job.workspace, 'bench-results'));
      assert.deepEqual(new Set(cells.map(({ state }) => state)), new Set(['measured']));
      const namespace = (await job.readEverCreated()).find((thing) => thing.kind === 'namespace');
      return namespace?.name ?? '';
    };
    const jobs = [await createJob(), await createJob()];
    const namespaces = await Promise.all(jobs.map(measure));
    assert.equal(new Set(namespaces).size, 2);
    for (const name of namespaces) assert.match(name, /^seldon-bench-/);
    // Not before both are over: what is there without a record could be the other's.
    for (const job of jobs) assert.deepEqual(await listLeftOvers(job), []);
  });

  test('a namespace that is going takes no model, is told at once, and is waited for where it is ours', async (t) => {
    const { api, namespace } = await createTestNamespace(t, kind.access);
    const path = `/api/v1/namespaces/${namespace.name}`;
    const guard = async (finalizers: readonly string[]): Promise<void> => {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'guard', finalizers } };
      await api.apply(`${path}/configmaps/guard`, JSON.stringify(body));
    };
    await guard(['seldon-bench.test/guard']);
    await api.remove(path);
    const body = {
      apiVersion: 'machinelearning.seldon.io/v1',
      kind: 'SeldonDeployment',
      metadata: { name: 'm', namespace: namespace.name },
    };
    const applying = applyPatiently(
      api,
      'SeldonDeployment m',
      seldonDeploymentPath(namespace.name, 'm'),
      body,
      LIMIT.timeout,
      createTestHost(),
    );
    await assert.rejects(applying, (error: unknown) => {
      assert.ok(error instanceof ServerError);
      assert.match(error.message, /it refuses: .*is being terminated/);
      return true;
    });
    const [label] = Object.entries(namespace.labels).map(([key, value]) => `${key}=${value}`);
    const removing = removeNamespace(kind.access, namespace.name, label as string);
    await guard([]);
    assert.equal(await removing, true);
    assert.equal(await api.find(path), null);
  });

  test('a namespace that is removed while its model is waited for is told as that', async (t) => {
    const image = await buildScriptImage(t, GIVEN.image, 'import time; time.sleep(3600)');
    await using folder = await makeFolder();
    await using job = await createClusterJob(folder.path, { kind, images: [] });
    await using _operator = await startOperator(kind.access);
    const running = await job.main({ ...inputs, image });
    await waitWhileRunning(running, () => findModelPod(api));
    const name = (await job.readEverCreated()).find((thing) => thing.kind === 'namespace')?.name;
    await api.remove(`/api/v1/namespaces/${name}`);
    const { code, stdout } = await running.ended;
    assert.equal(code, 3, stdout);
    assert.match(stdout, /^::error::.* it is not there any more/m, 'not that the time was up');
    assert.deepEqual(await listLeftOvers(job), []);
  });

  // The last one: what waits for a node may be late to see that it is back.
  test('a node that is not ready is waited for, and told when the time is up', async () => {
    const node = `${kind.name}-control-plane`;
    const { signal } = new AbortController();
    const message = 'the test has stopped it';
    await docker('exec', node, 'systemctl', 'stop', 'kubelet');
    try {
      const status = { conditions: [{ type: 'Ready', status: 'False', reason: 'Test', message }] };
      const body = { apiVersion: 'v1', kind: 'Node', metadata: { name: node }, status };
      await api.apply(`/api/v1/nodes/${node}/status`, JSON.stringify(body));
      await assert.rejects(waitForNode(api, signal, 100), new RegExp(`to be ready within 0.1 s; .*${message}`));
    } finally {
      await docker('exec', node, 'systemctl', 'start', 'kubelet');
    }
    assert.equal((await waitForNode(api, signal)).metadata.name, node);
  });
});
