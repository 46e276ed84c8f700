import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isGroupAlive, readStartTime } from '../../src/target/process-group.ts';
import { endRecorded } from '../../src/target/release.ts';
import { createRunFolder } from '../../src/target/run-folder.ts';
import { createTestFolder, createTestHost } from './helpers.ts';

async function startGroup(t: TestContext): Promise<{ pid: number; startTime: string }> {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  t.after(() => child.kill('SIGKILL'));
  const pid = child.pid as number;
  return { pid, startTime: (await readStartTime(pid)) as string };
}

test('a recorded process group is ended', async (t) => {
  const group = await startGroup(t);
  assert.equal(await isGroupAlive(group.pid), true);
  await endRecorded({ kind: 'process-group', ...group });
  assert.equal(await isGroupAlive(group.pid), false);
  await endRecorded({ kind: 'process-group', ...group });
});

test('a process that started at another time than the recorded one is left alone', async (t) => {
  const group = await startGroup(t);
  await endRecorded({ kind: 'process-group', pid: group.pid, startTime: `${group.startTime}0` });
  await endRecorded({ kind: 'process-group', pid: group.pid, startTime: '' });
  assert.equal(await isGroupAlive(group.pid), true);
});

test('what kill(2) takes for this group, or for everybody, is the id of none', async () => {
  for (const group of [0, 1, -5, 1.5, Number.NaN]) await assert.rejects(isGroupAlive(group), RangeError);
});

test('the start time of a process stays the same, and there is none for a process that is not', async () => {
  const own = await readStartTime(process.pid);
  assert.ok(own);
  assert.equal(await readStartTime(process.pid), own);
  assert.equal(await readStartTime(2 ** 30), null);
});

test('a recorded folder is removed, also when it is gone already', async (t) => {
  const parent = await createTestFolder(t);
  const host = createTestHost();
  const folder = await createRunFolder(parent, host);
  await writeFile(join(folder.path, 'file'), '');
  assert.deepEqual([...host.recorded], [{ kind: 'folder', path: folder.path }]);
  await endRecorded({ kind: 'folder', path: folder.path });
  assert.equal(existsSync(folder.path), false);
  await folder[Symbol.asyncDispose]();
  assert.equal(host.recorded.size, 0);
});

test('a folder of another name is never removed', async (t) => {
  const path = join(await createTestFolder(t), 'mine');
  await mkdir(path);
  await assert.rejects(endRecorded({ kind: 'folder', path }), /expected a folder named seldon-bench-/);
  assert.equal(existsSync(path), true);
});
