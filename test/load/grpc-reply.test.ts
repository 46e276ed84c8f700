import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GrpcReply } from '../../src/load/grpc-reply.ts';

function failureOf(status: string, text: string): string {
  const reply = new GrpcReply();
  reply.onFields([
    [':status', '200'],
    ['grpc-status', status],
    ['grpc-message', text],
  ]);
  return reply.failure()?.message ?? 'none';
}

test('a grpc-message is decoded from percent signs and UTF-8; what is not encoded stays as it is', () => {
  for (const [encoded, text] of [
    ['bad%20model', 'bad model'],
    ['Z%C3%BCrich', 'Zürich'],
    ['100%25 of %F0%9F%90%8D', '100% of 🐍'],
    ['50% off, %zz, %2', '50% off, %zz, %2'],
    ['%e2%82%ac', '€'],
    ['broken %C3 here', 'broken \ufffd here'],
    ['', ''],
  ] as const) {
    assert.equal(failureOf('13', encoded), `expected grpc-status 0, found 13: ${JSON.stringify(text)}`);
  }
});

test('any text that is encoded comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      assert.ok(failureOf('2', encodeURIComponent(text)).endsWith(JSON.stringify(text)));
    }),
    { numRuns: 300, seed: 61 },
  );
});

test('a status that is no number is quoted, a long message is cut', () => {
  assert.equal(failureOf('x\n', 'y'), 'expected grpc-status 0, found "x\\n": "y"');
  assert.ok(failureOf('2', 'y'.repeat(5000)).length < 300);
});

test('the status of the head counts, whatever trailers say of it', () => {
  const reply = new GrpcReply();
  reply.onFields([[':status', '503']]);
  reply.onFields([
    [':status', '200'],
    ['grpc-status', '0'],
  ]);
  assert.match(reply.failure()?.message ?? '', /expected HTTP status 200, found 503/);
});

test('a reply that is used again knows nothing of the one before', () => {
  const reply = new GrpcReply();
  reply.onFields([
    [':status', '500'],
    ['grpc-status', '7'],
    ['grpc-message', 'old'],
  ]);
  reply.onData(Buffer.from([1, 2, 3, 4, 5, 6]));
  reply.reset();
  assert.match(reply.failure()?.message ?? '', /expected HTTP status 200, found ""/);
  reply.onFields([
    [':status', '200'],
    ['grpc-status', '0'],
  ]);
  reply.onData(Buffer.from([0, 0, 0, 0, 1, 9]));
  assert.equal(reply.failure(), null);
  assert.deepEqual(reply.message(), Uint8Array.of(9));
});
