import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readMarker, writeMarker } from '../src/comment-marker.ts';

const hex = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: min, maxLength: max });
const digits = (max: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max });

test('what is written is read again', () => {
  const marker = fc.record({
    key: hex(16, 16),
    head: fc.option(hex(7, 64)),
    run: fc.option(digits(20)),
    attempt: fc.option(digits(6)),
  });
  fc.assert(
    fc.property(marker, fc.string(), (given, rest) => {
      assert.deepEqual(readMarker(`${writeMarker(given)}\n${rest}`), { ...given });
    }),
    { seed: 1 },
  );
});

test('nothing foreign can stand in a marker', () => {
  const key = 'a'.repeat(16);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const written = writeMarker({ key, head: text, run: text, attempt: text });
      assert.match(written, /^<!-- seldon-bench-action:v1 key=a{16} head=[0-9a-f-]+ run=[0-9-]+ attempt=[0-9-]+ -->$/);
    }),
    { seed: 2 },
  );
  assert.throws(() => writeMarker({ key: 'x -->', head: null, run: null, attempt: null }), TypeError);
});

test('only the very start of a comment counts, and any comment can be looked at', () => {
  const marker = writeMarker({ key: 'b'.repeat(16), head: null, run: '1', attempt: '1' });
  for (const comment of [
    ` ${marker}`,
    `\n${marker}`,
    `> ${marker}`,
    marker.replace('v1', 'v2'),
    marker.replace('-->', ''),
  ]) {
    assert.equal(readMarker(comment), null, comment);
  }
  assert.equal(readMarker(`<!-- seldon-bench-action:v1 ${'x'.repeat(1000)} -->`), null);
  fc.assert(
    fc.property(fc.string(), (text) => {
      readMarker(`<!-- seldon-bench-action:v1 ${text}`);
    }),
    { seed: 3 },
  );
});
