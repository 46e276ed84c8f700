import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeContext } from '../../../src/target/container/image-context.ts';
import { createArm, createTestFolder } from '../helpers.ts';

async function hash(t: TestContext, changes: Parameters<typeof createArm>[0] = {}): Promise<string> {
  return writeContext(await createTestFolder(t), createArm(changes));
}

test('the context has the Dockerfile, every package and our models; the same makes the same hash', async (t) => {
  const folder = await createTestFolder(t);
  const first = await writeContext(folder, createArm());
  assert.deepEqual((await readdir(folder)).sort(), [
    'Dockerfile',
    'install.py',
    'model',
    'requirements.txt',
    'stand-in',
  ]);
  assert.deepEqual(await readdir(join(folder, 'stand-in')), []);
  assert.ok((await readdir(join(folder, 'model'))).includes('FixedPredict.py'));
  assert.match(await readFile(join(folder, 'requirements.txt'), 'utf8'), /^seldon-core==1\.19\.0$/m);
  assert.match(first, /^[0-9a-f]{64}$/);
  assert.equal(await hash(t), first);
});

test('what is in the image decides, and nothing else', async (t) => {
  const plain = await hash(t);
  assert.equal(await hash(t, { id: 'other', env: { A: '1' } }), plain);
  const others = await Promise.all([hash(t, { seldonVersion: '1.17.1' }), hash(t, { packages: ['numpy==1.26.3'] })]);
  assert.equal(new Set([plain, ...others]).size, 3);
});

test('a pinned package takes the place of the one that the version has', async (t) => {
  const folder = await createTestFolder(t);
  await writeContext(folder, createArm({ packages: ['idna==3.19'] }));
  const lines = (await readFile(join(folder, 'requirements.txt'), 'utf8')).split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('idna')),
    ['idna==3.19'],
  );
});

test('with the stand-in, what only TensorFlow needs is left out, and what the arm names is not', async (t) => {
  const [full, slim] = [await createTestFolder(t), await createTestFolder(t)];
  const whole = await writeContext(full, createArm());
  assert.notEqual(await writeContext(slim, createArm({ tensorflow: 'stand-in', packages: ['h5py==3.15.0'] })), whole);
  const read = async (folder: string): Promise<string[]> => {
    const lines = (await readFile(join(folder, 'requirements.txt'), 'utf8')).split('\n');
    return lines.flatMap((line) => /^[a-z][a-z0-9-]*==[^ ]+/.exec(line) ?? []);
  };
  const [all, kept] = [await read(full), await read(slim)];
  assert.ok(kept.includes('h5py==3.15.0') && kept.includes('seldon-core==1.19.0') && kept.includes('numpy==1.26.4'));
  assert.deepEqual(
    kept.filter((pin) => !all.includes(pin)),
    ['h5py==3.15.0'],
  );
  assert.ok(all.length - kept.length >= 20, `${all.length} ${kept.length}`);
  assert.doesNotMatch(kept.join(' '), /tensor|keras|libclang/);
  const files = (await readdir(join(slim, 'stand-in'), { recursive: true })).sort();
  assert.ok(files.includes(join('tensorflow', '__init__.py')) && files.every((file) => !file.includes('__pycache__')));
});

test("somebody's own model stands instead of ours; when its files were written does not matter", async (t) => {
  const own = await createTestFolder(t);
  await mkdir(join(own, 'sub'));
  await mkdir(join(own, '__pycache__'));
  await writeFile(join(own, 'Mine.py'), 'class Mine: pass\n');
  await writeFile(join(own, 'sub', 'weights'), '1');
  await writeFile(join(own, '__pycache__', 'x.pyc'), '');
  await symlink('Mine.py', join(own, 'Link.py'));
  await symlink('nowhere', join(own, '.#Mine.py'));
  const model = { folder: own, name: 'Mine' };
  const folder = await createTestFolder(t);
  const first = await writeContext(folder, createArm({ model }));
  assert.deepEqual((await readdir(join(folder, 'model'))).sort(), ['Link.py', 'Mine.py', 'sub']);
  await utimes(join(own, 'Mine.py'), 1, 1);
  assert.equal(await hash(t, { model }), first);
  await writeFile(join(own, 'sub', 'weights'), '2');
  assert.notEqual(await hash(t, { model }), first);
});

test('a folder with more than a model has is refused', async (t) => {
  const folder = await createTestFolder(t);
  const write = async (maxFiles?: number): Promise<string> =>
    writeContext(await createTestFolder(t), createArm({ model: { folder, name: 'Mine' } }), maxFiles);
  const refuses = (maxFiles?: number): Promise<void> =>
    assert.rejects(write(maxFiles), {
      name: 'ServerError',
      message: /at most \d+ files and 2 GiB; .* has more\. Name a folder/,
    });
  await mkdir(join(folder, 'sub'));
  for (const name of ['Mine.py', 'sub/a', 'sub/b']) await writeFile(join(folder, name), '');
  await write(3);
  await refuses(2);
  // A folder that is linked counts as often as it is copied.
  await symlink('sub', join(folder, 'again'));
  await refuses(4);
  await write(5);
  await truncate(join(folder, 'sub/a'), 2 * 1024 ** 3 + 1);
  await refuses();
});
