import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FLAG, FRAME } from '../../src/http2/frames.ts';
import { createHeaderBlockReader } from '../../src/http2/header-block.ts';
import { encodeFields, type Field } from '../../src/http2/hpack.ts';

const text = fc.string({ unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)) });
const fields = fc.array(fc.tuple(text, text), { maxLength: 6 });

test('blocks are read as they were written, in any pieces, with any padding, whatever was read before', () => {
  const frames = fc.record({
    fields,
    cuts: fc.array(fc.nat(), { maxLength: 4 }),
    padding: fc.option(fc.nat(255)),
    priority: fc.boolean(),
    ends: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(frames, { minLength: 1, maxLength: 6 }), (list) => {
      const reader = createHeaderBlockReader();
      // Twice, so that each block also comes again.
      for (const written of [...list, ...list]) {
        const block = encodeFields(written.fields);
        const edges = [0, ...written.cuts.map((cut) => cut % (block.length + 1)).sort((a, b) => a - b), block.length];
        let found: { ends: boolean; fields: readonly Field[] } | null = null;
        for (let i = 1; i < edges.length; i++) {
          const first = i === 1;
          const piece = block.subarray(edges[i - 1], edges[i]);
          const padding = first ? written.padding : null;
          const payload = Buffer.concat([
            padding === null ? Buffer.alloc(0) : Buffer.from([padding]),
            Buffer.alloc(first && written.priority ? 5 : 0),
            piece,
            Buffer.alloc(padding ?? 0),
          ]);
          const flags =
            (first && written.ends ? FLAG.endStream : 0) |
            (padding === null ? 0 : FLAG.padded) |
            (first && written.priority ? FLAG.priority : 0) |
            (i === edges.length - 1 ? FLAG.endHeaders : 0);
          const type = first ? FRAME.headers : FRAME.continuation;
          reader.check(type, 1);
          found = reader.take(type, flags, 1, payload);
          assert.equal(found === null, i < edges.length - 1);
          // What was read must not be kept as a view of bytes that are overwritten.
          payload.fill(0xff);
        }
        assert.deepEqual(found, { stream: 1, ends: written.ends, fields: written.fields });
      }
    }),
    { numRuns: 200, seed: 17 },
  );
});

test('a block that differs in one byte from one that is remembered is another, in the same memory too', () => {
  const reader = createHeaderBlockReader();
  // As a connection reads: what came before is overwritten.
  const memory = Buffer.alloc(encodeFields([['grpc-status', '0']]).length);
  for (const status of ['0', '1', '0', '2', '3', '0']) {
    encodeFields([['grpc-status', status]]).copy(memory);
    const flags = FLAG.endHeaders | FLAG.endStream;
    assert.deepEqual(reader.take(FRAME.headers, flags, 1, memory)?.fields, [['grpc-status', status]]);
  }
});

test('nothing may come between the pieces of a block, nor a piece of another', () => {
  const reader = createHeaderBlockReader();
  reader.take(FRAME.headers, 0, 1, Buffer.from([0x88]));
  for (const [type, stream] of [
    [FRAME.continuation, 3],
    [FRAME.headers, 1],
    [FRAME.data, 1],
    [FRAME.ping, 0],
  ] as const) {
    assert.throws(() => reader.check(type, stream), /header block in one piece/);
  }
  reader.check(FRAME.continuation, 1);
});
