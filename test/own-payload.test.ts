import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseConfig } from '../src/config.ts';
import { UserError } from '../src/errors.ts';
import type { InputName } from '../src/inputs.ts';
import { parsePayload, readPayloadFile, rowLength } from '../src/own-payload.ts';
import { createTestFolder } from './target/helpers.ts';

const read =
  (values: Partial<Record<InputName, string>>) =>
  (name: InputName): string =>
    values[name] ?? '';

const REFUSED = [
  ['', /the JSON of a request/],
  ['5', /rows of numbers|data\.ndarray/],
  ['{"data": {}}', /data\.ndarray, or data\.tensor/],
  ['{"data": {"ndarray": [1, 2]}}', /rows of numbers/],
  ['{"data": {"ndarray": []}}', /rows of numbers/],
  ['{"data": {"ndarray": [[]]}}', /rows of numbers/],
  ['{"data": {"ndarray": [[1], [1, 2]]}}', /rows of one length/],
  ['{"data": {"ndarray": [[1, [2]]]}}', /one depth|one length/],
  ['{"data": {"ndarray": [["red", 1]]}}', /nothing but numbers/],
  ['{"data": {"ndarray": [[null]]}}', /nothing but numbers/],
  ['{"data": {"ndarray": [[1e999]]}}', /nothing but numbers/],
  ['{"data": {"ndarray": [[9007199254740993]]}}', /at most 2\^53/],
  ['{"data": {"tensor": {"shape": [2, 2], "values": [1, 2, 3]}}}', /rows of numbers/],
  ['{"data": {"tensor": {"shape": [-1, 2], "values": [1, 2]}}}', /data\.tensor with shape/],
  ['{"data": {"names": "a", "ndarray": [[1]]}}', /data\.names/],
  ['{"data": {"names": ["\\ud800"], "ndarray": [[1]]}}', /data\.names/],
  [`{"data": {"ndarray": [[1]], "names": [${'"x",'.repeat(10_000)}"x"]}}`, /data\.names/],
  [
    '{"data": {"ndarray": [[1, 2]]}, "meta": {"tags": {"a": 1}}}',
    /nothing in the request but data: "meta" is not sent/,
  ],
  ['{"jsonData": {"a": 1}, "data": {"ndarray": [[1]]}}', /"jsonData" is not sent, so take it out/],
  ['{"jsonData": {"a": 1}}', /data\.ndarray, or data\.tensor/],
  [
    '{"data": {"tftensor": {}, "ndarray": [[1]]}}',
    /nothing in data but names, ndarray, tensor: "tftensor" is not sent/,
  ],
  ['{"data": {"ndarray": [[1]], "tensor": {"shape": [1, 1], "values": [1]}}}', /it has both: take one of them out/],
  [
    '{"data": {"tensor": {"shape": [1, 1], "values": [1], "x\\u202e\\n": 1}}}',
    /in data\.tensor .*: "x\?\\n" is not sent/,
  ],
  ['{"data": {"ndarray": [[1, 2]], "names": ["a", "b", "c"]}}', /one for each of 2 columns, and it has 3/],
  [`{"data": {"ndarray": ${'['.repeat(100)}${']'.repeat(100)}}}`, /lists within one another/],
] as const;

for (const [text, why] of REFUSED)
  test(`as a payload ${text.slice(0, 60) || 'nothing'} is refused with what was expected`, () => {
    assert.throws(() => parsePayload(text), why);
  });

test('names fit the columns of rows, and are free where rows have more dimensions than one', () => {
  const namesOf = (data: string): readonly string[] => parsePayload(`{"data": ${data}}`).names;
  assert.deepEqual(namesOf('{"names": [], "ndarray": [[1, 2]]}'), []);
  assert.deepEqual(namesOf('{"names": ["a", "b"], "tensor": {"shape": [1, 2], "values": [1, 2]}}'), ['a', 'b']);
  assert.deepEqual(namesOf('{"names": ["a"], "ndarray": [[[1, 2]]]}'), ['a']);
});

test('a file may begin with a byte order mark', () => {
  assert.deepEqual(parsePayload('\uFEFF{"data": {"ndarray": [[1, 2]]}}').rowShape, [2]);
});

test('whatever the text, it is a payload or an error that says what was expected', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `{"data": {"ndarray": ${json}}}`),
  );
  fc.assert(
    fc.property(text, (text) => {
      try {
        const payload = parsePayload(text);
        assert.equal(payload.values?.length, payload.rows * rowLength(payload));
      } catch (error) {
        assert.ok(error instanceof Error && error.constructor === Error, String(error));
      }
    }),
    { seed: 3, numRuns: 500 },
  );
});

test('a file is asked for as it is, or so many rows of it as the batches say', async (t) => {
  const file = join(await createTestFolder(t), 'iris.json');
  await writeFile(file, '{"data": {"ndarray": [[5.1, 3.5], [4.9, 3.0], [6.2, 2.2]]}}');
  const config = parseConfig(read({ 'payload-file': file }), 'cli');
  assert.deepEqual(config.matrix.batches, [3]);
  assert.deepEqual(
    [config.payload?.rowShape, config.payload?.isFloat, config.payload?.file?.name],
    [[2], true, 'iris.json'],
  );
  const batchesOf = (batches: string, shell: 'cli' | 'action') =>
    parseConfig(read({ target: 'reference', 'payload-file': file, batches }), shell).matrix.batches;
  assert.deepEqual(batchesOf('1,64', 'cli'), [1, 64]);
  // The default is something that somebody may ask for; the runner hands it over when nobody did.
  assert.deepEqual(batchesOf('1,100000', 'cli'), [1, 100_000]);
  assert.deepEqual(batchesOf('1,100000', 'action'), [3]);
  assert.deepEqual(parseConfig(read({ features: '4' }), 'cli').matrix.batches, [1, 100_000]);
  assert.equal(parseConfig(read({}), 'cli').payload, null);
});

test('a file of more than 64 MiB is not read', async (t) => {
  const file = join(await createTestFolder(t), 'large.json');
  await writeFile(file, '');
  await truncate(file, 64 * 2 ** 20 + 1);
  assert.throws(() => readPayloadFile(file), /larger than 67108864 bytes/);
});

test('what does not go together is told', async (t) => {
  const file = join(await createTestFolder(t), 'iris.json');
  await writeFile(file, '{"data": {"ndarray": [[5.1, 3.5]]}}');
  const refuse = (values: Partial<Record<InputName, string>>, why: RegExp): void =>
    assert.throws(
      () => parseConfig(read(values), 'cli'),
      (error) => error instanceof UserError && why.test(error.message),
    );
  refuse({ features: '2', 'payload-file': file }, /both say what a row is: give one of them/);
  refuse({ features: '1000', batches: '100000' }, /at most 10000000 numbers in a request, found 100000 rows of 1000/);
  refuse({ 'payload-file': file, batches: '10000000' }, /found 10000000 rows of 2/);
  refuse({ 'payload-file': file, methods: 'predict,predict_raw_decode' }, /does not read as tftensor/);
  refuse({ 'payload-file': '/nowhere/at/all.json' }, /expected a file that can be read/);
  assert.throws(() => readPayloadFile('/dev'), /expected|a file that can be read/);
});
