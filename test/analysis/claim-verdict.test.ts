import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concludeClaim, type Standing } from '../../src/analysis/claim-verdict.ts';

const LETTERS: Record<string, Standing> = {
  s: 'supports',
  c: 'contradicts',
  i: 'inconclusive',
  r: 'not-resolvable',
  f: 'floor-over-half',
  d: 'low-duty',
  m: 'missing',
};

const conclude = (letters: string, oneBatch = false) => {
  const { verdict, reason } = concludeClaim(
    [...letters].map((letter) => LETTERS[letter] as Standing),
    oneBatch,
  );
  return reason === undefined ? verdict : `${verdict}: ${reason}`;
};

const TABLE: [standings: string, conclusion: string][] = [
  ['s', 'holds'],
  ['ssss', 'holds'],
  ['c', 'fails'],
  ['sc', 'fails: mixed'],
  ['ci', 'fails'],
  ['cr', 'fails'],
  ['cf', 'fails'],
  ['cm', 'fails'],
  ['scirfdm', 'fails: mixed'],
  ['', 'inconclusive: cells-missing'],
  ['m', 'inconclusive: cells-missing'],
  ['sm', 'inconclusive: cells-missing'],
  ['smirfd', 'inconclusive: cells-missing'],
  ['i', 'inconclusive: too-few-rounds'],
  ['si', 'inconclusive: too-few-rounds'],
  ['id', 'inconclusive: too-few-rounds'],
  ['ir', 'inconclusive: below-floor'],
  ['sif', 'inconclusive: below-floor'],
  ['r', 'not-resolvable: below-floor'],
  ['sr', 'not-resolvable: below-floor'],
  ['sf', 'not-resolvable: below-floor'],
  ['rf', 'not-resolvable: below-floor'],
  ['d', 'not-resolvable'],
  ['sd', 'not-resolvable'],
  ['rd', 'not-resolvable'],
];

for (const [standings, conclusion] of TABLE) {
  test(`pairs that stand as "${standings}" make the claim ${conclusion}`, () => {
    assert.equal(conclude(standings), conclusion);
  });
}

test('where large and small are one size, a claim about them can fail but not hold', () => {
  assert.equal(conclude('ss', true), 'inconclusive: one-batch');
  assert.equal(conclude('', true), 'inconclusive: one-batch');
  assert.equal(conclude('r', true), 'inconclusive: one-batch');
  assert.equal(conclude('sc', true), 'fails: mixed');
});

const standings = fc.array(fc.constantFrom(...Object.values(LETTERS)), { maxLength: 12 });

test('a claim holds only where every pair supports it, and fails only where one contradicts it', () => {
  fc.assert(
    fc.property(standings, fc.boolean(), (list, oneBatch) => {
      const { verdict } = concludeClaim(list, oneBatch);
      assert.equal(
        verdict === 'holds',
        !oneBatch && list.length > 0 && list.every((standing) => standing === 'supports'),
      );
      assert.equal(verdict === 'fails', list.includes('contradicts'));
    }),
  );
});

test('the order of the pairs does not matter', () => {
  fc.assert(
    fc.property(standings, fc.boolean(), (list, oneBatch) => {
      assert.deepEqual(concludeClaim(list, oneBatch), concludeClaim(list.toReversed(), oneBatch));
    }),
  );
});
