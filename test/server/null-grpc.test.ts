import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FRAME, frame, PREFACE, settings, windowUpdate } from '../../src/http2/frames.ts';
import { encodeFields } from '../../src/http2/hpack.ts';
import { startNull } from '../../src/server/null-server.ts';
import { RAW_GRPC_REPLY } from '../helpers/recorded-replies.ts';
import { withPrefix } from '../helpers/with-prefix.ts';
import { callHttp2, callLibrary, openWire, withLibrary, withSession } from './clients.ts';

const BOUND = { timeout: 30_000 };
const MESSAGE = Buffer.from(RAW_GRPC_REPLY, 'hex');
const REQUEST_HEADERS = Buffer.concat([
  // :method POST and :scheme http are in the static table.
  Buffer.from([0x83, 0x86]),
  encodeFields(Object.entries({ ':path': '/', ':authority': 'x', 'content-type': 'application/grpc', te: 'trailers' })),
]);

async function withNull<T>(message: Uint8Array, use: (port: number) => Promise<T>): Promise<T> {
  const server = await startNull({ kind: 'null', replies: [{ transport: 'grpc', message }] });
  try {
    return await use(server.ports[0] as number);
  } finally {
    server.close();
  }
}

/** What a whole call looks like on the wire: headers, data in pieces of `pieceBytes`, the last one ending it. */
function call(stream: number, body: Buffer, pieceBytes = 16_384): Buffer {
  const frames = [frame(FRAME.headers, 4, stream, REQUEST_HEADERS)];
  for (let at = 0; at < body.length; at += pieceBytes)
    frames.push(frame(FRAME.data, at + pieceBytes < body.length ? 0 : 1, stream, body.subarray(at, at + pieceBytes)));
  return Buffer.concat(frames);
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    if (at + 9 + length > bytes.length) break;
    const payload = bytes.subarray(at + 9, at + 9 + length);
    frames.push({
      type: bytes[at + 3] as number,
      flags: bytes[at + 4] as number,
      stream: bytes.readUInt32BE(at + 5),
      payload,
    });
    at += 9 + length;
  }
  return frames;
}

/** The streams whose replies have ended. */
function answered(bytes: Buffer): number[] {
  return framesOf(bytes)
    .filter(({ type, flags }) => type === FRAME.headers && (flags & 1) === 1)
    .map(({ stream }) => stream);
}

const GREETING = Buffer.concat([PREFACE, settings({})]);

test('@grpc/grpc-js gets the prepared message, for small and for large requests', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    await withLibrary(port, async (client) => {
      for (const size of [0, 15, 800_022, 1_100_016, 4_194_304, 15])
        assert.ok((await callLibrary(client, Buffer.alloc(size))).equals(MESSAGE));
    });
  });
});

test('node:http2 gets it with the headers and trailers of gRPC', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    await withSession(port, async (session) => {
      const reply = await callHttp2(session, withPrefix(Buffer.alloc(1_000_000)));
      assert.equal(reply.headers[':status'], 200);
      assert.equal(reply.headers['content-type'], 'application/grpc');
      assert.equal(reply.headers['grpc-accept-encoding'], 'identity, deflate, gzip');
      assert.equal(reply.trailers['grpc-status'], '0');
      assert.equal(reply.trailers['grpc-message'], '');
      assert.ok(reply.data.equals(withPrefix(MESSAGE)));
    });
  });
});

test('one connection serves thousands of calls one after another', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    await withSession(port, async (session) => {
      for (let i = 0; i < 3000; i++)
        assert.equal((await callHttp2(session, withPrefix(Buffer.alloc(10)))).data.length, 5 + MESSAGE.length);
    });
  });
});

test('calls at once each get their reply, large requests interleaved', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    await withSession(port, async (session) => {
      const sizes = [1, 900_000, 20, 3_000_000, 0, 1_500_000, 2_000_000, 4_000_000];
      const replies = await Promise.all(sizes.map((size) => callHttp2(session, withPrefix(Buffer.alloc(size)))));
      for (const reply of replies) assert.ok(reply.data.equals(withPrefix(MESSAGE)));
    });
  });
});

test('a request beyond every window gets through', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    const reply = await withSession(port, (session) => callHttp2(session, withPrefix(Buffer.alloc(30_000_000))));
    assert.ok(reply.data.equals(withPrefix(MESSAGE)));
  });
});

test('a reply beyond the windows of the client waits for credit and comes whole', BOUND, async () => {
  const large = Buffer.alloc(20_000_000, 'reply');
  await withNull(large, async (port) => {
    await withSession(port, async (session) => {
      const replies = await Promise.all([1, 2, 3].map(() => callHttp2(session, withPrefix(MESSAGE))));
      for (const reply of replies) assert.ok(reply.data.equals(withPrefix(large)));
    });
    assert.ok((await withLibrary(port, (client) => callLibrary(client, MESSAGE))).equals(large));
  });
});

test('an empty message and an empty request are a call', BOUND, async () => {
  await withNull(Buffer.alloc(0), async (port) => {
    await withSession(port, async (session) => {
      assert.equal((await callHttp2(session, Buffer.alloc(0))).data.toString('hex'), '0000000000');
    });
  });
});

test('it greets as the wrapper does: windows and frames of 4 MiB', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    const wire = await openWire(port);
    const bytes = await wire.until((received) => framesOf(received).length >= 2);
    const [first, second] = framesOf(bytes);
    assert.equal(first?.payload.toString('hex'), '000400400000000500400000');
    assert.equal(second?.type, FRAME.windowUpdate);
    assert.equal(second?.payload.readUInt32BE(0), 4_128_769);
    wire.socket.destroy();
  });
});

test('settings and pings are acknowledged, unknown frames and priorities passed over', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    const wire = await openWire(port);
    wire.socket.write(
      Buffer.concat([
        GREETING,
        frame(FRAME.priority, 0, 1, Buffer.alloc(5)),
        frame(0x77, 0xff, 9, Buffer.from('what is this')),
        frame(FRAME.ping, 0, 0, Buffer.from('ping-pin')),
        frame(FRAME.settings, 1, 0, Buffer.alloc(0)),
        frame(FRAME.goAway, 0, 0, Buffer.alloc(8)),
      ]),
    );
    const bytes = await wire.until((received) => framesOf(received).some(({ type }) => type === FRAME.ping));
    const acknowledged = framesOf(bytes).filter(({ flags }) => flags === 1);
    assert.deepEqual(
      acknowledged.map(({ type, payload }) => [type, payload.toString()]),
      [
        [FRAME.settings, ''],
        [FRAME.ping, 'ping-pin'],
      ],
    );
    wire.socket.destroy();
  });
});

test('the reply gives back the credit that the request used, in the same breath', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    const wire = await openWire(port);
    wire.socket.write(Buffer.concat([GREETING, call(1, withPrefix(Buffer.alloc(50_000)))]));
    const bytes = await wire.until((received) => answered(received).length === 1);
    const frames = framesOf(bytes).slice(-4);
    assert.deepEqual(
      frames.map(({ type, stream }) => [type, stream]),
      [
        [FRAME.windowUpdate, 0],
        [FRAME.headers, 1],
        [FRAME.data, 1],
        [FRAME.headers, 1],
      ],
    );
    assert.equal(frames[0]?.payload.readUInt32BE(0), 50_005);
    assert.ok(frames[2]?.payload.equals(withPrefix(MESSAGE)));
    wire.socket.destroy();
  });
});

test('a reply that waits for credit gives back the credit of its request, too', BOUND, async () => {
  await withNull(Buffer.alloc(100_000), async (port) => {
    const wire = await openWire(port);
    wire.socket.write(Buffer.concat([GREETING, call(1, withPrefix(Buffer.alloc(50_000)))]));
    const bytes = await wire.until((received) => framesOf(received).some(({ type }) => type === FRAME.data));
    const credit = framesOf(bytes).filter(({ type }) => type === FRAME.windowUpdate);
    assert.deepEqual(credit.map(({ stream, payload }) => [stream, payload.readUInt32BE(0)]).slice(1), [[0, 50_005]]);
    wire.socket.destroy();
  });
});

test('frames may be cut at any byte', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    const bytes = Buffer.concat([GREETING, call(1, withPrefix(Buffer.alloc(30)), 7), call(3, withPrefix(MESSAGE))]);
    const cuts = fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const wire = await openWire(port);
        let at = 0;
        for (const place of [...places, bytes.length].sort((a, b) => a - b)) {
          await new Promise((resolve) => wire.socket.write(bytes.subarray(at, place), resolve));
          at = place;
        }
        const received = await wire.until((got) => answered(got).length >= 2);
        assert.deepEqual(answered(received), [1, 3]);
        wire.socket.destroy();
      }),
      { seed: 6, numRuns: 60 },
    );
    const wire = await openWire(port);
    for (const byte of bytes) await new Promise((resolve) => wire.socket.write(Buffer.from([byte]), resolve));
    await wire.until((got) => answered(got).length === 2);
    wire.socket.destroy();
  });
});

test('header blocks in several frames, padding and request trailers are understood', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    const wire = await openWire(port);
    wire.socket.write(
      Buffer.concat([
        GREETING,
        frame(FRAME.headers, 0, 1, REQUEST_HEADERS.subarray(0, 5)),
        frame(FRAME.continuation, 0, 1, REQUEST_HEADERS.subarray(5, 20)),
        frame(FRAME.continuation, 4, 1, REQUEST_HEADERS.subarray(20)),
        frame(FRAME.data, 1 | 8, 1, Buffer.from([3, 1, 2, 0, 0, 0])),
        // Ended by its trailers, in two frames, and not before the second.
        frame(FRAME.headers, 4, 3, REQUEST_HEADERS),
        frame(FRAME.data, 0, 3, withPrefix(MESSAGE)),
        frame(FRAME.headers, 1, 3, Buffer.alloc(0)),
        frame(FRAME.continuation, 4, 3, encodeFields(Object.entries({ a: 'b' }))),
      ]),
    );
    assert.deepEqual(answered(await wire.until((got) => answered(got).length === 2)), [1, 3]);
    wire.socket.destroy();
  });
});

test('a call that its client resets is forgotten, also while its reply waits', BOUND, async () => {
  const large = Buffer.alloc(100_000);
  await withNull(large, async (port) => {
    const wire = await openWire(port);
    const reset = frame(FRAME.rstStream, 0, 3, Buffer.alloc(4));
    wire.socket.write(
      Buffer.concat([
        GREETING,
        frame(FRAME.headers, 4, 1, REQUEST_HEADERS),
        frame(FRAME.rstStream, 0, 1, Buffer.alloc(4)),
        // Was under way already.
        frame(FRAME.data, 0, 1, Buffer.alloc(100)),
        call(3, withPrefix(MESSAGE)),
      ]),
    );
    const sent = (bytes: Buffer, stream: number) =>
      framesOf(bytes).reduce(
        (sum, { type, stream: id, payload }) => sum + (type === 0 && id === stream ? payload.length : 0),
        0,
      );
    await wire.until((got) => sent(got, 3) === 65_535);
    wire.socket.write(
      Buffer.concat([reset, call(5, withPrefix(MESSAGE)), windowUpdate(0, 500_000), windowUpdate(5, 500_000)]),
    );
    const received = await wire.until((got) => answered(got).length === 1);
    assert.deepEqual(answered(received), [5]);
    assert.equal(sent(received, 3), 65_535);
    assert.equal(sent(received, 5), 100_005);
    wire.socket.destroy();
  });
});

test('a window that the client narrows while a reply waits is kept to', BOUND, async () => {
  await withNull(Buffer.alloc(200_000), async (port) => {
    const wire = await openWire(port);
    wire.socket.write(
      Buffer.concat([PREFACE, settings({ 4: 1000 }), windowUpdate(0, 1_000_000), call(1, withPrefix(MESSAGE))]),
    );
    const data = (bytes: Buffer) =>
      framesOf(bytes).reduce((sum, { type, payload }) => sum + (type === 0 ? payload.length : 0), 0);
    await wire.until((got) => data(got) === 1000);
    // 600 bytes owed by the change, 500 given: still 100 short, until 150 more come.
    wire.socket.write(Buffer.concat([settings({ 4: 400 }), windowUpdate(1, 500), windowUpdate(1, 150)]));
    wire.socket.write(frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
    const received = await wire.until((got) => framesOf(got).some(({ type }) => type === FRAME.ping));
    assert.equal(data(received), 1050);
    wire.socket.destroy();
  });
});

const HOSTILE: readonly [what: string, bytes: Buffer][] = [
  ['HTTP/1.1', Buffer.from('POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n')],
  ['zeros', Buffer.alloc(1000)],
  ['data on a stream that does not exist', Buffer.concat([GREETING, frame(FRAME.data, 1, 1, MESSAGE)])],
  ['data on stream 0', Buffer.concat([GREETING, frame(FRAME.data, 1, 0, MESSAGE)])],
  ['a stream with an even number', Buffer.concat([GREETING, call(2, MESSAGE)])],
  ['a stream number that was used', Buffer.concat([GREETING, call(3, MESSAGE), call(1, MESSAGE)])],
  ['a continuation of nothing', Buffer.concat([GREETING, frame(FRAME.continuation, 4, 1, MESSAGE)])],
  [
    'a frame inside a header block',
    Buffer.concat([GREETING, frame(FRAME.headers, 0, 1, REQUEST_HEADERS), frame(FRAME.ping, 0, 0, Buffer.alloc(8))]),
  ],
  ['a push', Buffer.concat([GREETING, frame(FRAME.pushPromise, 4, 1, MESSAGE)])],
  ['a ping of the wrong size', Buffer.concat([GREETING, frame(FRAME.ping, 0, 0, Buffer.alloc(7))])],
  ['settings of the wrong size', Buffer.concat([GREETING, frame(FRAME.settings, 0, 0, Buffer.alloc(5))])],
  ['settings without end', Buffer.concat([GREETING, frame(FRAME.settings, 0, 0, Buffer.alloc(60_000))])],
  ['an absurd window', Buffer.concat([GREETING, settings({ 4: 2 ** 31 })])],
  ['an absurd frame size', Buffer.concat([GREETING, settings({ 5: 1 })])],
  ['a credit of nothing', Buffer.concat([GREETING, windowUpdate(0, 0)])],
  ['a credit beyond all windows', Buffer.concat([GREETING, windowUpdate(0, 2 ** 31 - 1)])],
  ['a frame over the limit', Buffer.concat([GREETING, Buffer.from('ffffff000000000001', 'hex')])],
  [
    'a thousand calls and none of them whole',
    Buffer.concat([
      GREETING,
      ...Array.from({ length: 1001 }, (_, i) => frame(FRAME.headers, 4, 2 * i + 1, REQUEST_HEADERS)),
    ]),
  ],
];
for (const [what, bytes] of HOSTILE)
  test(`a client that sends ${what} is disconnected, and others are served`, BOUND, async () => {
    await withNull(MESSAGE, async (port) => {
      const wire = await openWire(port);
      wire.socket.write(bytes);
      await wire.closed();
      const reply = await withSession(port, (session) => callHttp2(session, withPrefix(MESSAGE)));
      assert.ok(reply.data.equals(withPrefix(MESSAGE)));
    });
  });

test('no bytes bring the server down', BOUND, async () => {
  await withNull(MESSAGE, async (port) => {
    const anyFrame = fc
      .tuple(
        fc.integer({ min: 0, max: 10 }),
        fc.nat(255),
        fc.integer({ min: 0, max: 6 }),
        fc.uint8Array({ maxLength: 20 }),
      )
      .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload));
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFrame, { maxLength: 12 }),
        fc.uint8Array({ maxLength: 10 }),
        async (frames, tail) => {
          const wire = await openWire(port);
          wire.socket.end(Buffer.concat([GREETING, ...frames, tail]));
          await wire.closed();
        },
      ),
      { seed: 7, numRuns: 300 },
    );
    const reply = await withSession(port, (session) => callHttp2(session, withPrefix(MESSAGE)));
    assert.ok(reply.data.equals(withPrefix(MESSAGE)));
  });
});
