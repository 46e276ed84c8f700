import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Pod } from '../../../src/target/kubernetes/objects.ts';
import { findProcesses, listContainerIds } from '../../../src/target/kubernetes/pod-processes.ts';
import { createPodMeter } from '../../../src/target/kubernetes/pod-usage.ts';
import { createTestFolder } from '../helpers.ts';

const skip = process.platform === 'linux' ? false : 'skipped: only Linux has control groups';
const [MODEL, PROXY, OTHER] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];

const pod = (...ids: string[]): Pod => ({
  metadata: { name: 'p', uid: '' },
  spec: { containers: [] },
  status: {
    containerStatuses: ids.map((id) => ({
      name: 'c',
      ready: true,
      restartCount: 0,
      containerID: `containerd://${id}`,
    })),
  },
});

async function writeMachine(folder: string): Promise<string> {
  const group = (id: string): string => `/kubelet.slice/pod1/cri-containerd-${id}.scope`;
  const counters = (usageUs: number): string => `usage_usec ${usageUs}\nnr_throttled 1\nthrottled_usec 1000\n`;
  const files: Record<string, string> = {
    'proc/7/cgroup': `0::${group(MODEL)}\n`,
    'proc/8/cgroup': `0::${group(MODEL)}\n`,
    'proc/9/cgroup': `0::${group(PROXY)}\n`,
    'proc/10/cgroup': '0::/user.slice\n',
    'proc/meminfo': '',
    [`sys/fs/cgroup${group(MODEL)}/cpu.stat`]: counters(5000),
    [`sys/fs/cgroup${group(MODEL)}/memory.stat`]: 'anon 1000\nfile_mapped 24\n',
    [`sys/fs/cgroup${group(PROXY)}/cpu.stat`]: counters(2000),
    [`sys/fs/cgroup${group(PROXY)}/memory.stat`]: 'anon 500\nfile_mapped 0\n',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

test('the processes of a pod are those in the control groups of its containers', async (t) => {
  const root = await writeMachine(await createTestFolder(t));
  assert.deepEqual(
    [...findProcesses([MODEL, PROXY, OTHER], root)].map(([id, pids]) => [id, pids.toSorted()]),
    [
      [MODEL, [7, 8]],
      [PROXY, [9]],
    ],
  );
});

test('a pod has used what all of its containers have', { skip }, async (t) => {
  const root = await writeMachine(await createTestFolder(t));
  assert.deepEqual(createPodMeter(pod(MODEL, PROXY), root)(), { cpuMs: 7, rssBytes: 1524, throttledMs: 2 });
  assert.deepEqual(createPodMeter(pod(MODEL), root)(), { cpuMs: 5, rssBytes: 1024, throttledMs: 1 });
});

test('half of a pod is no pod: where one of its containers is not seen here, nobody can say', async (t) => {
  const root = await writeMachine(await createTestFolder(t));
  assert.equal(createPodMeter(pod(MODEL, OTHER), root)(), null);
  assert.equal(createPodMeter(pod(), root)(), null);
});

test('what a cluster calls an id is looked for only where it is one', () => {
  assert.deepEqual(listContainerIds(pod(MODEL, '', '../..', '/')), [MODEL]);
});
