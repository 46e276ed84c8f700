import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoader } from '../../src/load/loader.ts';
import { listDescendants, listSurvivors } from '../helpers/descendants.ts';
import { startRawServer } from '../helpers/raw-server.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const order = { durationMs: 20, minRequests: 50, timeoutMs: 5000, concurrency: 1, rate: null };

test('a block in the load process brings its samples back, and the clock saw nearly all of it', async () => {
  await using server = await startRawServer((socket) => socket.on('data', () => socket.write(OK)));
  await using loader = await startLoader();
  await loader.hold('bytes', Buffer.from('ask'));
  const endpoint = { host: '127.0.0.1', port: server.port, path: '/' };
  await loader.prepare('key', 'wire', { transport: 'rest', payload: 'bytes', ...endpoint });
  const reply = await loader.send('key', 5000);
  assert.equal(Buffer.from(reply.raw).toString(), OK);
  const block = await loader.block('key', order);
  assert.ok(block.latencyMs.length >= 50);
  assert.equal(block.errors, 0);
  const sum = block.latencyMs.reduce((total, value) => total + value, 0);
  assert.ok(sum <= block.wallMs, 'at concurrency 1 latencies cannot add up to more than the wall time');
  assert.equal(Buffer.from(block.reply ?? []).toString(), 'ok');
  assert.ok(block.peakRssBytes > 10_000_000);
});

test('what is asked under an unknown name is refused, and the process goes on', async () => {
  await using loader = await startLoader();
  await assert.rejects(loader.block('nobody', order), /no request was prepared under nobody/);
  const destination = { transport: 'rest', payload: 'none', host: '127.0.0.1', port: 1, path: '/' } as const;
  await assert.rejects(loader.prepare('key', 'wire', destination), /no payload is held under none/);
  await loader.hold('bytes', Buffer.from('ask'));
});

test('a load process that dies rejects what is asked of it, then and later', async () => {
  await using server = await startRawServer(() => {});
  await using loader = await startLoader();
  await loader.hold('bytes', Buffer.from('ask'));
  const endpoint = { host: '127.0.0.1', port: server.port, path: '/' };
  await loader.prepare('key', 'wire', { transport: 'rest', payload: 'bytes', ...endpoint });
  const sent = loader.send('key', 60_000);
  process.kill(loader.pid, 'SIGKILL');
  await assert.rejects(sent, /the load process ended \(SIGKILL\)/);
  await assert.rejects(loader.hold('more', Buffer.from('ask')), /the load process ended/);
});

test('a load process that is stopped for good is not waited for, and is ended', async () => {
  await using server = await startRawServer((socket) => socket.on('data', () => socket.write(OK)));
  const loader = await startLoader(100);
  const family = (await listDescendants(process.pid)).filter(({ pid }) => pid === loader.pid);
  await loader.hold('bytes', Buffer.from('ask'));
  const endpoint = { host: '127.0.0.1', port: server.port, path: '/' };
  await loader.prepare('key', 'wire', { transport: 'rest', payload: 'bytes', ...endpoint });
  process.kill(loader.pid, 'SIGSTOP');
  const quick = { ...order, minRequests: 1, timeoutMs: 1 };
  await assert.rejects(loader.block('key', quick), /expected the load process to answer \(block\) within 1 s/);
  await assert.rejects(loader.release('key'), /to answer \(block\) within 1 s/);
  await loader[Symbol.asyncDispose]();
  assert.deepEqual(await listSurvivors(family), []);
});

test('a block whose requests arrive seldom is waited for', async () => {
  await using server = await startRawServer((socket) => socket.on('data', () => socket.write(OK)));
  await using loader = await startLoader(1);
  await loader.hold('bytes', Buffer.from('ask'));
  const endpoint = { host: '127.0.0.1', port: server.port, path: '/' };
  await loader.prepare('key', 'wire', { transport: 'rest', payload: 'bytes', ...endpoint });
  const rate = { perSecond: 5, arrivals: 'poisson', seed: 1 } as const;
  const seldom = { ...order, durationMs: 1, minRequests: 3, timeoutMs: 10, rate };
  assert.ok((await loader.block('key', seldom)).sent > 0);
});

test('disposing ends the process', async () => {
  const loader = await startLoader();
  const family = (await listDescendants(process.pid)).filter(({ pid }) => pid === loader.pid);
  assert.equal(family.length, 1);
  await loader[Symbol.asyncDispose]();
  assert.deepEqual(await listSurvivors(family), []);
});
