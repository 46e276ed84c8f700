import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerError } from '../../../src/errors.ts';
import { type Argv, pipePrograms } from '../../../src/target/kubernetes/pipe.ts';
import { askUntil } from '../../../src/target/wait.ts';
import { createTestFolder } from '../helpers.ts';

const { signal } = new AbortController();
const LIMIT_MS = 60_000;
const pipe = (from: Argv, to: Argv, stop: AbortSignal): Promise<void> =>
  pipePrograms('fill the glass', from, to, { limitMs: LIMIT_MS, signal: stop });
const node = (script: string): [string, string, string] => [process.execPath, '-e', script];
const BYTES = 20_000_000;
const write = node(`process.stdout.write(Buffer.alloc(${BYTES}, 7))`);

test('everything that the first program writes reaches the second', async () => {
  const count = node(
    `let n = 0; process.stdin.on('data', (chunk) => { n += chunk.length; }).on('end', () => process.exit(n === ${BYTES} ? 0 : 1));`,
  );
  await pipe(write, count, signal);
});

test('a second program that fails ends the first, and is told with its words', async () => {
  const refuse = node(`console.error('no space left'); process.exit(1);`);
  await assert.rejects(
    pipe(node('setInterval(() => process.stdout.write(Buffer.alloc(100000)), 1)'), refuse, signal),
    (error) => {
      assert.ok(error instanceof ServerError);
      assert.match(error.message, /^expected to fill the glass; .* failed$/);
      assert.ok(error.detail.includes('no space left'));
      return true;
    },
  );
});

test('a first program that fails is told, though the second is content', async () => {
  const drain = node(`process.stdin.resume()`);
  await assert.rejects(pipe(node(`console.error('no such image'); process.exit(2);`), drain, signal), {
    name: 'ServerError',
    detail: ['no such image'],
  });
});

test('a program that is not there is told', async () => {
  await assert.rejects(pipe(['/nowhere/docker', 'save'], node('process.stdin.resume()'), signal), ServerError);
  await assert.rejects(pipe(write, ['/nowhere/docker', 'exec'], signal), ServerError);
  const ready = sleep(100);
  const options = { limitMs: LIMIT_MS, signal, ready };
  await assert.rejects(pipePrograms('fill the glass', ['/nowhere/docker', 'save'], write, options), ServerError);
});

test('both end when the run is stopped', async () => {
  const stop = new AbortController();
  const forever = node('setInterval(() => {}, 1000); process.stdin.resume()');
  const piping = pipe(forever, forever, stop.signal);
  stop.abort(new Error('stopped'));
  await assert.rejects(piping, /^Error: stopped$/);
});

test('the second starts when it may, and misses nothing', async (t) => {
  const begun = join(await createTestFolder(t), 'begun');
  const slow = node(
    `process.stdout.write(Buffer.alloc(${BYTES}, 7)); require('node:fs').writeFileSync(${JSON.stringify(begun)}, '');`,
  );
  const ready = askUntil(
    () =>
      access(begun).then(
        () => true,
        () => null,
      ),
    LIMIT_MS,
    signal,
  );
  const count = node(
    `let n = 0; process.stdin.on('data', (chunk) => { n += chunk.length; }).on('end', () => process.exit(n === ${BYTES} ? 0 : 1));`,
  );
  await pipePrograms('fill the glass', slow, count, { limitMs: LIMIT_MS, signal, ready });
});

test('one that never may start ends the first', async () => {
  const forever = node('setInterval(() => {}, 1000)');
  const ready = Promise.reject(new Error('no glass'));
  await assert.rejects(
    pipePrograms('fill the glass', forever, forever, { limitMs: LIMIT_MS, signal, ready }),
    /^Error: no glass$/,
  );
  const stop = new AbortController();
  const never = new Promise(() => {});
  const piping = pipePrograms('fill the glass', forever, forever, {
    limitMs: LIMIT_MS,
    signal: stop.signal,
    ready: never,
  });
  stop.abort(new Error('stopped'));
  await assert.rejects(piping, /^Error: stopped$/);
});
