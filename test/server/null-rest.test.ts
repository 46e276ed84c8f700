import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startNull } from '../../src/server/null-server.ts';
import { callRest, openWire } from './clients.ts';

const BOUND = { timeout: 30_000 };
const BODY = '{"data":{"names":[],"ndarray":[1]}}\n';
const KEEP = reply('keep-alive');
const CLOSE = reply('close');

function reply(connection: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 200 OK\r\nServer: x\r\nConnection: ${connection}\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  );
}

function request(body: string | Buffer, head = ''): Buffer {
  const start = `POST / HTTP/1.1\r\nHost: x\r\n${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(start), Buffer.from(body)]);
}

async function withNull<T>(close: boolean, use: (port: number) => Promise<T>): Promise<T> {
  const server = await startNull({ kind: 'null', replies: [{ transport: 'rest', raw: close ? CLOSE : KEEP, close }] });
  try {
    return await use(server.ports[0] as number);
  } finally {
    server.close();
  }
}

test('every request gets the prepared reply, byte for byte', BOUND, async () => {
  await withNull(false, async (port) => {
    const wire = await openWire(port);
    for (const [i, size] of [0, 1, 70_000, 3_000_000, 28].entries()) {
      wire.socket.write(request('x'.repeat(size)));
      const received = await wire.until((bytes) => bytes.length >= (i + 1) * KEEP.length);
      assert.ok(received.subarray(i * KEEP.length).equals(KEEP));
    }
    wire.socket.destroy();
  });
});

test('nothing is said before the last byte of the body is in', BOUND, async () => {
  await withNull(false, async (port) => {
    const wire = await openWire(port);
    const bytes = request('x'.repeat(100_000));
    wire.socket.write(bytes.subarray(0, bytes.length - 1));
    // A later connection is answered in full, so this one would have been, too.
    await callRest(port, { body: 'other' });
    assert.equal(wire.received().length, 0);
    wire.socket.write(bytes.subarray(bytes.length - 1));
    await wire.until((received) => received.equals(KEEP));
    wire.socket.destroy();
  });
});

test('told to close, it ends the connection after the reply', BOUND, async () => {
  await withNull(true, async (port) => {
    const wire = await openWire(port);
    wire.socket.write(request('x'.repeat(200_000)));
    assert.ok((await wire.closed()).equals(CLOSE));
  });
});

test('clients of node:http and fetch understand it', BOUND, async () => {
  await withNull(true, async (port) => {
    const reply = await callRest(port, { body: 'x'.repeat(1_000_000) });
    assert.deepEqual([reply.status, reply.body], [200, BODY]);
    const fetched = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
    assert.equal(await fetched.text(), BODY);
  });
});

test('requests may be cut anywhere, and come several at once', BOUND, async () => {
  await withNull(false, async (port) => {
    const bodies = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 4 });
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bodies, cuts, async (contents, sizes) => {
        const wire = await openWire(port);
        let bytes = Buffer.concat(contents.map((body, i) => request(body, i % 2 === 0 ? '' : 'X-Other: y\r\n')));
        for (const size of sizes) {
          await new Promise((resolve) => wire.socket.write(bytes.subarray(0, size), resolve));
          bytes = bytes.subarray(size);
        }
        wire.socket.write(bytes);
        const length = contents.length * KEEP.length;
        const received = await wire.until((got) => got.length >= length);
        assert.ok(received.equals(Buffer.concat(contents.map(() => KEEP))));
        wire.socket.destroy();
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

test('byte after byte is a request, too', BOUND, async () => {
  await withNull(false, async (port) => {
    const wire = await openWire(port);
    for (const byte of request('{"a":1}'))
      await new Promise((resolve) => wire.socket.write(Buffer.from([byte]), resolve));
    await wire.until((received) => received.equals(KEEP));
    wire.socket.destroy();
  });
});

const HOSTILE: readonly [what: string, bytes: string][] = [
  ['binary', '\x16\x03\x01\x02\x00'],
  ['a head that is none', 'HELLO\r\n\r\n'],
  ['a length that is no number', 'POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n'],
  ['a negative length', 'POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n'],
  ['an endless length', `POST / HTTP/1.1\r\nContent-Length: ${'9'.repeat(400)}\r\n\r\n`],
  ['chunks', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
  ['a head without end', `POST / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}`],
  ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];
for (const [what, bytes] of HOSTILE)
  test(`a client that sends ${what} is disconnected, and others are served`, BOUND, async () => {
    await withNull(false, async (port) => {
      const wire = await openWire(port);
      wire.socket.write(Buffer.from(bytes, 'latin1'));
      assert.equal((await wire.closed()).length, 0);
      assert.equal((await callRest(port)).body, BODY);
    });
  });

test('a client that never reads does not make the server gather replies without end', BOUND, async () => {
  await withNull(false, async (port) => {
    const wire = await openWire(port);
    wire.socket.pause();
    const many = Buffer.concat(Array.from({ length: 2000 }, () => request('')));
    // Once both directions are full, the server has stopped reading.
    for (let i = 0; i < 200 && wire.socket.writableLength < 8_000_000; i++) wire.socket.write(many);
    // Meanwhile it would read on, if it did.
    for (let i = 0; i < 100; i++) assert.equal((await callRest(port)).body, BODY);
    assert.ok(wire.socket.writableLength > 0);
    wire.socket.destroy();
  });
});
