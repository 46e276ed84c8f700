import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/**
 * Skips a test whose server cannot be had. `SELDON_BENCH_TEST_SERVERS` names the servers whose tests must not be
 * skipped, separated by commas: a gate that skips what it is there for is none.
 */
export function skipWithout(t: TestContext, server: string, why: string): void {
  const required = (process.env.SELDON_BENCH_TEST_SERVERS ?? '').split(',');
  assert.ok(!required.includes(server), `expected to test against ${server}: ${why}`);
  t.skip(`skipped: ${why}`);
}

/** The path of a program, or null. Servers often lie where only root's PATH leads. */
export async function findProgram(name: string): Promise<string | null> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/go/bin'];
  for (const folder of folders.filter((path) => path !== '')) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return null;
}

/** A folder that goes with the test. */
export async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'real-server-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Starts a server that writes the port of its choice as its first line and ends with its standard input. Rejects with
 * what it wrote to standard error where it ends before.
 */
export async function startPrintingServer(
  program: string,
  args: readonly string[],
): Promise<AsyncDisposable & { readonly port: number }> {
  const child = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  let complaint = '';
  child.stderr.on('data', (piece: Buffer) => {
    complaint = (complaint + piece.toString()).slice(-2000);
  });
  const lines = createInterface(child.stdout);
  const first = await Promise.race([once(lines, 'line'), exited]);
  const port = Number(first?.[0]);
  if (!(port > 0)) {
    child.kill('SIGKILL');
    throw new Error(`expected ${program} to say its port, found: ${complaint || 'nothing'}`);
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
