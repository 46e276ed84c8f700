import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fetchChart } from '../../../src/target/kubernetes/chart.ts';
import { createTestFolder, createTestHost } from '../helpers.ts';
import { useFakeProgram } from './fake-program.ts';

/** Like helm, but without a network: the version is the same everywhere. */
const HELM = [
  'echo "$@" >>"$0.asked"',
  'if [ "$1" = pull ]; then while [ "$1" != --destination ]; do shift; done; : >"$2/fetched.tgz"; exit; fi',
  'printf \'apiVersion: v2\\ndependencies:\\n- name: x\\n  version: 0.0.1\\nname: seldon-core-operator\\nversion: "1.17.1"\\n\'',
];

test('a chart of this machine is of the version that it says, whatever was asked for', async (t) => {
  await useFakeProgram(t, 'helm', HELM);
  const source = { kind: 'chart', chart: './chart', version: '1.19.0' } as const;
  assert.deepEqual(await fetchChart(source, '/nowhere', createTestHost()), { ...source, version: '1.17.1' });
});

test('one of elsewhere is fetched, and where it came from is kept', async (t) => {
  const programs = await useFakeProgram(t, 'helm', HELM);
  for (const [chart, what] of [
    ['https://charts.example', 'seldon-core-operator --repo https://charts.example'],
    ['https://charts.example/c-1.19.0.tgz', 'https://charts.example/c-1.19.0.tgz'],
    ['oci://charts.example/c', 'oci://charts.example/c'],
  ] as const) {
    const folder = await createTestFolder(t);
    const fetched = await fetchChart({ kind: 'chart', chart, version: '1.19.0' }, folder, createTestHost());
    assert.deepEqual(fetched, { kind: 'chart', chart: join(folder, 'fetched.tgz'), version: '1.17.1', origin: chart });
    const asked = (await readFile(join(programs, 'helm.asked'), 'utf8')).trim().split('\n');
    assert.deepEqual(asked.slice(-2), [
      `pull ${what} --version 1.19.0 --destination ${folder}`,
      `show chart ${join(folder, 'fetched.tgz')}`,
    ]);
  }
});

test('what is no chart needs no helm', async () => {
  for (const source of [{ kind: 'present' }, { kind: 'manifest', path: 'x.yaml' }] as const) {
    assert.equal(await fetchChart(source, '/nowhere', createTestHost()), source);
  }
});

test('a chart that is not there is told in the words of helm', async (t) => {
  await useFakeProgram(t, 'helm', ['echo "Error: $3 not found" >&2; exit 1']);
  const source = { kind: 'chart', chart: '/nowhere/chart', version: '1.19.0' } as const;
  await assert.rejects(fetchChart(source, '/nowhere', createTestHost()), {
    name: 'ServerError',
    message: /expected a chart in \/nowhere\/chart; helm finds none/,
    detail: ['Error: /nowhere/chart not found'],
  });
});
