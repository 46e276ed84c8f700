import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ServerError } from '../../src/errors.ts';
import { type Family, startFamily } from '../../src/target/family.ts';
import { isGroupAlive } from '../../src/target/process-group.ts';
import { askUntil } from '../../src/target/wait.ts';
import { createTestFolder, createTestHost, findAnyPython, type TestHost } from './helpers.ts';

const LIMIT_MS = 60_000;

const anyPython = await findAnyPython();

function requirePython(t: TestContext): string | null {
  if (anyPython === null) t.skip('skipped: there is no Python on this machine to run the guard with');
  return anyPython;
}

function start(python: string, script: string, host: TestHost, cwd = '/'): Promise<Family> {
  return startFamily(
    { guardPython: python, command: ['sh', '-c', script], cwd, env: { PATH: process.env.PATH } },
    host,
  );
}

async function waitForLine(family: Family, line: string): Promise<void> {
  const found = async () => (family.lastLines().includes(line) ? true : null);
  assert.equal(await askUntil(found, LIMIT_MS, AbortSignal.timeout(LIMIT_MS)), true, `no line ${line}`);
}

async function waitForEnd(group: number): Promise<void> {
  const gone = async () => ((await isGroupAlive(group)) ? null : true);
  assert.equal(await askUntil(gone, LIMIT_MS, AbortSignal.timeout(LIMIT_MS)), true, 'the group lives on');
}

test('a command runs to its end, and its code and both its outputs are known', async (t) => {
  const python = requirePython(t);
  if (python === null) return;
  const host = createTestHost();
  await using family = await start(python, 'echo out; echo err >&2; exit 7', host);
  assert.equal(await family.exited, 7);
  assert.deepEqual([...family.lastLines()].sort(), ['err', 'out']);
});

test('a command that is ended by a signal has the code that a shell gives it', async (t) => {
  const python = requirePython(t);
  if (python === null) return;
  await using family = await start(python, 'kill -KILL $$', createTestHost());
  assert.equal(await family.exited, 137);
});

test('the group is on record before the command runs, and off it when it is gone', async (t) => {
  const python = requirePython(t);
  if (python === null) return;
  const folder = await createTestFolder(t);
  const host = createTestHost();
  let ranFirst: boolean | null = null;
  const watching = {
    ...host,
    recordCreated(thing: Parameters<TestHost['recordCreated']>[0]) {
      ranFirst = existsSync(join(folder, 'ran'));
      return host.recordCreated(thing);
    },
  };
  const family = await start(python, 'touch ran; sleep 600', watching, folder);
  assert.equal(ranFirst, false);
  const [thing] = host.recorded;
  assert.equal(thing?.kind, 'process-group');
  await family[Symbol.asyncDispose]();
  assert.equal(host.recorded.size, 0);
});

test('disposing ends every member, also one that does not listen to SIGTERM, and may be done twice', async (t) => {
  const python = requirePython(t);
  if (python === null) return;
  const family = await start(
    python,
    'trap "" TERM; (sleep 600; sleep 600) & echo ready; wait; sleep 600',
    createTestHost(),
  );
  await waitForLine(family, 'ready');
  assert.equal(await isGroupAlive(family.pid), true);
  await family[Symbol.asyncDispose]();
  await family[Symbol.asyncDispose]();
  assert.equal(await isGroupAlive(family.pid), false);
});

test('what a command leaves behind when it ends by itself is ended too', async (t) => {
  const python = requirePython(t);
  if (python === null) return;
  await using family = await start(python, '(sleep 600) & exit 0', createTestHost());
  assert.equal(await family.exited, 0);
  await waitForEnd(family.pid);
});

test('a family ends when the process that started it is killed by SIGKILL', async (t) => {
  const python = requirePython(t);
  if (python === null) return;
  const folder = await createTestFolder(t);
  const script = join(folder, 'parent.ts');
  const source = (name: string): string => join(import.meta.dirname, '..', '..', 'src', 'target', name);
  await writeFile(
    script,
    `import { writeFileSync } from 'node:fs';
     import { startFamily } from ${JSON.stringify(source('family.ts'))};
     const host = { log: {}, signal: new AbortController().signal, recordCreated: () => () => {} };
     const command = ['sh', '-c', 'trap "" TERM; (sleep 600; sleep 600) & echo ready; wait; sleep 600'];
     const options = { guardPython: ${JSON.stringify(python)}, command, cwd: '/', env: { PATH: process.env.PATH } };
     const onLine = () => writeFileSync(${JSON.stringify(join(folder, 'pid'))}, family.pid + '\\n');
     const family = await startFamily({ ...options, onLine }, host as never);`,
  );
  const parent = spawn(process.execPath, [script], { stdio: 'ignore' });
  const readPid = async () => Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '')) || null;
  const group = (await askUntil(readPid, LIMIT_MS, AbortSignal.timeout(LIMIT_MS))) as number;
  assert.equal(await isGroupAlive(group), true);

  parent.kill('SIGKILL');
  await once(parent, 'exit');

  await waitForEnd(group);
});

test('a guard that cannot be started is a ServerError', async () => {
  const started = start('/nowhere/python', 'true', createTestHost());
  await assert.rejects(started, (error: ServerError) => error instanceof ServerError && /nowhere/.test(error.message));
});

test('nothing is started once the run is to stop', async () => {
  const host = createTestHost();
  host.abort(new Error('stop'));
  await assert.rejects(start('/nowhere/python', 'true', host), /stop/);
});
