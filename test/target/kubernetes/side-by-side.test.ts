import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orAborted } from '../../../src/abort.ts';
import { doSideBySide } from '../../../src/target/kubernetes/side-by-side.ts';
import { createTestHost } from '../helpers.ts';

const forever = new Promise<never>(() => {});

test('results come in the order of the tasks', async () => {
  const host = createTestHost();
  assert.deepEqual(await doSideBySide([async () => 1, async () => 'two'], host), [1, 'two']);
});

test('the first failure stops the others, and is thrown once they have taken back what they made', async () => {
  let takenBack = false;
  const slow = async ({ signal }: { signal: AbortSignal }): Promise<void> => {
    try {
      await orAborted(forever, signal);
    } finally {
      takenBack = true;
    }
  };
  const fail = async (): Promise<void> => {
    throw new Error('no room');
  };
  await assert.rejects(doSideBySide([slow, fail], createTestHost()), /^Error: no room$/);
  assert.equal(takenBack, true);
});

test('a run that is stopped stops all of them, with its own reason', async () => {
  const host = createTestHost();
  const waiting = doSideBySide([({ signal }) => orAborted(forever, signal)], host);
  host.abort(new Error('stopped'));
  await assert.rejects(waiting, /^Error: stopped$/);
});
