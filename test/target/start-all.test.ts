import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endAll, startAll } from '../../src/target/start-all.ts';

const never = new AbortController().signal;

/** Things that count how many of them are starting, up and gone. */
function createYard() {
  const yard = { starting: 0, most: 0, up: new Set<number>() };
  const start = (id: number) => async () => {
    yard.most = Math.max(yard.most, ++yard.starting);
    await new Promise((resolve) => setImmediate(resolve));
    yard.starting--;
    yard.up.add(id);
    return {
      id,
      async [Symbol.asyncDispose]() {
        yard.up.delete(id);
      },
    };
  };
  return { yard, start };
}

test('all are started, in their order, and no more at once than allowed', async () => {
  for (const [atOnce, most] of [
    [2, 2],
    [undefined, 5],
  ] as const) {
    const { yard, start } = createYard();
    const things = await startAll([0, 1, 2, 3, 4].map(start), never, atOnce);
    assert.deepEqual(
      things.map(({ id }) => id),
      [0, 1, 2, 3, 4],
    );
    assert.equal(yard.most, most);
    await endAll(things);
    assert.equal(yard.up.size, 0);
  }
});

test('the first failure stops those that start, keeps the others from starting and takes back what is up', async () => {
  const { yard, start } = createYard();
  let stopped: unknown = null;
  const waits = (signal: AbortSignal) =>
    new Promise<AsyncDisposable>((_, reject) => {
      signal.addEventListener('abort', () => {
        stopped = signal.reason;
        reject(signal.reason);
      });
    });
  const reason = new Error('no room');
  const fails = async () => {
    await start(1)();
    throw reason;
  };
  let begun = false;
  const late = async () => {
    begun = true;
    return start(9)();
  };
  await assert.rejects(startAll<AsyncDisposable>([start(0), waits, fails, late], never, 2), reason);
  assert.equal(stopped, reason);
  assert.equal(begun, false);
  assert.deepEqual([...yard.up], [1], 'what a failing start had made is its own to take back');
});

test('an aborted signal ends it with the reason, and nothing is left', async () => {
  const { yard, start } = createYard();
  const controller = new AbortController();
  const reason = new Error('stop');
  const starts = [
    start(0),
    async () => {
      controller.abort(reason);
      return start(1)();
    },
    start(2),
  ];
  await assert.rejects(startAll(starts, controller.signal, 1), reason);
  assert.equal(yard.up.size, 0);
});

test('one that cannot be taken back does not keep the others', async () => {
  const { yard, start } = createYard();
  const things = await startAll([0, 1].map(start), never);
  const stuck = { [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')) };
  await assert.rejects(endAll([stuck, ...things]), /stuck/);
  assert.equal(yard.up.size, 0);
});
