import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { consecutiveRows, type OwnPayload, parsePayload } from '../../src/own-payload.ts';
import { contract } from '../../src/payload/contract.ts';
import { decodeMessage } from '../../src/payload/decode.ts';
import { encodeRequest } from '../../src/payload/encode.ts';
import { encodeRows } from '../../src/payload/encode-rows.ts';
import { readNumbers } from '../../src/payload/numbers.ts';
import { ENCODINGS, TRANSPORTS } from '../../src/plan.ts';
import { own } from '../../src/record.ts';

const IRIS = '{"data": {"names": ["a", "b"], "ndarray": [[5.1, 3.0], [4.9, -0.5], [1e-7, 2.0]]}}';

function fromText(text: string): OwnPayload {
  const { rows, ...payload } = parsePayload(text);
  return { ...payload, file: { name: 'payload.json', sha256: '0'.repeat(64), rows } };
}

test('one row of consecutive integers is the canonical request for as many numbers', () => {
  for (const transport of TRANSPORTS)
    for (const encoding of ['ndarray', 'tensor'] as const)
      for (const n of [1, 2, 11, 300]) {
        const rows = encodeRows({ transport, encoding, batch: 1 }, consecutiveRows(n));
        const canonical = encodeRequest({ transport, encoding, batch: n });
        assert.deepEqual(Buffer.from(rows.bytes), Buffer.from(canonical.bytes), `${transport} ${encoding} ${n}`);
        assert.deepEqual([rows.shape, rows.dtype], [canonical.shape, canonical.dtype]);
      }
});

test('a file in its own encoding and with its own rows is sent as it was written', () => {
  const { bytes } = encodeRows({ transport: 'rest', encoding: 'ndarray', batch: 3 }, fromText(IRIS));
  assert.equal(
    Buffer.from(bytes).toString(),
    '{"data": {"names":["a","b"],"ndarray": [[5.1, 3.0], [4.9, -0.5], [1e-7, 2.0]]}}',
  );
  assert.deepEqual(JSON.parse(Buffer.from(bytes).toString()), JSON.parse(IRIS));
});

test('what is whole but written with a point stays a floating-point number, and integers stay integers', () => {
  const text = (payload: OwnPayload, encoding: 'ndarray' | 'tftensor'): string =>
    Buffer.from(encodeRows({ transport: 'rest', encoding, batch: 1 }, payload).bytes).toString();
  assert.match(text(fromText('{"data":{"ndarray":[[1.0, 2]]}}'), 'ndarray'), /\[\[1\.0, 2\.0\]\]/);
  assert.match(text(fromText('{"data":{"ndarray":[[1, 2]]}}'), 'ndarray'), /\[\[1, 2\]\]/);
  assert.match(text(fromText('{"data":{"ndarray":[[1.0, 2]]}}'), 'tftensor'), /DT_DOUBLE/);
  assert.match(text(fromText('{"data":{"ndarray":[[1, 2]]}}'), 'tftensor'), /DT_INT64/);
  assert.match(text(fromText('{"data":{"ndarray":[[-0.0]]}}'), 'tftensor'), /"doubleVal":\[-0\.0\]/);
  assert.match(text(fromText('{"data":{"ndarray":[[7]]}}'), 'tftensor'), /"int64Val":\["7"\]/);
});

test('only numbers of the rows make them floating-point ones, whatever their columns are called', () => {
  const around = (ndarray: string): boolean =>
    parsePayload(`{"data":{"names":["1.0","x.e"],"ndarray":${ndarray}}}`).isFloat;
  assert.equal(around('[[1, 2], [3, 4]]'), false);
  for (const ndarray of ['[[1, 2], [3, 4.0]]', '[[1e0, 2]]', '[[[1], [2]], [[3], [4E0]]]']) {
    assert.equal(around(ndarray), true, ndarray);
  }
});

test('every encoding over every transport carries the same rows, from the first again where they are too few', () => {
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer().map(Number));
  const table = fc
    .record({ rows: fc.integer({ min: 1, max: 5 }), columns: fc.integer({ min: 1, max: 5 }) })
    .chain(({ rows, columns }) =>
      fc.array(fc.array(number, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
    );
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 12 }), (rows, batch) => {
      const payload = fromText(JSON.stringify({ data: { ndarray: rows } }));
      const expected = Array.from({ length: batch }, (_, i) => rows[i % rows.length] as number[]).flat();
      for (const transport of TRANSPORTS)
        for (const encoding of ENCODINGS) {
          const { bytes, shape } = encodeRows({ transport, encoding, batch }, payload);
          const found = readNumbers(own(decodeMessage(transport, bytes), 'data'), transport);
          assert.deepEqual([found.encoding, found.shape, shape], [encoding, [...shape], [batch, rows[0]?.length]]);
          // JSON.stringify makes 0 of -0 before any of this begins.
          assert.deepEqual(
            Array.from(found.values),
            expected.map((value) => value + 0 || 0),
          );
        }
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('rows of more dimensions keep their shape', () => {
  const payload = fromText('{"data":{"tensor":{"shape":[2,2,3],"values":[0,1,2,3,4,5,6,7,8,9,10,11]}}}');
  assert.deepEqual([payload.rowShape, payload.isFloat], [[2, 3], true]);
  const { bytes, shape } = encodeRows({ transport: 'rest', encoding: 'ndarray', batch: 1 }, payload);
  assert.deepEqual(shape, [1, 2, 3]);
  assert.match(Buffer.from(bytes).toString(), /\[\[\[0\.0, 1\.0, 2\.0\], \[3\.0, 4\.0, 5\.0\]\]\]/);
});

test('names of columns go along over both transports', () => {
  for (const transport of TRANSPORTS) {
    const { bytes } = encodeRows({ transport, encoding: 'tensor', batch: 1 }, fromText(IRIS));
    assert.deepEqual(own(own(decodeMessage(transport, bytes), 'data'), 'names'), ['a', 'b']);
  }
});

test('a long ndarray has the bytes that an object for each number would be encoded to', () => {
  const { SeldonMessage } = contract();
  const build = ([size = 0, ...inner]: readonly number[], next: () => number): object => ({
    values: Array.from({ length: size }, () =>
      inner.length === 0 ? { numberValue: next() } : { listValue: build(inner, next) },
    ),
  });
  // Around the length from which lists are encoded in pieces, with long and short rows.
  for (const shape of [
    [1, 8192],
    [1, 8193],
    [2, 8192],
    [2, 9000],
    [8192, 1],
    [9000, 1],
    [3000, 3],
    [5, 2, 900],
    [2, 3, 8200],
  ]) {
    const [batch = 0, ...rowShape] = shape;
    const payload = { ...consecutiveRows(1), rowShape };
    let i = 0;
    const ndarray = build(shape, () => i++);
    const { bytes } = encodeRows({ transport: 'grpc', encoding: 'ndarray', batch }, payload);
    assert.ok(Buffer.from(SeldonMessage.encode({ data: { ndarray } }).finish()).equals(bytes), `[${shape}]`);
  }
});

test('a long list of JSON has the text that it would have in one piece', () => {
  for (const shape of [
    [1, 30_000],
    [30_000, 1],
    [7000, 2, 2],
  ]) {
    const [batch = 0, ...rowShape] = shape;
    for (const isFloat of [false, true]) {
      const payload = { ...consecutiveRows(1), rowShape, isFloat };
      const bytes = (encoding: 'ndarray' | 'tensor'): string =>
        Buffer.from(encodeRows({ transport: 'rest', encoding, batch }, payload).bytes).toString();
      let i = 0;
      const build = ([size = 0, ...inner]: readonly number[]): unknown[] =>
        Array.from({ length: size }, () => (inner.length === 0 ? i++ : build(inner)));
      const written = JSON.stringify(build(shape)).replaceAll(',', ', ');
      const list = isFloat ? written.replace(/\d+/g, '$&.0') : written;
      assert.ok(bytes('ndarray') === `{"data": {"ndarray": ${list}}}`, `[${shape}]`);
      const flat = `[${list.replaceAll(/[[\]]/g, '')}]`;
      assert.ok(bytes('tensor') === `{"data":{"tensor":{"shape":[${shape}],"values":${flat}}}}`, `[${shape}]`);
    }
  }
});
