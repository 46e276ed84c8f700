import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createFolder, findProgram, skipWithout, startPrintingServer } from '../../helpers/real-server.ts';
import { checkEcho, checkFailures, checkFarewells } from '../../helpers/wire-checks.ts';

const source = join(import.meta.dirname, '..', '..', 'helpers', 'grpc-go');

/** Builds the server (with a cold cache that takes half a minute), or returns null after the test was skipped. */
async function build(t: TestContext): Promise<string | null> {
  const go = await findProgram('go');
  if (go === null) {
    skipWithout(t, 'grpc-go', 'there is no go on this machine to build the server with');
    return null;
  }
  const program = join(await createFolder(t), 'server');
  const built = await promisify(execFile)(go, ['build', '-o', program, '.'], { cwd: source }).catch(
    (error: { stderr: string }) => error,
  );
  if (!('cmd' in built)) return program;
  // Offline the modules cannot be had, and go may be too old; anything else is a fault of the source.
  assert.match(
    built.stderr,
    /dial tcp|lookup |connection refused|no such host|module lookup disabled|requires go|toolchain not available/,
  );
  skipWithout(t, 'grpc-go', `go cannot build it: ${built.stderr.trim().split('\n').at(-1)}`);
  return null;
}

test('grpc-go', { timeout: 240_000 }, async (t) => {
  const program = await build(t);
  if (program === null) return;

  await t.test('messages of all sizes, failed calls', async (t) => {
    await using server = await startPrintingServer(program, ['0']);
    await checkEcho(t, server.port);
    await checkFailures(t, server.port);
  });

  await t.test('connections that end with age', async () => {
    await using server = await startPrintingServer(program, ['100']);
    await checkFarewells(server.port);
  });
});
