import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createFence } from '../../src/load/fence.ts';

setFlagsFromString('--expose-gc');
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc');

test('collections of a block are told once, and a block that never began has none of those before it', async () => {
  const fence = createFence();
  fence.begin();
  collect();
  await setImmediate();
  // One in the block's last turn of the event loop, of which Node tells later.
  collect();
  fence.end();
  assert.ok((await fence.takeGcMs()) > 0);
  collect();
  assert.equal(await fence.takeGcMs(), 0);
});

test('a collection in the last turn of a block is told, one after it is not', async () => {
  const fence = createFence();
  for (const inside of [true, false]) {
    fence.begin();
    if (inside) collect();
    fence.end();
    if (!inside) collect();
    assert.equal((await fence.takeGcMs()) > 0, inside);
  }
});

test('what fences collect is their time and no garbage collection of the block', async () => {
  const given = globalThis as { gc?: typeof collect };
  given.gc = collect;
  const fence = createFence();
  delete given.gc;
  fence.begin();
  const garbage = Buffer.alloc(9 * 1024 * 1024);
  for (let i = 0; i < 100; i++) fence.pass();
  assert.ok(fence.end() > 0, `${garbage.length} bytes are more than is let gather`);
  assert.equal(await fence.takeGcMs(), 0);
});
