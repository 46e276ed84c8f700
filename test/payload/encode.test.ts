import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../src/errors.ts';
import { decodeRequest } from '../../src/payload/decode-request.ts';
import { encodeRequest } from '../../src/payload/encode.ts';
import { encodePayloads } from '../../src/payload/payloads.ts';
import { countDigits, requestBytes } from '../../src/payload/size.ts';
import { ENCODINGS, MAX_BATCH, planCells, TRANSPORTS } from '../../src/plan.ts';

// Made with Python: json, TensorFlow's make_tensor_proto and the SerializeToString of Seldon's own messages.
const CANONICAL = [
  ['rest', 'ndarray', 2, 31, 'f6a595c17f120add'],
  ['rest', 'ndarray', 11, 59, '1067d84fff95551b'],
  ['rest', 'ndarray', 100_000, 688_915, '7e45d5e223d09767'],
  ['rest', 'tensor', 100_000, 688_940, '7bf4817a8debf0f7'],
  ['rest', 'tftensor', 2, 122, '06c35b19b62ee339'],
  ['rest', 'tftensor', 100_000, 1_066_771, '578d5b24d3bc7764'],
  ['grpc', 'ndarray', 100_000, 1_100_016, '5396d87b5d210e96'],
  ['grpc', 'tensor', 100_000, 800_018, 'a8fc0054a6b8160c'],
  ['grpc', 'tftensor', 2, 30, '79b25bef09059a03'],
  ['grpc', 'tftensor', 100_000, 800_022, 'ff7f05122981ec24'],
  ['grpc', 'ndarray', 1_000_000, 11_000_020, '08f18921116116b3'],
] as const;

const SINGLE = [
  ['rest', 'ndarray', '{"data": {"ndarray": [[0]]}}'],
  ['rest', 'tensor', '{"data":{"tensor":{"shape":[1,1],"values":[0]}}}'],
  [
    'rest',
    'tftensor',
    '{"data":{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":"1"}]},"int64Val":["0"]}}}',
  ],
  ['grpc', 'ndarray', '1a111a0f0a0d320b0a09110000000000000000'],
  ['grpc', 'tensor', '1a10120e0a02010112080000000000000000'],
  ['grpc', 'tftensor', '1a0d220b0809120412020801520100'],
] as const;

for (const [transport, encoding, batch, bytes, sha256] of CANONICAL)
  test(`${batch} numbers as ${encoding} over ${transport} are the canonical ${bytes} bytes`, () => {
    const encoded = encodeRequest({ transport, encoding, batch });
    assert.equal(encoded.bytes.length, bytes);
    assert.equal(createHash('sha256').update(encoded.bytes).digest('hex').slice(0, 16), sha256);
  });

for (const [transport, encoding, expected] of SINGLE)
  test(`one number as ${encoding} over ${transport} is ${expected}`, () => {
    const { bytes } = encodeRequest({ transport, encoding, batch: 1 });
    assert.equal(Buffer.from(bytes).toString(transport === 'rest' ? 'utf8' : 'hex'), expected);
  });

const request = fc.record({
  transport: fc.constantFrom(...TRANSPORTS),
  encoding: fc.constantFrom(...ENCODINGS),
  // Lengths of digits and of varints change at these.
  batch: fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 40_000 }),
    fc.constantFrom(9, 10, 11, 99, 100, 101, 127, 128, 129, 1000, 1001, 8191, 8192, 8193, 16_383, 16_384, 10_001),
  ),
});

test('the size by arithmetic is the size of what is encoded, for every encoding and batch', () => {
  fc.assert(
    fc.property(request, (asked) => {
      assert.equal(requestBytes(asked), encodeRequest(asked).bytes.length);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('what is encoded decodes to as many numbers in the same encoding', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const found = decodeRequest(asked.transport, encodeRequest(asked).bytes);
      assert.deepEqual(found, { encoding: asked.encoding, count: asked.batch });
    }),
    { seed: 2, numRuns: 100 },
  );
});

test('digits are counted as by writing the numbers down', () => {
  for (const n of [1, 2, 9, 10, 11, 99, 100, 101, 1000, 12_345])
    assert.equal(countDigits(n), Array.from({ length: n }, (_, i) => i).join('').length);
});

test('the largest batch is encoded, and is JSON as far as its ends show', { timeout: 60_000 }, () => {
  const asked = { transport: 'rest', encoding: 'ndarray', batch: MAX_BATCH } as const;
  const { buffer, byteOffset, byteLength } = encodeRequest(asked).bytes;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  assert.equal(bytes.length, 68_888_890 + 2 * (MAX_BATCH - 1) + 27);
  assert.equal(bytes.length, requestBytes(asked));
  assert.equal(bytes.toString('latin1', 0, 40), '{"data": {"ndarray": [[0, 1, 2, 3, 4, 5,');
  assert.equal(bytes.toString('latin1', bytes.length - 20), '9999998, 9999999]]}}');
});

test('a batch outside the range is refused with the range and what was found', () => {
  for (const batch of [0, -1, 1.5, MAX_BATCH + 1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(
      () => encodeRequest({ transport: 'rest', encoding: 'tensor', batch }),
      (error) =>
        error instanceof UserError &&
        error.message.includes('1 to 10000000') &&
        error.message.includes(`found ${batch}`),
    );
});

test('shape and type are those that the server sees', () => {
  const shapes = ENCODINGS.map((encoding) => {
    const { shape, dtype } = encodeRequest({ transport: 'grpc', encoding, batch: 7 });
    return { encoding, shape, dtype };
  });
  assert.deepEqual(shapes, [
    { encoding: 'ndarray', shape: [1, 7], dtype: 'int64' },
    { encoding: 'tensor', shape: [1, 7], dtype: 'float64' },
    { encoding: 'tftensor', shape: [7], dtype: 'int64' },
  ]);
});

test('methods share the payloads of their cells, everything else has its own', () => {
  const cells = planCells({
    methods: ['predict', 'predict_raw'],
    transports: ['rest', 'grpc'],
    encodings: ['ndarray', 'tensor', 'tftensor'],
    concurrencies: [1],
    batches: [1, 1000],
  });
  const payloads = encodePayloads(cells);
  assert.equal(payloads.size, 24);
  assert.equal(new Set(payloads.values()).size, 12);
  assert.equal(payloads.get('predict.grpc.tensor.1000.c1'), payloads.get('predict_raw.grpc.tensor.1000.c1'));
  for (const { bytes, sha256 } of payloads.values())
    assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'));
});
