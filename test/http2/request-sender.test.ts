import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { FLAG, FRAME, PREFACE, SETTING, settings } from '../../src/http2/frames.ts';
import { createRequestSender } from '../../src/http2/request-sender.ts';
import { createFrameReader } from '../../src/server/frame-reader.ts';

interface Sent {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly length: number;
}

/** A socket that takes everything at once, and the frames that were written to it. */
function startSink(): { readonly socket: Writable; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const read = createFrameReader(2 ** 24 - 1, (type, flags, stream, length) => {
    sent.push({ type, flags, stream, length });
  });
  read(PREFACE);
  const socket = new Writable({
    write(bytes: Buffer, _encoding, done) {
      read(bytes);
      done();
    },
  });
  return { socket, sent };
}

const commands = fc.array(
  fc.oneof(
    fc.record({ set: fc.constant(SETTING.initialWindowSize), value: fc.nat(100_000) }),
    fc.record({ set: fc.constant(SETTING.maxFrameSize), value: fc.integer({ min: 16_384, max: 40_000 }) }),
    fc.record({ widen: fc.constantFrom('stream', 'connection', 'another'), by: fc.integer({ min: 1, max: 50_000 }) }),
    fc.record({ begin: fc.integer({ min: 0, max: 150_000 }), block: fc.integer({ min: 1, max: 50_000 }) }),
  ),
  { maxLength: 30 },
);

test('no more is sent than the windows and frame sizes allow, and no less', () => {
  fc.assert(
    fc.property(commands, (list) => {
      const { socket, sent } = startSink();
      const sender = createRequestSender(socket);
      let stream = -1;
      let left = 0;
      // The same account, kept on the server's side.
      const limits = { window: 65_535, frame: 16_384, connection: 65_535, stream: 0 };
      for (const command of list) {
        if ('begin' in command) {
          stream += 2;
          left = command.begin;
          limits.stream = limits.window;
          sender.begin(stream, Buffer.alloc(command.block), Buffer.alloc(command.begin));
        } else if ('widen' in command) {
          sender.widen(command.widen === 'connection' ? 0 : command.widen === 'stream' ? stream : 999, command.by);
          if (command.widen === 'connection') limits.connection += command.by;
          else if (command.widen === 'stream' && stream > 0) limits.stream += command.by;
        } else {
          sender.set(settings({ [command.set]: command.value }).subarray(9));
          if (command.set === SETTING.maxFrameSize) {
            limits.frame = command.value;
          } else {
            limits.stream += command.value - limits.window;
            limits.window = command.value;
          }
        }
        const frames = sent.splice(0);
        const body = frames.filter(({ type }) => type === FRAME.data);
        const bytes = body.reduce((sum, { length }) => sum + length, 0);
        if (bytes > 0) assert.ok(bytes <= Math.min(limits.stream, limits.connection, left));
        limits.stream -= bytes;
        limits.connection -= bytes;
        left -= bytes;
        for (const frame of frames) assert.ok(frame.length <= limits.frame && frame.stream === stream);
        assert.ok(left === 0 || Math.min(limits.stream, limits.connection) <= 0, 'all that may go has gone');
        assert.equal(sender.isDone(), left === 0);
        const ends = frames.filter(({ type, flags }) => type !== FRAME.continuation && (flags & FLAG.endStream) !== 0);
        assert.equal(ends.length, left === 0 && (bytes > 0 || 'begin' in command) ? 1 : 0);
        if ('begin' in command) {
          const block = frames.filter(({ type }) => type !== FRAME.data);
          assert.equal(block[0]?.type, FRAME.headers);
          assert.equal(
            block.reduce((sum, { length }) => sum + length, 0),
            command.block,
          );
          assert.deepEqual(
            block.map(({ flags }) => (flags & FLAG.endHeaders) !== 0),
            block.map((_, i) => i === block.length - 1),
          );
        } else {
          assert.equal(frames.length, body.length);
        }
      }
    }),
    { numRuns: 500, seed: 23 },
  );
});

test('what was dropped is not sent when there is credit again', () => {
  const { socket, sent } = startSink();
  const sender = createRequestSender(socket);
  sender.begin(1, Buffer.from('block'), Buffer.alloc(100_000));
  sender.drop();
  sent.length = 0;
  sender.widen(0, 100_000);
  sender.set(settings({ [SETTING.initialWindowSize]: 200_000 }).subarray(9));
  assert.deepEqual(sent, []);
});

test('a body that fits the windows to the byte ends with its last frame', () => {
  for (const size of [65_535, 16_384, 2048, 1]) {
    const { socket, sent } = startSink();
    createRequestSender(socket).begin(1, Buffer.from('block'), Buffer.alloc(size));
    assert.equal(
      sent.reduce((sum, { type, length }) => sum + (type === FRAME.data ? length : 0), 0),
      size,
    );
    assert.equal(sent.at(-1)?.flags, FLAG.endStream);
  }
});

test('credit that gives back what a request took is within the limits, whatever its size', () => {
  for (const size of [1, 100, 5000]) {
    const { socket } = startSink();
    const sender = createRequestSender(socket);
    sender.set(settings({ [SETTING.initialWindowSize]: 2 ** 31 - 1 }).subarray(9));
    sender.begin(1, Buffer.from('block'), Buffer.alloc(size));
    sender.widen(1, size);
    assert.throws(() => sender.widen(1, 1), /flow control/);
  }
});

test('a request that is over has no window that settings could make too wide', () => {
  const sender = createRequestSender(startSink().socket);
  sender.begin(1, Buffer.from('block'), Buffer.alloc(1));
  sender.widen(1, 1000);
  sender.drop();
  assert.doesNotThrow(() => sender.set(settings({ [SETTING.initialWindowSize]: 2 ** 31 - 1 }).subarray(9)));
});
