import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ServerError } from '../../../src/errors.ts';
import type { KubeApi } from '../../../src/target/kubernetes/api.ts';
import { ApiError } from '../../../src/target/kubernetes/api-error.ts';
import { chooseOperator } from '../../../src/target/kubernetes/choose-operator.ts';
import { describeOperator, type OperatorSource, versionOf } from '../../../src/target/kubernetes/operator-source.ts';
import { createTestHost } from '../helpers.ts';
import { useFakeProgram, usePath } from './fake-program.ts';

const ACCESS = { kubeconfig: '/nowhere/config', context: 'c' };
const CHART: OperatorSource = { kind: 'chart', chart: 'https://charts.example', version: '1.19.0' };
const FILE: OperatorSource = { kind: 'manifest', path: 'seldon.yaml' };
const PRESENT: OperatorSource = { kind: 'present' };
const DEPLOYED = { name: 'seldon-core', status: 'deployed', chart: 'seldon-core-operator-1.17.1', revision: '1' };

test('where Seldon Core is not, what was asked for is used', async (t) => {
  const asked = await useFakeHelm(t, []);
  const host = createTestHost();
  for (const source of [FILE, PRESENT]) {
    assert.equal(await chooseOperator(source, createApi(null), ACCESS, host), source);
  }
  await assert.rejects(asked(), { code: 'ENOENT' }, 'only charts need helm');
  assert.equal(await chooseOperator(CHART, createApi(null), ACCESS, host), CHART);
  assert.match(
    await asked(),
    /^list --namespace seldon-system --kubeconfig \/nowhere\/config --kube-context c --filter \^seldon-core\$ /,
  );
  assert.deepEqual(host.messages, []);
});

test('where helm cannot say whether there is a release, nothing is installed', async (t) => {
  await useFakeProgram(t, 'helm', ['echo "Error: secrets is forbidden" >&2; exit 1']);
  await assert.rejects(chooseOperator(CHART, createApi(null), ACCESS, createTestHost()), {
    name: 'ServerError',
    message: /whether there is a release seldon-core in namespace seldon-system; it could not/,
    detail: ['Error: secrets is forbidden'],
  });
});

test('where it is, it is used in place of what was asked for, by the release that runs it', async (t) => {
  const asked = await useFakeHelm(t, [
    { ...DEPLOYED, name: 'team' },
    { ...DEPLOYED, name: 'teams' },
  ]);
  const theirs = { 'meta.helm.sh/release-name': 'team', 'meta.helm.sh/release-namespace': 'theirs' };
  // Another manager, that helm has not made, changes nothing.
  const api = createApi([{}, theirs]);
  const used = { kind: 'present', chart: 'seldon-core-operator-1.17.1' };
  for (const [source, message] of [
    [CHART, 'chart of https://charts.example 1.19.0'],
    [FILE, 'file seldon.yaml'],
    [PRESENT, null],
  ] as const) {
    const host = createTestHost();
    assert.deepEqual(await chooseOperator(source, api, ACCESS, host), used);
    const said = `Seldon Core is in the cluster already: it is used as it is, and not ${message}`;
    assert.deepEqual(host.messages, message === null ? [] : [said]);
  }
  assert.match(await asked(), /^list --namespace theirs .* --filter \^team\$ /);
});

test('names that helm has not written are not given to it', async (t) => {
  const asked = await useFakeHelm(t, []);
  const odd = { 'meta.helm.sh/release-name': '.*', 'meta.helm.sh/release-namespace': '--debug' };
  await chooseOperator(PRESENT, createApi([odd]), ACCESS, createTestHost());
  assert.match(await asked(), /^list --namespace seldon-system .* --filter \^seldon-core\$ /);
});

test('where it is without helm, or without a right to look, it is used all the same', async (t) => {
  usePath(t, '/nonexistent');
  for (const api of [createApi([]), createApi(new ApiError(403, 'Forbidden', 'no'))]) {
    assert.deepEqual(await chooseOperator(CHART, api, ACCESS, createTestHost()), { kind: 'present' });
  }
});

test('a release that is not deployed is told with what mends it, unless it was asked for', async (t) => {
  for (const [status, revision, ways] of [
    [
      'failed',
      '1',
      /it is failed\. Remove it, .* with `helm uninstall seldon-core -n seldon-system`, or use it as it is/,
    ],
    ['failed', '3', /it is failed\. Go back with `helm rollback seldon-core -n seldon-system`, remove it/],
    ['pending-install', '1', /it is pending-install\. If somebody is installing it now, wait .* Else remove it/],
    ['uninstalling', '1', /it is uninstalling\. Remove it/],
  ] as const) {
    await useFakeHelm(t, [{ ...DEPLOYED, status, revision }]);
    for (const api of [createApi(null), createApi([])]) {
      await assert.rejects(chooseOperator(CHART, api, ACCESS, createTestHost()), (error: unknown) => {
        assert.ok(error instanceof ServerError);
        assert.match(error.message, ways);
        return true;
      });
    }
    const host = createTestHost();
    const { chart } = DEPLOYED;
    assert.deepEqual(await chooseOperator(PRESENT, createApi([]), ACCESS, host), { kind: 'present', chart });
    assert.deepEqual(host.messages, [`release seldon-core of Seldon Core is ${status}: it is used as it is`]);
  }
});

test('the report names what is used, and its version is known where helm knows it', () => {
  for (const [source, description, version] of [
    [PRESENT, 'found in the cluster', null],
    [{ kind: 'present', chart: DEPLOYED.chart }, 'found in the cluster: chart seldon-core-operator-1.17.1', '1.17.1'],
    [{ kind: 'present', chart: 'platform-3.2.1' }, 'found in the cluster: chart platform-3.2.1', null],
    [FILE, 'file seldon.yaml', null],
    [CHART, 'chart of https://charts.example 1.19.0', '1.19.0'],
    [
      { ...CHART, chart: '/tmp/c.tgz', origin: 'https://me:word@charts.example/c' },
      'chart of https://charts.example/c 1.19.0',
      '1.19.0',
    ],
    [{ ...CHART, chart: './chart' }, 'chart ./chart 1.19.0', '1.19.0'],
  ] as const) {
    assert.equal(describeOperator(source), description);
    assert.equal(versionOf(source), version);
  }
  assert.equal(describeOperator({ ...FILE, path: 'x'.repeat(3000) }).length, 500);
});

/**
 * A cluster with Seldon Core, by the annotations of each Deployment of its manager; null for one without. An error is
 * what it says when it is asked for them.
 */
function createApi(managers: readonly object[] | Error | null): KubeApi {
  return {
    find: async () => (managers === null ? null : {}),
    get: async (path: string) => {
      assert.match(path, /^\/apis\/apps\/v1\/deployments\?labelSelector=control-plane%3Dseldon-controller-manager$/);
      if (managers instanceof Error) throw managers;
      return {
        items: managers?.map((annotations, i) => ({ metadata: { name: `m${i}`, namespace: 'n', annotations } })),
      };
    },
  } as never;
}

/** It has these releases. The returned function tells what it was asked last. */
async function useFakeHelm(t: TestContext, releases: readonly object[]): Promise<() => Promise<string>> {
  const folder = await useFakeProgram(t, 'helm', ['echo "$@" >"$0.asked"', `echo '${JSON.stringify(releases)}'`]);
  return () => readFile(join(folder, 'helm.asked'), 'utf8');
}
