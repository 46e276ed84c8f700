import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeApi } from '../../../src/target/kubernetes/api.ts';
import { readVersion } from '../../../src/target/kubernetes/version.ts';
import { createTestHost } from '../helpers.ts';

const answering = (minor: string): KubeApi =>
  ({ get: async () => ({ major: '1', minor, gitVersion: `v1.${Number.parseInt(minor, 10)}.0-eks` }) }) as never;

test('versions that Seldon Core was made for are passed over in silence', async () => {
  const host = createTestHost();
  assert.equal(await readVersion(answering('35'), '1.19.0', host), 'v1.35.0-eks');
  assert.equal(await readVersion(answering('23+'), null, host), 'v1.23.0-eks');
  assert.deepEqual(host.messages, []);
});

test('a newer one is told, an older one is refused with what is missing in it', async () => {
  const host = createTestHost();
  assert.equal(await readVersion(answering('34'), '1.17.1', host), 'v1.34.0-eks');
  assert.deepEqual(host.messages, [
    'Seldon Core 1.17.1 is made for Kubernetes 1.23 to 1.27, and this is v1.34.0-eks: it may not work',
  ]);
  assert.equal(await readVersion(answering('36'), '2.0.0', host), 'v1.36.0-eks');
  assert.match(host.messages[1] ?? '', /^Seldon Core is made for Kubernetes 1\.23 to 1\.35, /);
  await assert.rejects(
    readVersion(answering('22'), null, host),
    /expected Kubernetes 1\.23 to 1\.35, found v1\.22\.0-eks: .*autoscaling\/v2/,
  );
});
