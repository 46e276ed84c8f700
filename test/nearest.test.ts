import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findNearest } from '../src/nearest.ts';

test('a mistyped name is known by at most two letters that are missing, extra or wrong', () => {
  const names = ['target', 'methods', 'rounds', 'rate'];
  for (const mistyped of ['targt', 'taget', 'targett', 'tarjet', 'tagret', 'xtargetx'])
    assert.equal(findNearest(mistyped, names), 'target', mistyped);
  for (const strange of ['', 'tgt', 'turnips', 'sdnuor', 'xtargetxx'])
    assert.equal(findNearest(strange, names), null, strange);
});

test('the nearest one is meant, and the first of two that are equally near', () => {
  assert.equal(findNearest('rats', ['rounds', 'rots', 'rat']), 'rots');
  assert.equal(findNearest('rats', ['cat', 'rat']), 'rat');
  assert.equal(findNearest('rate', ['rats', 'rate']), 'rate');
  assert.equal(findNearest('rate', []), null);
});

test('the number of edits is right whatever the letters: what two edits make is found, and what three make is not', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 3, maxLength: 12 });
  const letter = fc.constantFrom('x', 'y');
  const place = fc.nat(12);
  fc.assert(
    fc.property(word, fc.array(fc.tuple(place, letter), { maxLength: 4 }), (name, inserts) => {
      let mistyped = name;
      for (const [at, extra] of inserts) mistyped = mistyped.slice(0, at) + extra + mistyped.slice(at);
      assert.equal(findNearest(mistyped, [name]), inserts.length <= 2 ? name : null);
      assert.equal(findNearest(name, [mistyped]), inserts.length <= 2 ? mistyped : null);
    }),
    { seed: 11, numRuns: 500 },
  );
});

test('a name of any length costs little', () => {
  assert.equal(findNearest('x'.repeat(1e6), ['target']), null);
});
