import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openEvidence } from '../../src/shell/evidence.ts';
import { makeEvidenceFolder } from '../../src/target/evidence-folder.ts';
import { makeFolder } from '../helpers/run-tool.ts';

test('nothing is there until something is left', async () => {
  await using out = await makeFolder();
  const evidence = await openEvidence(out.path);
  assert.equal(evidence.host.evidenceFolder, join(out.path, 'diagnosis'));
  assert.deepEqual(await evidence.list(), []);
  assert.deepEqual(await readdir(out.path), []);
});

test('what is still being written is waited for, even if writing fails', async () => {
  await using out = await makeFolder();
  const { host, list } = await openEvidence(out.path);
  const begin = Promise.withResolvers<void>();
  const writing = begin.promise.then(async () => {
    await makeEvidenceFolder(host.evidenceFolder, ['a test']);
    await mkdir(join(host.evidenceFolder, 'logs'));
    await writeFile(join(host.evidenceFolder, 'logs', 'a.log'), 'text');
    throw new Error('no more');
  });
  host.expectEvidence(writing);
  const listed = list();
  begin.resolve();
  assert.deepEqual(await listed, ['README.txt', 'logs/a.log']);
});

test('what an earlier run left is not taken for this one', async () => {
  await using out = await makeFolder();
  const first = await openEvidence(out.path);
  await makeEvidenceFolder(first.host.evidenceFolder, ['a test']);
  await writeFile(join(first.host.evidenceFolder, 'error.txt'), 'old');
  const second = await openEvidence(out.path);
  assert.equal(second.host.evidenceFolder, first.host.evidenceFolder);
  assert.deepEqual(await second.list(), []);
  assert.deepEqual(await readdir(out.path), []);
});

test('what no run made stays, and is not taken for what a run left', async () => {
  await using out = await makeFolder();
  await using elsewhere = await makeFolder();
  await makeEvidenceFolder(join(elsewhere.path, 'of-another'), ['a test']);
  await mkdir(join(out.path, 'diagnosis'));
  await writeFile(join(out.path, 'diagnosis', 'README.txt'), 'mine');
  await symlink(join(elsewhere.path, 'of-another'), join(out.path, 'diagnosis-2'));
  await writeFile(join(out.path, 'diagnosis-3'), 'a file');
  const evidence = await openEvidence(out.path);
  assert.equal(evidence.host.evidenceFolder, join(out.path, 'diagnosis-4'));
  assert.deepEqual(await evidence.list(), []);
  assert.equal(await readFile(join(out.path, 'diagnosis', 'README.txt'), 'utf8'), 'mine');
  assert.deepEqual(await readdir(join(elsewhere.path, 'of-another')), ['README.txt']);
});
