import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Http1Reply } from '../../src/load/http1-reply.ts';
import { damage, damages, split } from '../helpers/damage.ts';

const word = fc.string({ unit: fc.constantFrom(...'abcxyz019-_.'), minLength: 1, maxLength: 12 });
const line = fc.tuple(word, word).map(([name, value]) => `x-${name}: ${value}\r\n`);
const lines = fc.array(line, { maxLength: 4 }).map((list) => list.join(''));
const interim = fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n');
const cuts = fc.array(fc.nat(10_000), { maxLength: 12 });

interface Written {
  readonly bytes: Buffer;
  readonly status: number;
  readonly body: string;
  /** Whether the reply lasts until the connection ends. */
  readonly untilEnd: boolean;
}

/** Replies as a server may write them, with what is to be read from them. */
const replies: fc.Arbitrary<Written> = fc
  .record({
    interim,
    status: fc.constantFrom(200, 400, 500),
    before: lines,
    behind: lines,
    trailers: lines,
    pieces: fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 }),
    framing: fc.constantFrom('length', 'chunked', 'until-end'),
    upper: fc.boolean(),
    extension: fc.constantFrom('', ';a=b', ' ;a="b;c"'),
  })
  .map((made) => {
    const pieces = made.pieces.map((piece) => Buffer.from(piece));
    const body = Buffer.concat(pieces);
    const name = (text: string): string => (made.upper ? text.toUpperCase() : text);
    const field =
      made.framing === 'length'
        ? `${name('content-length')}:${body.length}\r\n`
        : made.framing === 'chunked'
          ? `${name('transfer-encoding')}: \t${name('chunked')} \r\n`
          : '';
    const head = `${made.interim}HTTP/1.1 ${made.status} Any reason\r\n${made.before}${field}${made.behind}\r\n`;
    const chunks = pieces.flatMap((piece) => [
      Buffer.from(`${name(piece.length.toString(16))}${made.extension}\r\n`),
      piece,
      Buffer.from('\r\n'),
    ]);
    const written = made.framing === 'chunked' ? [...chunks, Buffer.from(`0\r\n${made.trailers}\r\n`)] : [body];
    return {
      bytes: Buffer.concat([Buffer.from(head), ...written]),
      status: made.status,
      body: body.toString('latin1'),
      untilEnd: made.framing === 'until-end',
    };
  });

function feed(reply: Http1Reply, pieces: readonly Buffer[]): boolean {
  let done = false;
  for (const piece of pieces) done = reply.feed(piece, piece.length);
  return done;
}

test('any reply is read as it was written, however it is split', () => {
  const reply = new Http1Reply();
  fc.assert(
    fc.property(replies, cuts, ({ bytes, status, body, untilEnd }, places) => {
      reply.reset();
      assert.equal(feed(reply, split(bytes, places)), !untilEnd);
      assert.equal(reply.end(), true);
      assert.equal(reply.status, status);
      assert.equal(Buffer.from(reply.copy().body).toString('latin1'), body);
      assert.ok(bytes.equals(reply.copy().raw));
    }),
    { numRuns: 1500, seed: 31 },
  );
});

test('a spoilt reply is read in one way only, however it is split: the same reply or an Error', () => {
  const outcome = (pieces: readonly Buffer[]): string => {
    const reply = new Http1Reply();
    try {
      if (!feed(reply, pieces)) reply.end();
      return `${reply.status} ${reply.kept} ${Buffer.from(reply.copy().body).toString('latin1')}`;
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError));
      assert.ok(error.message.length > 10);
      return 'Error';
    }
  };
  fc.assert(
    fc.property(replies, damages, cuts, ({ bytes }, list, places) => {
      const spoilt = damage(bytes, list);
      assert.equal(outcome(split(spoilt, places)), outcome(split(spoilt, [])));
    }),
    { numRuns: 3000, seed: 37 },
  );
});
