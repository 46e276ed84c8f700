import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishOrStop, throwIfLost } from '../../src/run/patience.ts';

const { signal } = new AbortController();
const never = new Promise<never>(() => {});

test('work is waited for, unless the server is lost, before it or meanwhile', async () => {
  assert.equal(await finishOrStop(Promise.resolve(7), signal), 7);
  const gone = new Error('gone');
  await assert.rejects(finishOrStop(never, signal, AbortSignal.abort(gone)), gone);
  const lost = new AbortController();
  const work = finishOrStop(never, signal, lost.signal);
  lost.abort(gone);
  await assert.rejects(work, gone);
});

test('a loss that is noticed a moment late is thrown, and none is no error', async () => {
  const lost = new AbortController();
  const noticed = throwIfLost(lost.signal);
  lost.abort(new Error('gone'));
  await assert.rejects(noticed, /gone/);
  await throwIfLost(signal);
});
