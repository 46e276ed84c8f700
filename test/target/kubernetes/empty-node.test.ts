import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyNode } from '../../../src/target/kubernetes/empty-node.ts';
import { docker, findBaseImage } from '../../helpers/docker.ts';
import { createTestFolder } from '../helpers.ts';

test("the images' files go, whatever they are called, and nothing of what is beside them or mounted", async (t) => {
  const base = await findBaseImage(t);
  if (base === null) return;
  const folder = await createTestFolder(t);
  const store = '/var/lib/containerd';
  const make = [
    `mkdir -p ${store}/snapshots/1/fs /var/lib/kubelet`,
    `cd ${store}/snapshots/1/fs`,
    'i=0',
    'while [ $i -lt 500 ]; do echo $i >"a file of $i"; i=$((i+1)); done',
    `echo x >"$(printf 'two\\nlines')"; echo x >'-rf'; ln -s /etc/passwd link`,
    'echo x >/var/lib/kubelet/kept; echo x >/mounted/kept',
    `ln -s /mounted ${store}/elsewhere`,
    'echo done; exec sleep 600',
  ].join('\n');
  const mounts = ['--volume', `${folder}:/mounted`, '--volume', `${folder}:${store}/mounted`];
  const id = (await docker('run', '--detach', ...mounts, base, 'sh', '-c', make)).trim();
  t.after(() => docker('rm', '--force', '--volumes', id));
  while (!(await docker('logs', id)).includes('done'));
  const list = (path: string): Promise<string> => docker('exec', id, 'find', path, '-xdev', '!', '-type', 'd');
  assert.ok((await list(store)).split('\n').length > 500);
  await emptyNode(id);
  assert.equal(await list(store), '');
  assert.equal(await docker('exec', id, 'cat', '/var/lib/kubelet/kept', '/etc/hostname'), `x\n${id.slice(0, 12)}\n`);
  assert.equal(await readFile(join(folder, 'kept'), 'utf8'), 'x\n');
});

test('a node that is gone is fine', async () => {
  await emptyNode('no-such-node-of-anybody');
});
