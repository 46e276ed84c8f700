import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesCell, parseGate } from '../src/gate-rules.ts';

test('rules are read from lines and commas, with limits in the unit of the report', () => {
  const rules = parseGate(`
    # what must hold
    regression
    regression over 12.5% in *.rest,  errors over 0%
    p50 over 5ms in predict.grpc.tensor
    p99 over 1.5s
    throughput under 100/s in *.*.*.1
    claim grpc-faster
  `);
  assert.deepEqual(
    rules.map(({ metric, limit, scope, claim }) => [metric, limit, scope, claim]),
    [
      ['regression', null, '*', null],
      ['regression', 0.125, '*.rest', null],
      ['errors', 0, '*', null],
      ['p50', 5, 'predict.grpc.tensor', null],
      ['p99', 1500, '*', null],
      ['throughput', 100, '*.*.*.1', null],
      ['claim', null, '*', 'grpc-faster'],
    ],
  );
  assert.equal(rules[1]?.rule, 'regression over 12.5% in *.rest');
});

for (const [rule, told] of [
  ['p51 over 5ms', /a metric \(did you mean p50\?\) in the rule "p51 over 5ms"/],
  ['p50', /"over 5ms" in the rule "p50"/],
  ['p50 over 5', /over 5ms/],
  ['p50 over 0ms', /over 5ms/],
  ['p50 under 5ms', /"over 5ms"/],
  ['throughput over 100', /"under 100"/],
  ['errors over 1ms', /over 0\.1%/],
  ['regression over five', /over 10%/],
  ['claim grpc-fastest', /one of the claims grpc-faster/],
  ['claim grpc-faster in *.rest', /one of the claims/],
  ['p50 over 5ms in', /cells such as/],
  ['p50 over 5ms in a.b.c.d.e.f', /cells such as/],
  ['p50 over 5ms in PREDICT', /cells such as/],
  ['p50 over 5ms in *.rest please', /nothing more than "p50 over 5ms in \*\.rest"/],
  ['regression\nregression', /each rule once/],
  [Array.from({ length: 51 }, (_, i) => `p50 over ${i + 1}ms`).join('\n'), /at most 50 rules/],
] as const) {
  test(`refused: ${JSON.stringify(rule.slice(0, 60))}`, () => {
    assert.throws(() => parseGate(rule), told);
  });
}

test('any text is either rules or an Error with a sentence', () => {
  const words = fc.constantFrom(
    'p50',
    'over',
    '5ms',
    'in',
    '*.rest',
    'regression',
    ',',
    '\n',
    'claim',
    '%',
    'under',
    '1',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(text, (given) => {
      try {
        for (const { rule, scope } of parseGate(given)) assert.ok(rule.length > 0 && scope.length > 0);
      } catch (error) {
        assert.ok(error instanceof Error && error.message.length > 10 && !(error instanceof TypeError), String(error));
      }
    }),
    { seed: 5, numRuns: 500 },
  );
});

test('a pattern matches by parts, and what is left off matches all', () => {
  const id = 'predict_raw.grpc.tensor.100.c8';
  for (const pattern of ['*', 'predict_raw', '*.grpc', '*.*.tensor', 'predict_raw.grpc.tensor.100.c8', '*.*.*.100']) {
    assert.ok(matchesCell(pattern, id), pattern);
  }
  for (const pattern of ['predict', '*.rest', 'grpc', '*.grpc.tensor.10', '*.*.*.*.c1', '*.grpc.tens']) {
    assert.ok(!matchesCell(pattern, id), pattern);
  }
});
