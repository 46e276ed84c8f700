import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FLAG, FRAME } from '../../src/http2/frames.ts';
import { createHeaderBlockReader } from '../../src/http2/header-block.ts';
import { MAX_REPLY_BYTES } from '../../src/load/exchange.ts';
import { GrpcReply } from '../../src/load/grpc-reply.ts';
import { Http1Reply } from '../../src/load/http1-reply.ts';
import { MAX_REPORT_BYTES } from '../../src/report.ts';
import { gatherReports } from '../../src/shell/gather-reports.ts';
import type { Outlet } from '../../src/shell/outlet.ts';
import { askGrpc, askRest } from '../../src/target/local/readiness.ts';
import { endsRequest, startFrames, success } from '../helpers/frame-server.ts';
import { startRawServer } from '../helpers/raw-server.ts';
import { sampleReport } from '../helpers/sample-report.ts';

/** Limits that no other test holds: each with the largest that is taken, where that is not too much for a test. */

/** Never written to, so that it is room in name only. */
const tooMuch = Buffer.allocUnsafeSlow(MAX_REPLY_BYTES);

test('a gRPC reply of more than 256 MiB is refused before it is kept', () => {
  const reply = new GrpcReply();
  reply.onData(Buffer.from('0'));
  assert.throws(() => reply.onData(tooMuch), /a reply of at most 268435456 bytes, found more/);
});

test('an HTTP/1.1 reply without a length is refused once it has more than 256 MiB', () => {
  const reply = new Http1Reply();
  const head = Buffer.from('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
  assert.equal(reply.feed(head, head.length), false);
  assert.throws(() => reply.feed(tooMuch, tooMuch.length), /a reply of at most 268435456 bytes, found more/);
});

test('an HTTP/1.1 reply of many chunks is taken, one of more than a million is refused', () => {
  const head = Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
  const chunks = (count: number): Buffer => Buffer.from('1\r\na\r\n'.repeat(count));
  const end = Buffer.from('0\r\n\r\n');
  const read = (count: number): boolean => {
    const reply = new Http1Reply();
    return [head, chunks(count), end].reduce((_, bytes) => reply.feed(bytes, bytes.length), false);
  };
  assert.equal(read(100_000), true);
  assert.throws(() => read(2 ** 20 + 1000), /at most 1048576 chunks, found more/);
});

test('a header block of more than 64 KiB is refused, also one of pieces that have nothing in them', () => {
  for (const [size, most] of [
    [1000, 64],
    [0, 7281],
  ] as const) {
    const reader = createHeaderBlockReader();
    const piece = Buffer.alloc(size, 0x88);
    assert.equal(reader.take(FRAME.headers, 0, 1, piece), null);
    const goOn = (): void => {
      for (let i = 1; i <= most; i++) assert.equal(reader.take(FRAME.continuation, 0, 1, piece), null);
    };
    assert.throws(goOn, /a header block of at most 64 KiB, found a longer one/);
  }
  const whole = Buffer.concat(Array.from({ length: 60 }, () => Buffer.alloc(1000, 0x88)));
  assert.throws(() => createHeaderBlockReader().take(FRAME.headers, FLAG.endHeaders, 1, whole), /at most 64 KiB/);
});

test('who answers the first question with more than 64 KiB has not answered', { timeout: 20_000 }, async () => {
  await using rest = await startRawServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      socket.write(`word${'x'.repeat(999_996)}`);
    });
  });
  // It says the word, and comes to an end, which nobody waits for.
  assert.equal(await askRest(rest.port, 'word'), 'silent');
  await using grpc = await startFrames((seen, socket) => {
    if (endsRequest(seen)) for (const frame of success(1)) socket.write(frame);
  });
  assert.equal(await askGrpc(grpc.port, 'another word'), 'foreign');
});

test('reports are gathered from files up to fifty, of 32 MiB each, and from no link', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'seldon-bench-fuzz-'));
  t.after(() => rm(folder, { recursive: true }));
  const json = JSON.stringify(sampleReport({ methods: ['predict'], encodings: ['tensor'], batches: [1], rounds: 3 }));
  const gather = (...reports: string[]) =>
    gatherReports({ config: { publishing: { reports } }, occasion: null } as unknown as Outlet, null);
  for (let i = 0; i < 51; i++) {
    await mkdir(join(folder, `many/${i}`), { recursive: true });
    await writeFile(join(folder, `many/${i}/report.json`), json);
  }
  await assert.rejects(gather(join(folder, 'many')), /at most 50 reports for one comment, found 51/);
  await rm(join(folder, 'many/0'), { recursive: true });
  assert.equal((await gather(join(folder, 'many'))).reports.length, 50);
  for (let i = 0; i < 5000; i++) writeFileSync(join(folder, `many/1/${i}`), '');
  await assert.rejects(gather(join(folder, 'many')), /found more than 5000 entries/);
  const large = join(folder, 'large.json');
  await writeFile(large, json + ' '.repeat(MAX_REPORT_BYTES - json.length + 1));
  await assert.rejects(gather(large), /at most 33554432 bytes in .*large\.json, found 33554433/);
  await symlink(join(folder, 'many/1/report.json'), join(folder, 'link.json'));
  await assert.rejects(gather(join(folder, 'link.json')), /a regular file/);
});
