import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerError } from '../../../src/errors.ts';
import { nameInNode, pipePrograms } from '../../../src/target/kubernetes/load-image.ts';

const { signal } = new AbortController();
const node = (script: string): [string, string, string] => [process.execPath, '-e', script];
const BYTES = 20_000_000;
const write = node(`process.stdout.write(Buffer.alloc(${BYTES}, 7))`);

test('everything that the first program writes reaches the second', async () => {
  const count = node(
    `let n = 0; process.stdin.on('data', (chunk) => { n += chunk.length; }).on('end', () => process.exit(n === ${BYTES} ? 0 : 1));`,
  );
  await pipePrograms(write, count, signal);
});

test('a second program that fails ends the first, and is told with its words', async () => {
  const refuse = node(`console.error('no space left'); process.exit(1);`);
  await assert.rejects(
    pipePrograms(node('setInterval(() => process.stdout.write(Buffer.alloc(100000)), 1)'), refuse, signal),
    (error) => {
      assert.ok(error instanceof ServerError);
      assert.ok(error.detail.includes('no space left'));
      return true;
    },
  );
});

test('a first program that fails is told, though the second is content', async () => {
  const drain = node(`process.stdin.resume()`);
  await assert.rejects(
    pipePrograms(node(`console.error('no such image'); process.exit(2);`), drain, signal),
    (error) => {
      assert.ok(error instanceof ServerError);
      assert.deepEqual(error.detail, ['no such image']);
      return true;
    },
  );
});

test('a program that is not there is told', async () => {
  await assert.rejects(pipePrograms(['/nowhere/docker', 'save'], node('process.stdin.resume()'), signal), ServerError);
  await assert.rejects(pipePrograms(write, ['/nowhere/docker', 'exec'], signal), ServerError);
});

test('both end when the run is stopped', async () => {
  const stop = new AbortController();
  const forever = node('setInterval(() => {}, 1000); process.stdin.resume()');
  const piping = pipePrograms(forever, forever, stop.signal);
  stop.abort(new Error('stopped'));
  await assert.rejects(piping, /^Error: stopped$/);
});

test('an image is called in the node by its whole name', () => {
  const names = ['model', 'team/model:2', 'host.example/model', 'localhost/m:1', 'host:5000/m@sha256:ab'];
  assert.deepEqual(names.map(nameInNode), [
    'docker.io/library/model:latest',
    'docker.io/team/model:2',
    'host.example/model:latest',
    'localhost/m:1',
    'host:5000/m@sha256:ab',
  ]);
});
