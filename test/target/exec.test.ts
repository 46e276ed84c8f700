import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerError } from '../../src/errors.ts';
import { nameCommand, runProgram } from '../../src/target/exec.ts';
import { isGroupAlive } from '../../src/target/process-group.ts';

const never = new AbortController().signal;

test('a program gets its arguments as they are, reads its input, and its end is told', async () => {
  const script = 'cat; printf "%s|" "$@" >&2; exit 3';
  const outcome = await runProgram(['sh', '-c', script, 'sh', '$HOME; `id`', "a 'b'"], { signal: never, input: 'in' });
  assert.deepEqual(outcome, { code: 3, stdout: 'in', stderr: "$HOME; `id`|a 'b'|" });
});

test('the environment is the one that is given, and nothing else', async () => {
  const { stdout } = await runProgram(['/usr/bin/env'], { signal: never, env: { ONLY: 'this' } });
  assert.equal(stdout.trim(), 'ONLY=this');
});

test('of long output the last 64 KiB are kept, with whole characters', async () => {
  const write = 'process.stdout.write("é".repeat(50000) + "x")';
  const { stdout } = await runProgram([process.execPath, '-e', write], { signal: never });
  assert.equal(Buffer.byteLength(stdout) <= 64 * 1024, true);
  assert.match(stdout, /^é{32767}x$/);
});

test('lines are told as they come, without control characters', async () => {
  const lines: string[] = [];
  await runProgram(['printf', 'one\\n\\033[31mtwo\\033[0m\\nthree\\n'], {
    signal: never,
    onLine: (line) => lines.push(line),
  });
  assert.deepEqual(lines, ['one', 'two', 'three']);
});

test('a program that reads nothing of what it is given is no failure', async () => {
  const { code } = await runProgram(['true'], { signal: never, input: 'x'.repeat(1_000_000) });
  assert.equal(code, 0);
});

test('when the signal is aborted, the program and what it started are gone before the call rejects', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let group = 0;
  const running = runProgram(['sh', '-c', 'sleep 600 & echo $$; wait'], {
    signal: controller.signal,
    onLine: (line) => {
      group = Number(line);
      controller.abort(reason);
    },
  });
  await assert.rejects(running, reason);
  assert.ok(group > 1);
  assert.equal(await isGroupAlive(group), false);
  await assert.rejects(runProgram(['true'], { signal: controller.signal }), reason);
});

test('a program that takes too long is ended; the message has its last lines and none of its arguments', async () => {
  const script = 'echo "nearly there" >&2; exec sleep 600';
  await assert.rejects(
    runProgram(['sh', '-c', script, 'secret'], { signal: never, timeoutMs: 1500 }),
    (error: unknown) => {
      assert.ok(error instanceof ServerError);
      assert.equal(error.message, 'expected sh to end within 1.5 s; it did not.');
      assert.deepEqual(error.detail, ['nearly there']);
      return true;
    },
  );
});

test('a program that is not there is named, with what to do', async () => {
  await assert.rejects(runProgram(['no-such-program-of-ours', 'x'], { signal: never }), (error: unknown) => {
    assert.ok(error instanceof ServerError);
    assert.match(error.message, /^expected no-such-program-of-ours on the PATH, .*install it/);
    return true;
  });
});

test('messages name a program and its subcommand only', () => {
  assert.equal(nameCommand(['docker', 'run', '--env', 'TOKEN=x']), 'docker run');
  assert.equal(nameCommand(['/usr/bin/kubectl', '--token', 'x']), 'kubectl');
  assert.equal(nameCommand(['kind', 'Secret1']), 'kind');
  assert.equal(nameCommand(['true']), 'true');
});
