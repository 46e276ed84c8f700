import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type KubeApi, openKubeApi } from '../../src/target/kubernetes/api.ts';
import { loadImage } from '../../src/target/kubernetes/load-image.ts';
import { applyManifestFile } from '../../src/target/kubernetes/manifest-file.ts';
import { seldonKindsPath } from '../../src/target/kubernetes/paths.ts';
import { provideImage } from '../../src/target/model-image.ts';
import { askUntil } from '../../src/target/wait.ts';
import { buildImage, buildScriptImage, docker, findBaseImage } from '../helpers/docker.ts';
import { startOperator } from '../helpers/operator/operator.ts';
import { makeFolder, readReport } from '../helpers/run-tool.ts';
import { createArm, createTargetConfig, createTestHost } from '../target/helpers.ts';
import { crdFile, createTestNamespace, missesKind } from '../target/kubernetes/test-cluster.ts';
import { findModelPod, findNullPod } from './find-pod.ts';
import { findProcess } from './find-process.ts';
import { interrupt, killAndTakeBack } from './interrupt.ts';
import { createClusterJob } from './job.ts';
import { createKind, type Kind } from './kind.ts';
import { waitWhileRunning } from './while-running.ts';

/** Runs that are ended from outside, at each stage, in a cluster that was there before them and is there after them. */

const skip = (await missesKind()) ?? false;
const LIMIT = { timeout: 900_000 };
const SMALL = { rounds: '500', block: '20ms', batches: '1', methods: 'predict', cpu: '0.4' };
/** A fifth of the size of the other. */
const TENSORFLOW = 'stand-in';
const BASE = process.env.SELDON_BENCH_BASE_IMAGE ?? '';
const SLEEPING = 'import time; time.sleep(3600)';

describe('ended in a cluster that stays', { skip, ...LIMIT }, () => {
  let kind: Kind;
  let api: KubeApi;
  let inputs: Record<string, string>;
  before(async () => {
    kind = await createKind();
    api = await openKubeApi(kind.access, AbortSignal.timeout(LIMIT.timeout));
    inputs = { target: 'kind', cluster: kind.name, operator: crdFile, ...SMALL };
  }, LIMIT);
  after(() => kind[Symbol.asyncDispose]());

  test('SIGINT while the image is built leaves nothing', async (t) => {
    const word = randomBytes(8).toString('hex');
    const sleep = JSON.stringify(['python3', '-c', `${SLEEPING}; ${JSON.stringify(word)}`]);
    const base = await buildImage(t, [`FROM ${BASE}`, `ONBUILD RUN ${sleep}`]);
    await using folder = await makeFolder();
    const env = { SELDON_BENCH_BASE_IMAGE: base };
    await using job = await createClusterJob(folder.path, { kind, images: [base] }, { env });
    const running = await job.main({ ...inputs, tensorflow: TENSORFLOW });
    await waitWhileRunning(running, () => findProcess(word));
    await interrupt(job, running);
    const gone = async (): Promise<true | null> => ((await findProcess(word)) === null ? true : null);
    assert.ok(await askUntil(gone, 30_000, AbortSignal.timeout(60_000)), 'Docker ends what it did for the build');
  });

  test('SIGINT while the chart is fetched leaves nothing', async (t) => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => {
      silent.close();
      silent.closeAllConnections();
    });
    await using folder = await makeFolder();
    await using job = await createClusterJob(folder.path, { kind, images: [] });
    const asked = once(silent, 'request');
    const operator = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const running = await job.main({ ...inputs, image: BASE, operator });
    await waitWhileRunning(running, () => asked);
    await interrupt(job, running);
  });

  test('SIGINT while the operator is waited for leaves nothing', async () => {
    await using folder = await makeFolder();
    await using job = await createClusterJob(folder.path, { kind, images: [] });
    // Manifests of something else: the kind will not come.
    const operator = join(folder.path, 'operator.yaml');
    const name = `seldon-bench-test-${randomBytes(4).toString('hex')}`;
    await writeFile(operator, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }));
    const running = await job.main({ ...inputs, image: BASE, operator });
    await waitWhileRunning(running, () => api.find(`/api/v1/namespaces/seldon-system/configmaps/${name}`));
    await interrupt(job, running);
  });

  describe("with Seldon's kind", () => {
    before(async () => {
      await applyManifestFile(crdFile, 'seldon-system', api, createTestHost());
      // It is not served yet when it is there.
      const served = () => api.get(`${seldonKindsPath}/seldondeployments`).catch(() => null);
      assert.ok(await askUntil(served, 30_000, AbortSignal.timeout(60_000)));
    });

    test('SIGINT while a model is waited for leaves nothing', async (t) => {
      const image = await buildScriptImage(t, BASE, SLEEPING);
      await using folder = await makeFolder();
      await using job = await createClusterJob(folder.path, { kind, images: [] });
      await using _operator = await startOperator(kind.access);
      const running = await job.main({ ...inputs, image });
      await waitWhileRunning(running, () => findModelPod(api));
      await interrupt(job, running);
    });

    test('SIGINT while the null server is put up leaves nothing', async (t) => {
      if ((await provideSmallImage(t)) === null) return;
      await using folder = await makeFolder();
      await using job = await createClusterJob(folder.path, { kind, images: [] });
      await using _operator = await startOperator(kind.access);
      const running = await job.main({ ...inputs, tensorflow: TENSORFLOW });
      await running.until(/put the null server up/);
      await interrupt(job, running);
      const kinds = new Set((await job.readEverCreated()).map(({ kind }) => kind));
      for (const kind of ['namespace', 'node-folder', 'node-image'] as const) assert.ok(kinds.has(kind), kind);
    });

    test('SIGINT while a model is measured leaves the report, and nothing else', async (t) => {
      if ((await provideSmallImage(t)) === null) return;
      await using folder = await makeFolder();
      await using job = await createClusterJob(folder.path, { kind, images: [] });
      await using _operator = await startOperator(kind.access);
      const running = await job.main({ ...inputs, tensorflow: TENSORFLOW });
      await running.until(/round 1 of 500/);
      await interrupt(job, running);
      const report = await readReport(join(folder.path, 'bench-results'));
      assert.equal(report.outcome, 'aborted');
      assert.ok(report.roundsDone >= 1);
      assert.match(await job.readSummary(), /<details>/);
    });

    test('a run that is killed is taken back by the post step, by the key that lies in its folder', async (t) => {
      if ((await provideSmallImage(t)) === null) return;
      await using folder = await makeFolder();
      await using job = await createClusterJob(folder.path, { kind, images: [] });
      await using _operator = await startOperator(kind.access);
      const running = await job.main({ ...inputs, tensorflow: TENSORFLOW });
      await waitWhileRunning(running, () => findNullPod(api));
      await killAndTakeBack(job, running, ['namespace', 'node-folder', 'node-image', 'folder']);
    });

    test("of one that is killed in somebody's namespace the post step takes its models, and nothing else", async (t) => {
      const image = await buildScriptImage(t, BASE, SLEEPING);
      const described = (await docker('image', 'inspect', '--format', '{{.Id}}', image)).trim();
      await loadImage(kind.node, { reference: image, id: described }, createTestHost());
      const { namespace } = await createTestNamespace(t, kind.access);
      const others = `/api/v1/namespaces/${namespace.name}/services/others`;
      const spec = { ports: [{ port: 80 }] };
      await api.apply(
        others,
        JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'others' }, spec }),
      );
      await using folder = await makeFolder();
      await using job = await createClusterJob(folder.path, { kind, images: [] });
      await using _operator = await startOperator(kind.access);
      const { kubeconfig } = kind.access;
      const running = await job.main({ target: 'cluster', kubeconfig, namespace: namespace.name, image, ...SMALL });
      await waitWhileRunning(running, () => findModelPod(api));
      await killAndTakeBack(job, running, ['models']);
      assert.notEqual(await api.find(others), null);
    });
  });
});

/** The model's image in Docker's store; null where the test was skipped. */
async function provideSmallImage(t: TestContext): Promise<string | null> {
  if ((await findBaseImage(t)) === null) return null;
  const config = createTargetConfig({ kind: 'docker', docker: { keepImage: true } });
  await using image = await provideImage({ ...createArm(), tensorflow: TENSORFLOW }, config, createTestHost());
  return image.reference;
}
