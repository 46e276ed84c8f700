import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCgroupMeter } from '../../../src/target/container/cgroup-usage.ts';
import { createTestFolder } from '../helpers.ts';

const skip = process.platform === 'linux' ? false : 'skipped: only Linux has control groups';
const ID = 'ab12';

async function writeTree(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await createTestFolder(t);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const V2 = {
  'proc/7/cgroup': `0::/system.slice/docker-${ID}.scope\n`,
  [`sys/fs/cgroup/system.slice/docker-${ID}.scope/cpu.stat`]:
    'usage_usec 2500\nuser_usec 1500\nsystem_usec 1000\nnr_throttled 3\nthrottled_usec 4500\n',
  [`sys/fs/cgroup/system.slice/docker-${ID}.scope/memory.stat`]: 'anon 1000\nfile 9000\nfile_mapped 200\n',
};

test('version 2: CPU time and resident memory of the whole group', { skip }, async (t) => {
  const root = await writeTree(t, V2);
  const meter = createCgroupMeter(7, ID, root);
  assert.deepEqual(meter(), { cpuMs: 2.5, rssBytes: 1200, throttledMs: 4.5 });
  await rm(join(root, `sys/fs/cgroup/system.slice/docker-${ID}.scope`), { recursive: true });
  assert.equal(meter(), null);
});

test('version 1: the same from the controllers of their own', { skip }, async (t) => {
  const root = await writeTree(t, {
    'proc/7/cgroup': `9:memory:/docker/${ID}\n4:cpu,cpuacct:/docker/${ID}\n1:name=systemd:/docker/${ID}\n0::/\n`,
    [`sys/fs/cgroup/cpuacct/docker/${ID}/cpuacct.usage`]: '2500000\n',
    [`sys/fs/cgroup/cpu/docker/${ID}/cpu.stat`]: 'nr_periods 9\nnr_throttled 3\nthrottled_time 4500000\n',
    [`sys/fs/cgroup/memory/docker/${ID}/memory.stat`]: 'rss 1\ntotal_rss 1000\ntotal_mapped_file 200\n',
  });
  assert.deepEqual(createCgroupMeter(7, ID, root)(), { cpuMs: 2.5, rssBytes: 1200, throttledMs: 4.5 });
});

test('a process of that number that is not the container, or cannot be looked at, has no figures', async (t) => {
  const root = await writeTree(t, V2);
  assert.equal(createCgroupMeter(7, 'other', root)(), null);
  assert.equal(createCgroupMeter(8, ID, root)(), null);
  assert.equal(createCgroupMeter(0, ID, root)(), null);
});
