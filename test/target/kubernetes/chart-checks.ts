import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { ServerError } from '../../../src/errors.ts';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { fetchChart } from '../../../src/target/kubernetes/chart.ts';
import { chooseOperator } from '../../../src/target/kubernetes/choose-operator.ts';
import { inCluster } from '../../../src/target/kubernetes/helm.ts';
import { findRelease, SELDON_RELEASE } from '../../../src/target/kubernetes/helm-release.ts';
import type { ReleaseName } from '../../../src/target/kubernetes/manager.ts';
import { installOperator } from '../../../src/target/kubernetes/operator.ts';
import type { ChartSource } from '../../../src/target/kubernetes/operator-source.ts';
import { seldonKindsPath } from '../../../src/target/kubernetes/paths.ts';
import { askUntil } from '../../../src/target/wait.ts';
import { createTestFolder, createTestHost } from '../helpers.ts';
import { crdFile, createTestNamespace } from './test-cluster.ts';

const LICENCE = 'Seldon Core 1.19.0 is under the Business Source License 1.1: use that is not production is allowed';
const STAYS = 'Seldon Core that is installed now stays in the cluster when the run is over';
const LIMIT_MS = 60_000;

/** What only helm itself and a Kubernetes API can show of releases, in a cluster without Seldon Core. */
export function checkCharts(access: Access, skip: string | boolean): void {
  describe("Seldon Core's chart", { skip }, () => {
    test('it is installed once, and then used as it is', async (t) => {
      const { api, chart } = await prepare(t);
      const place = { access, isOurs: false };
      const host = createTestHost();
      const source = await chooseOperator(chart, api, access, host);
      assert.equal(source, chart, 'there is none');
      await installOperator(source, api, place, host);
      assert.deepEqual(host.messages, [STAYS, LICENCE]);

      const second = createTestHost();
      const found = await chooseOperator({ ...chart, version: '1.17.1' }, api, access, second);
      assert.deepEqual(found, { kind: 'present', chart: 'seldon-core-operator-1.19.0' });
      await installOperator(found, api, place, second);
      assert.deepEqual(second.messages, [
        `Seldon Core is in the cluster already: it is used as it is, and not chart ${chart.chart} 1.17.1`,
      ]);
      assert.equal((await findRelease(SELDON_RELEASE, access, host.signal))?.revision, 1);
    });

    test('one of another release in another namespace is found by its manager', async (t) => {
      const { api, chart } = await prepare(t);
      const { namespace } = await createTestNamespace(t, access);
      await helm('install', 'theirs', chart.chart, ...inCluster(access, namespace.name));
      t.after(() => uninstall(api, { name: 'theirs', namespace: namespace.name }));
      const found = await chooseOperator(chart, api, access, createTestHost());
      assert.deepEqual(found, { kind: 'present', chart: 'seldon-core-operator-1.19.0' });
    });

    test('one that helm has left broken in a cluster that stays is told, and refused from then on', async (t) => {
      const { api, chart } = await prepare(t, BROKEN);
      const host = createTestHost();
      await assert.rejects(installOperator(chart, api, { access, isOurs: false }, host), {
        name: 'ServerError',
        message: /expected helm to install Seldon Core 1\.19\.0; it could not/,
      });
      assert.match(
        host.messages.at(-1) ?? '',
        /^release seldon-core is failed .* `helm uninstall seldon-core -n seldon-system`$/,
      );
      await assert.rejects(
        chooseOperator(chart, api, access, createTestHost()),
        /^ServerError: expected release seldon-core of Seldon Core .* to be deployed; it is failed\. Remove it/,
      );
    });

    test('one that is being installed when the run is stopped is told', async (t) => {
      const { api, chart } = await prepare(t, SLOW);
      const host = createTestHost();
      const installing = installOperator(chart, api, { access, isOurs: false }, host);
      const begun = () => findRelease(SELDON_RELEASE, access, AbortSignal.timeout(LIMIT_MS));
      assert.equal((await askUntil(begun, LIMIT_MS, AbortSignal.timeout(LIMIT_MS)))?.status, 'pending-install');
      host.abort(new Error('stopped'));
      await assert.rejects(installing, /stopped/);
      assert.match(
        host.messages.at(-1) ?? '',
        /^release seldon-core is [a-z-]+ in .* `helm uninstall seldon-core -n seldon-system`$/,
      );
    });

    test('where helm has not begun, nothing is left to be told of', async (t) => {
      const { api } = await prepare(t);
      const source: ChartSource = { kind: 'chart', chart: '/nowhere/chart', version: '1.19.0' };
      const host = createTestHost();
      await assert.rejects(installOperator(source, api, { access, isOurs: false }, host), (error: unknown) => {
        assert.ok(error instanceof ServerError);
        assert.match(error.detail.join('\n'), /\/nowhere\/chart/);
        return true;
      });
      assert.deepEqual(host.messages, [STAYS, LICENCE]);
    });
  });

  /** A chart with Seldon's kind, a manager without pods, and `more`; what is made of it goes with the test. */
  async function prepare(t: TestContext, more = ''): Promise<{ api: KubeApi; chart: ChartSource }> {
    const chart = await createTestFolder(t);
    await mkdir(join(chart, 'templates'));
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: seldon-core-operator\nversion: 1.19.0\n');
    await copyFile(crdFile, join(chart, 'templates', 'crd.yaml'));
    await writeFile(join(chart, 'templates', 'manager.yaml'), `${MANAGER}${more}`);
    const api = await openKubeApi(access, AbortSignal.timeout(2 * LIMIT_MS));
    t.after(async () => {
      if ((await findRelease(SELDON_RELEASE, access, AbortSignal.timeout(LIMIT_MS))) === null) return;
      await uninstall(api, SELDON_RELEASE);
    });
    const source = { kind: 'chart', chart, version: '1.18.0' } as const;
    const read = await fetchChart(source, '/nowhere', createTestHost());
    assert.deepEqual(read, { ...source, version: '1.19.0' }, 'the chart says it');
    return { api, chart: read as ChartSource };
  }

  /** The namespace stays, for the next one: to wait until it is gone takes seconds. */
  async function uninstall(api: KubeApi, { name, namespace }: ReleaseName): Promise<void> {
    await helm('uninstall', name, ...inCluster(access, namespace));
    const gone = async () => ((await api.find(seldonKindsPath)) === null ? true : null);
    assert.ok(await askUntil(gone, LIMIT_MS, AbortSignal.timeout(LIMIT_MS)));
  }
}

function helm(...args: readonly string[]): Promise<unknown> {
  return promisify(execFile)('helm', args);
}

const MANAGER = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: seldon-controller-manager
  labels: { control-plane: seldon-controller-manager }
spec:
  replicas: 0
  selector: { matchLabels: { control-plane: seldon-controller-manager } }
  template:
    metadata: { labels: { control-plane: seldon-controller-manager } }
    spec: { containers: [{ name: manager, image: 'nothing:1' }] }
`;

/** The server refuses it, after helm has made the rest. */
const BROKEN = `---
apiVersion: v1
kind: Service
metadata: { name: broken }
spec: { ports: [{ port: 0 }] }
`;

/** Helm waits for what nobody fulfils. */
const SLOW = `---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: slow }
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: nothing
  resources: { requests: { storage: 1Mi } }
`;
