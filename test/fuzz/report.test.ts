import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_REPORT_BYTES, parseReport, type Report } from '../../src/report.ts';
import { damage, damages } from '../helpers/damage.ts';
import { sampleReport } from '../helpers/sample-report.ts';
import { listPlaces, spoil, spoilings } from './spoil.ts';

const SAMPLES = [
  sampleReport({ methods: ['predict'], encodings: ['tensor'], batches: [1], rounds: 6, histograms: true }),
  sampleReport({
    methods: ['predict'],
    encodings: ['tensor', 'ndarray'],
    batches: [1],
    rounds: 3,
    arms: ['base', 'other'],
    gate: 'p50 over 5ms, claim grpc-faster',
    history: 'found',
  }),
];

/** The report, or null where the text is none: then with one short line that says so. */
function read(json: string): Report | null {
  try {
    return parseReport(json);
  } catch (error) {
    assert.ok(error instanceof Error && error.constructor === Error, String(error));
    assert.match(error.message, /^expected a report/);
    assert.doesNotMatch(error.message, /\p{C}/u);
    assert.ok(error.message.length < 1200);
    return null;
  }
}

test('a report is the same when it was written and read, whatever numbers are in it', () => {
  const anyNumber = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(
      fc.constantFrom(...SAMPLES),
      anyNumber,
      fc.string({ unit: 'binary' }),
      (sample, durationMs, message) => {
        const given = { ...sample, durationMs, provenance: { ref: message.slice(0, 2000) } };
        assert.deepEqual(read(JSON.stringify(given)), JSON.parse(JSON.stringify(given)));
      },
    ),
    { numRuns: 60, seed: 101 },
  );
});

test('a report in which anything is another thing is read or refused, and never changes what it read', () => {
  const sample = fc.constantFrom(...SAMPLES.map((report) => ({ report, places: listPlaces(report) })));
  let taken = 0;
  fc.assert(
    fc.property(sample, spoilings, ({ report, places }, list) => {
      const json = JSON.stringify(spoil(report, places, list));
      const found = read(json);
      if (found === null) return;
      taken += 1;
      assert.deepEqual(found, JSON.parse(json));
      assert.equal(Object.getPrototypeOf(found), Object.prototype);
    }),
    { numRuns: 1000, seed: 103 },
  );
  // Otherwise nothing but refusals was tried.
  assert.ok(taken > 25, String(taken));
});

test('a report whose bytes are damaged is read or refused', () => {
  const [sample] = SAMPLES.map((report) => Buffer.from(JSON.stringify(report)));
  fc.assert(
    fc.property(damages, (list) => void read(damage(sample as Buffer, list).toString())),
    { numRuns: 400, seed: 107 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => assert.equal(read(text), null)),
    { numRuns: 300, seed: 109 },
  );
});

const times = (text: string, count: number): string => text.repeat(count);
/** A report of which a part is another text. */
const instead = (part: string, text: string): string => {
  const json = JSON.stringify(SAMPLES[0]);
  assert.ok(json.includes(part), part);
  return json.replace(part, () => text);
};
const names = (count: number): string => Array.from({ length: count }, (_, i) => `"${i}":0,`).join('');
const GREEDY: readonly [string, string][] = [
  ['is nested without end', times('[', 500_000) + times(']', 500_000)],
  ['is nested without end in a field', instead('"cells":[', `"cells":[${times('[', 500_000)}${times(']', 500_000)},`)],
  ['has a million empty rounds', instead('"rounds":[', `"rounds":[${times('{},', 1_000_000)}`)],
  ['has a million faulty flags', instead('"flags":[', `"flags":[${times('0,', 1_000_000)}0`)],
  ['has a great many faulty settings', instead('"settings":{', `"settings":{${names(300_000)}`)],
  ['has a great many unknown fields', instead('"schema":1', `${names(300_000)}"schema":1`)],
  [
    'warns of a million numbers',
    instead('"warnings":[', `"warnings":[{"code":"little","cells":[${times('0,', 1_000_000)}0]},`),
  ],
  ['has a number without end', instead('"durationMs":', `"durationMs":${times('9', 1_000_000)}`)],
];

for (const [what, json] of GREEDY) {
  test(`a report that ${what} is refused and takes little memory`, () => {
    const before = process.memoryUsage().heapTotal;
    assert.equal(read(json), null);
    const grown = process.memoryUsage().heapTotal - before;
    // All problems of such a file would take gigabytes.
    assert.ok(grown < 400 * 1024 * 1024, String(grown));
  });
}

test('a report over its limit of bytes is refused before it is parsed', () => {
  assert.throws(() => parseReport(' '.repeat(MAX_REPORT_BYTES + 1)), /at most 33554432 bytes/);
});

test('names that every object has are fields like others', () => {
  const [report] = SAMPLES as [Report];
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    assert.equal(read(JSON.stringify(report).replace('"schema":1', `"schema":1,"${name}":{}`)), null, name);
    const json = JSON.stringify(report).replace(
      '"settings":{',
      `"settings":{"${name}":"x"${report.arms[0]?.settings ? ',' : ''}`,
    );
    const found = read(json.replace(',}', '}'));
    assert.notEqual(found, null, name);
    assert.equal(Object.getPrototypeOf(found?.arms[0]?.settings), Object.prototype);
    assert.equal(({} as Record<string, unknown>).x, undefined);
  }
});
