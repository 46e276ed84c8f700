import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { workerScript } from '../../src/assets.ts';
import { ServerError } from '../../src/errors.ts';
import { encodeRequest } from '../../src/payload/encode.ts';
import { startServerProcess } from '../../src/server/spawn.ts';
import { listDescendants, listSurvivors } from '../helpers/descendants.ts';
import { RAW_GRPC_REPLY } from '../helpers/recorded-replies.ts';
import { callLibrary, callRest, withLibrary } from './clients.ts';

const BOUND = { timeout: 60_000 };
const REFERENCE = {
  kind: 'reference',
  models: ['predict', 'predict_raw'],
  connection: 'close',
  image: 'img:1',
  delayMs: 0,
} as const;
const never = new AbortController().signal;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test(
  'a reference server process serves both methods over both transports, and is gone after disposal',
  BOUND,
  async () => {
    let pid = 0;
    {
      await using server = await startServerProcess(REFERENCE, never);
      pid = server.pid;
      const { predict, predict_raw: raw } = server.ports;
      assert.ok(predict && raw);
      const body = encodeRequest({ transport: 'rest', encoding: 'ndarray', batch: 3 }).bytes;
      assert.match((await callRest(predict.restPort, { body })).body, /"ndarray":\[1\]/);
      assert.equal((await callRest(raw.restPort, { body })).body, '[1]\n');
      const message = encodeRequest({ transport: 'grpc', encoding: 'tensor', batch: 3 }).bytes;
      const reply = await withLibrary(raw.grpcPort, (client) => callLibrary(client, message));
      assert.equal(reply.toString('hex'), RAW_GRPC_REPLY);
      assert.equal(server.lost.aborted, false);
    }
    assert.equal(isAlive(pid), false);
  },
);

test('a null server process has one port per reply, in order', BOUND, async () => {
  const raw = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
  const replies = [
    { transport: 'rest', raw, close: true },
    { transport: 'grpc', message: Buffer.from('one') },
    { transport: 'grpc', message: Buffer.from('two') },
  ] as const;
  await using server = await startServerProcess({ kind: 'null', replies }, never);
  const [rest, one, two] = server.ports;
  assert.equal((await callRest(rest as number)).body, 'hi');
  for (const [port, expected] of [[one, 'one'] as const, [two, 'two'] as const]) {
    const reply = await withLibrary(port as number, (client) => callLibrary(client, Buffer.from('x')));
    assert.equal(reply.toString(), expected);
  }
});

test('a server process that dies unasked is reported as lost, once disposed it is not', BOUND, async () => {
  const server = await startServerProcess(REFERENCE, never);
  const lost = once(server.lost, 'abort');
  process.kill(server.pid, 'SIGKILL');
  await lost;
  assert.ok(server.lost.reason instanceof ServerError);
  assert.match(server.lost.reason.message, /reference server was ended by SIGKILL/);
  await server[Symbol.asyncDispose]();

  const kept = await startServerProcess(REFERENCE, never);
  await kept[Symbol.asyncDispose]();
  await kept[Symbol.asyncDispose]();
  assert.equal(kept.lost.aborted, false);
});

test('an interrupt of the whole process group does not end it', BOUND, async () => {
  await using server = await startServerProcess(REFERENCE, never);
  process.kill(server.pid, 'SIGINT');
  const reply = await callRest(server.ports.predict?.restPort as number, { method: 'GET', path: '/health/ping' });
  assert.equal(reply.body, 'pong');
});

test('aborted before or while it starts, it rejects with the reason and leaves no process', BOUND, async () => {
  const reason = new Error('enough');
  await assert.rejects(startServerProcess(REFERENCE, AbortSignal.abort(reason)), reason);
  const controller = new AbortController();
  const starting = startServerProcess(REFERENCE, controller.signal);
  const begun = process.platform === 'linux' ? await listDescendants(process.pid) : [];
  controller.abort(reason);
  await assert.rejects(starting, reason);
  if (process.platform !== 'linux') return;
  assert.equal(begun.length, 1);
  assert.deepEqual(await listSurvivors(begun), []);
});

async function isListening(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test('a server process ends when its parent is killed', BOUND, async () => {
  const script = `
    const { startServerProcess } = await import(${JSON.stringify(import.meta.resolve('../../src/server/spawn.ts'))});
    const server = await startServerProcess(${JSON.stringify(REFERENCE)}, new AbortController().signal);
    process.stdout.write(server.ports.predict.restPort + '\\n');`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = Number(await firstLines(parent, 1));
  assert.equal((await callRest(port, { method: 'GET', path: '/health/ping' })).body, 'pong');
  parent.kill('SIGKILL');
  // Asked by its port, not by its id: where nobody reaps orphans, a dead process keeps its id.
  while (await isListening(port)) await new Promise((resolve) => setTimeout(resolve, 10));
});

test('alone, it prints its addresses and serves there', BOUND, async () => {
  const child = spawn(process.execPath, [workerScript, 'serve', '--method', 'predict_raw'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [, port = ''] =
      /REST http:\/\/127\.0\.0\.1:(\d+)\/api\/v1\.0\/predictions\ngRPC 127\.0\.0\.1:\d+\/seldon/.exec(
        await firstLines(child, 2),
      ) ?? [];
    assert.equal((await callRest(Number(port), { body: '{"data":{"ndarray":[[0]]}}' })).body, '[1]\n');
  } finally {
    child.kill('SIGKILL');
  }
});

test('alone, wrong options are refused with what was expected', BOUND, async () => {
  for (const [options, expected] of [
    [['--method', 'guess'], /expected --method to be predict or predict_raw or predict_raw_decode, found guess/],
    [['--rest-port', '70000'], /expected --rest-port to be a port from 0 to 65535, found 70000/],
    [['--what'], /usage: serve/],
  ] as const) {
    const child = spawn(process.execPath, [workerScript, 'serve', ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 2);
    assert.match(stderr, expected);
  }
});

async function firstLines(child: ChildProcess, count: number): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (text.split('\n').length > count) break;
  }
  return text;
}
