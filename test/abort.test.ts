import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { orAborted } from '../src/abort.ts';

test('what comes first is told, and the signal is listened to no longer than that', async () => {
  const { signal } = new AbortController();
  assert.equal(await orAborted(Promise.resolve('there'), signal), 'there');
  await assert.rejects(orAborted(Promise.reject(new Error('failed')), signal), /failed/);
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  const stopped = new AbortController();
  const waiting = orAborted(new Promise(() => {}), stopped.signal);
  stopped.abort(new Error('cancelled'));
  await assert.rejects(waiting, /cancelled/);
});

test('where the signal was first, a promise that fails later is not left without a listener', async () => {
  let unheard = 0;
  const count = (): void => void unheard++;
  process.on('unhandledRejection', count);
  try {
    const { promise, reject } = Promise.withResolvers<never>();
    await assert.rejects(orAborted(promise, AbortSignal.abort(new Error('cancelled'))), /cancelled/);
    reject(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(unheard, 0);
  } finally {
    process.off('unhandledRejection', count);
  }
});
