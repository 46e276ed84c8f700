import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { test } from 'node:test';
import fc from 'fast-check';
import { FRAME, settings } from '../../src/http2/frames.ts';
import { decodeFields, encodeFields, type Field } from '../../src/http2/hpack.ts';
import { decodeHuffman } from '../../src/http2/huffman.ts';
import { startFrames } from '../helpers/frame-server.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('Huffman strings are decoded as in the examples of RFC 7541', () => {
  assert.equal(decodeHuffman(hex('f1e3 c2e5 f23a 6ba0 ab90 f4ff')), 'www.example.com');
  assert.equal(decodeHuffman(hex('6402')), '302');
  assert.equal(decodeHuffman(hex('9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3')), 'https://www.example.com');
  assert.equal(decodeHuffman(hex('')), '');
});

test('padding other than fewer than eight ones is refused, and so is the end of string', () => {
  // '0' is 00000: behind it three bits of padding.
  assert.equal(decodeHuffman(Buffer.from([0b00000111])), '0');
  assert.throws(() => decodeHuffman(Buffer.from([0b00000110])), /padding/);
  assert.throws(() => decodeHuffman(Buffer.from([0b00000111, 0xff])), /padding/);
  assert.throws(() => decodeHuffman(hex('ffffffff')), /end-of-string/);
});

test('a block of an example of RFC 7541 is decoded, though nothing is remembered', () => {
  const block =
    '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 54';
  assert.deepEqual(decodeFields(hex(block)), [
    [':status', '302'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
  ]);
});

test('what is encoded is decoded again, of any length', () => {
  const text = fc.string({
    unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 400,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), (fields) => {
      assert.deepEqual(decodeFields(encodeFields(fields)), fields);
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('what nghttp2 encodes without a dynamic table is decoded, Huffman strings included', {
  timeout: 20_000,
}, async () => {
  const blocks: Buffer[] = [];
  let notify = (): void => {};
  await using server = await startFrames(
    ({ type, payload }) => {
      if (type === FRAME.headers) blocks.push(payload);
      notify();
    },
    settings({ 1: 0 }),
  );
  // Every character that Node lets through in a value, next to ones with short codes so that Huffman pays.
  const values = Array.from({ length: 224 }, (_, i) => `00000000${String.fromCharCode(i + 32)}aaaaeeeeiiii`);
  const visible = values.filter((value) => !value.includes('\u007f'));
  const session = connect(`http://127.0.0.1:${server.port}`, { maxDeflateDynamicTableSize: 0 });
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  for (const value of visible) session.request({ ':path': '/', 'x-value': value }).on('error', () => {});
  while (blocks.length < visible.length) await new Promise<void>((resolve) => (notify = resolve));
  session.destroy();
  const found = blocks.map((block) => new Map(decodeFields(block)).get('x-value'));
  // Node writes header values as Latin-1, or as UTF-8 where they hold more.
  const readBack = found.map((value) => Buffer.from(value ?? '', 'latin1'));
  for (const [i, value] of visible.entries()) {
    const bytes = readBack[i] as Buffer;
    assert.ok(bytes.equals(Buffer.from(value, 'latin1')) || bytes.equals(Buffer.from(value, 'utf8')), value);
  }
});

const BROKEN: Record<string, [string, RegExp]> = {
  'an index of the dynamic table': ['be', /expected an index of the static header table, found 62/],
  'index 0': ['80', /found 0/],
  'a larger dynamic table': ['3f e1 1f', /expected no dynamic header table/],
  'a change of the table behind a field': ['88 20', /expected no dynamic header table/],
  'a string that is cut off': ['00 05 61', /found its end/],
  'an absurd integer': ['ff ff ff ff ff ff ff', /absurd/],
  'an integer that goes on with zeros': [`ff ${'80'.repeat(200)} 00`, /absurd/],
  'a string whose length goes on with zeros': [`00 7f ${'80'.repeat(200)} 00`, /absurd/],
  'an integer that does not end': ['ff ff', /found its end/],
};
for (const [name, [block, message]] of Object.entries(BROKEN)) {
  test(`${name} is refused`, () => {
    assert.throws(() => decodeFields(hex(block)), message);
  });
}

test('a small block that unfolds into an endless list is refused', () => {
  assert.throws(() => decodeFields(Buffer.alloc(10_000, 0x88)), /at most 64 KiB/);
});

test('garbage throws nothing but an Error, and never hangs', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      let fields: readonly Field[] = [];
      try {
        fields = decodeFields(bytes);
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError));
      }
      for (const [name, value] of fields) assert.equal(typeof (name + value), 'string');
    }),
    { numRuns: 3000, seed: 11 },
  );
});

test('garbage in Huffman code is text or an Error, and never hangs', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      let text: string;
      try {
        text = decodeHuffman(bytes);
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError));
        return;
      }
      // The shortest code has five bits.
      assert.ok(text.length <= (bytes.length * 8) / 5);
      assert.match(text, /^[\0-\xff]*$/);
    }),
    { numRuns: 3000, seed: 19 },
  );
});
