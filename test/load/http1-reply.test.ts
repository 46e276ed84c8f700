import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Http1Reply } from '../../src/load/http1-reply.ts';

const BY_LENGTH = 'HTTP/1.1 200 OK\r\nServer: x\r\nConnection: close\r\ncontent-length: 11\r\n\r\nhello world';
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5;ext=1\r\nworld\r\n0\r\nTrailer: y\r\n\r\n';

function feedAll(reply: Http1Reply, text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  return reply.feed(bytes, bytes.length);
}

function bodyOf(reply: Http1Reply): string {
  return Buffer.from(reply.copy().body).toString('latin1');
}

test('a reply is not whole before its last byte', () => {
  for (const text of [BY_LENGTH, CHUNKED]) {
    for (let length = 1; length < text.length; length++) {
      assert.equal(feedAll(new Http1Reply(), text.slice(0, length)), false, `after ${length} bytes`);
    }
  }
});

test('whether the connection is kept follows the version and the Connection header', () => {
  const keptAfter = (head: string): boolean => {
    const reply = new Http1Reply();
    assert.equal(feedAll(reply, `${head}\r\ncontent-length: 0\r\n\r\n`), true);
    return reply.kept;
  };
  assert.equal(keptAfter('HTTP/1.1 200 OK'), true);
  assert.equal(keptAfter('HTTP/1.1 200 OK\r\nConnection: Close'), false);
  assert.equal(keptAfter('HTTP/1.0 200 OK'), false);
  assert.equal(keptAfter('HTTP/1.0 200 OK\r\nconnection: keep-alive'), true);
  assert.equal(keptAfter('HTTP/1.1 200 OK\r\nConnection: Upgrade, close'), false);
  assert.equal(keptAfter('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nconnection: close'), false);
});

test('a reply without a length ends with the connection', () => {
  const reply = new Http1Reply();
  assert.equal(feedAll(reply, 'HTTP/1.1 200 OK\r\n\r\nhello'), false);
  assert.equal(reply.end(), true);
  assert.equal(bodyOf(reply), 'hello');
  assert.equal(reply.kept, false);
});

test('a connection that ends too early is an error that says how far it came', () => {
  const reply = new Http1Reply();
  assert.throws(() => reply.end(), /closed the connection without a reply/);
  feedAll(reply, 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello');
  assert.throws(() => reply.end(), /in the middle of a reply \(after 44 bytes\)/);
});

test('interim replies are passed over', () => {
  const reply = new Http1Reply();
  assert.equal(
    feedAll(reply, `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${BY_LENGTH}`),
    true,
  );
  assert.equal(reply.status, 200);
  assert.equal(bodyOf(reply), 'hello world');
});

test('replies without a body end with their head', () => {
  for (const head of ['HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n']) {
    const reply = new Http1Reply();
    assert.equal(feedAll(reply, head), true);
    assert.equal(bodyOf(reply), '');
  }
});

const WRONG: Record<string, [string, RegExp]> = {
  'another protocol': ['SSH-2.0-x\r\n\r\n', /expected an HTTP\/1.1 status line/],
  'another protocol that never ends a line': ['\0\0\x12\x04\0\0\0\0\0', /expected an HTTP\/1.1 status line/],
  'a version of another kind': ['HTTP/2 200\r\n\r\n', /expected an HTTP\/1.1 status line/],
  'two lengths': ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\nContent-Length: 2\r\n\r\n', /found two that differ/],
  'a length and chunks': [
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    /expected one framing/,
  ],
  'an unknown coding': ['HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n', /expected one framing/],
  'a negative length': ['HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', /expected a Content-Length/],
  'an absurd length': ['HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n', /expected a reply of at most/],
  'a chunk size in words': ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfive\r\n', /expected a chunk size/],
  'an absurd chunk': ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n', /a reply of at most/],
  'a chunk size without end': [
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0000000000000000000\r\n',
    /expected a chunk size/,
  ],
  'an endless trailer': [
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: ${'y'.repeat(70_000)}`,
    /line of at most 64 KiB/,
  ],
  'a chunk that goes on': [
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n',
    /expected the end of a chunk/,
  ],
  'bytes behind the end': ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab', /found further bytes/],
  'a switch of protocols': ['HTTP/1.1 101 Switching\r\n\r\n', /switched protocols/],
  'an endless head': [`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`, /head of at most 64 KiB/],
};
for (const [name, [text, message]] of Object.entries(WRONG)) {
  test(`${name} is refused`, () => {
    assert.throws(() => feedAll(new Http1Reply(), text), message);
  });
}

test('garbage never hangs the parser and never throws anything but an Error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, withHead) => {
      const reply = new Http1Reply();
      try {
        const head = withHead ? 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n' : '';
        feedAll(reply, head + Buffer.from(bytes).toString('latin1'));
        reply.end();
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError));
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test('a head that came before is known, and one that differs is read anew', () => {
  const reply = new Http1Reply();
  const read = (text: string) => {
    reply.reset();
    const done = reply.feed(Buffer.from(text), text.length);
    return [done, reply.status, reply.kept, Buffer.from(reply.copy().body).toString()];
  };
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n';
  assert.deepEqual(read(`${head}ab`), [true, 200, true, 'ab']);
  assert.deepEqual(read(`${head}cd`), [true, 200, true, 'cd']);
  // The same up to a byte in the middle; then shorter, longer and chunked ones.
  assert.deepEqual(read('HTTP/1.1 500 OK\r\ncontent-length: 2\r\n\r\nef'), [true, 500, true, 'ef']);
  assert.deepEqual(read('HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nghi'), [
    true,
    200,
    false,
    'ghi',
  ]);
  assert.deepEqual(read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nj\r\n0\r\n\r\n'), [
    true,
    200,
    true,
    'j',
  ]);
  assert.deepEqual(read(`HTTP/1.1 100 Continue\r\n\r\n${head}kl`), [true, 200, true, 'kl']);
  assert.deepEqual(read(`HTTP/1.1 100 Continue\r\n\r\n${head}mn`), [true, 200, true, 'mn']);
});
