import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFrameCutter } from '../../src/http2/frame-cutter.ts';
import { frame } from '../../src/http2/frames.ts';

type Seen = [type: number, flags: number, stream: number, payload: string];

function cutAll(pieces: readonly Buffer[]): Seen[] {
  const seen: Seen[] = [];
  const cut = createFrameCutter((type, flags, stream, payload) => {
    seen.push([type, flags, stream, payload.toString('hex')]);
  });
  for (const piece of pieces) cut(piece);
  return seen;
}

test('frames come out as they went in, however the bytes are split', () => {
  const frames = fc.array(
    fc.record({
      type: fc.integer({ min: 0, max: 255 }),
      flags: fc.integer({ min: 0, max: 255 }),
      stream: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      payload: fc.uint8Array({ maxLength: 40 }),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 10 }), (list, cuts) => {
      const bytes = Buffer.concat(list.map((f) => frame(f.type, f.flags, f.stream, f.payload)));
      const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const pieces = edges.slice(1).map((edge, i) => Buffer.from(bytes.subarray(edges[i], edge)));
      assert.deepEqual(
        cutAll(pieces),
        list.map((f) => [f.type, f.flags, f.stream, Buffer.from(f.payload).toString('hex')]),
      );
    }),
    { numRuns: 500, seed: 5 },
  );
});

test('a frame of the largest size that was allowed comes out, a larger one is refused at its head', () => {
  assert.equal(cutAll([frame(0, 0, 1, Buffer.alloc(16_384))]).length, 1);
  assert.throws(() => cutAll([frame(0, 0, 1, Buffer.alloc(16_385)).subarray(0, 9)]), /found one of 16385/);
});

test('the reserved bit of the stream is ignored', () => {
  const bytes = frame(0, 0, 1, Buffer.alloc(0));
  bytes.writeUInt32BE(0x80000001, 5);
  assert.deepEqual(cutAll([bytes]), [[0, 0, 1, '']]);
});
