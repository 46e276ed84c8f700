import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { planPinning } from '../../src/run/pinning.ts';
import { parseCores, readAllowedCores, setCores } from '../../src/target/cores.ts';

test('a list of cores is read as the kernel writes it', () => {
  assert.deepEqual(parseCores('0-2,5'), [0, 1, 2, 5]);
  assert.deepEqual(parseCores('7'), [7]);
  assert.deepEqual(parseCores(''), []);
  assert.deepEqual(parseCores('3-1,x'), []);
});

test('the load process gets the last core for itself, where there is more than one', () => {
  assert.equal(planPinning([]), null);
  assert.equal(planPinning([3]), null);
  assert.deepEqual(planPinning([0, 1]), { load: [1], server: [0] });
  assert.deepEqual(planPinning([0, 1, 2, 3]), { load: [3], server: [0, 1, 2] });
  assert.deepEqual(planPinning([4, 6, 8, 10]), { load: [10], server: [4, 6, 8] });
});

test('a pinned process stays on its cores', async (t) => {
  const [core] = await readAllowedCores('self');
  if (core === undefined) return t.skip('skipped: this system does not tell which cores a process may use');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  try {
    await once(child, 'spawn');
    if (!(await setCores(child.pid as number, [core]))) return t.skip('skipped: there is no taskset');
    assert.deepEqual(await readAllowedCores(child.pid as number), [core]);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
