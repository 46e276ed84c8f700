import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { nameCommand, runProgram } from '../../src/target/exec.ts';
import { isGroupAlive } from '../../src/target/process-group.ts';
import { askUntil } from '../../src/target/wait.ts';
import { createTestFolder } from './helpers.ts';

const never = new AbortController().signal;

test('a program gets its arguments as they are, reads its input, and its end is told', async () => {
  const script = 'cat; printf "%s|" "$@" >&2; exit 3';
  const outcome = await runProgram(['sh', '-c', script, 'sh', '$HOME; `id`', "a 'b'"], { signal: never, input: 'in' });
  assert.deepEqual(outcome, { code: 3, stdout: 'in', stderr: "$HOME; `id`|a 'b'|" });
});

test('of long output the last 64 KiB are kept, with whole characters', async () => {
  const write = 'process.stdout.write("é".repeat(50000) + "x")';
  const { stdout } = await runProgram([process.execPath, '-e', write], { signal: never });
  assert.equal(Buffer.byteLength(stdout) <= 64 * 1024, true);
  assert.match(stdout, /^é{32767}x$/);
});

test('a program that reads nothing of what it is given is no failure', async () => {
  const { code } = await runProgram(['true'], { signal: never, input: 'x'.repeat(1_000_000) });
  assert.equal(code, 0);
});

test('when the signal is aborted, the program and what it started are gone before the call rejects', async (t) => {
  const file = join(await createTestFolder(t), 'group');
  const controller = new AbortController();
  const reason = new Error('enough');
  const running = runProgram(['sh', '-c', `sleep 600 & echo $$ >'${file}'; wait`], { signal: controller.signal });
  running.catch(() => {});
  const read = async (): Promise<number | null> => Number(await readFile(file, 'utf8').catch(() => '')) || null;
  const group = (await askUntil(read, 60_000, t.signal)) ?? 0;
  assert.equal(await isGroupAlive(group), true);
  controller.abort(reason);
  await assert.rejects(running, reason);
  assert.equal(await isGroupAlive(group), false);
  await assert.rejects(runProgram(['true'], { signal: controller.signal }), reason);
});

test('a program that takes too long is ended; the message has its last lines and none of its arguments', async () => {
  const script = 'echo "nearly there" >&2; exec sleep 600';
  await assert.rejects(runProgram(['sh', '-c', script, 'secret'], { signal: never, timeoutMs: 1500 }), {
    name: 'ServerError',
    message: 'expected sh to end within 1.5 s; it did not.',
    detail: ['nearly there'],
  });
});

test('a program that is not there is named, with what to do', async () => {
  await assert.rejects(runProgram(['no-such-program-of-ours', 'x'], { signal: never }), {
    name: 'ServerError',
    message: /^expected no-such-program-of-ours on the PATH, .*install it/,
  });
});

test('messages name a program and its subcommand only', () => {
  assert.equal(nameCommand(['docker', 'run', '--env', 'TOKEN=x']), 'docker run');
  assert.equal(nameCommand(['/usr/bin/kubectl', '--token', 'x']), 'kubectl');
  assert.equal(nameCommand(['kind', 'Secret1']), 'kind');
  assert.equal(nameCommand(['true']), 'true');
});
