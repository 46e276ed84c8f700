import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseArms } from '../../src/arms/arms.ts';
import { parseConfig } from '../../src/config.ts';
import { UserError } from '../../src/errors.ts';
import { INPUTS, type InputName } from '../../src/inputs.ts';

const NAMES = Object.keys(INPUTS) as InputName[];
/** Texts such as options have, and what is near to them. */
const words = fc.constantFrom(
  ...['1', '0', '-1', '1e9', '0x10', '٣', '1.5', '99999999999999999999', 'ms', 's', '%', 'Mi', 'true', 'yes', ','],
  ...[
    'a',
    'constructor',
    '__proto__',
    '../..',
    '/',
    ':',
    '@',
    'http://',
    '[::1]',
    '{',
    '\n',
    '\t',
    '\0',
    ' ',
    '-',
    '--x',
  ],
  ...[
    'rest',
    'tensor',
    'predict',
    'process',
    'kind',
    '1.19.0',
    'quick',
    'regression',
    'over',
    'in',
    '*',
    '\u001b[2J',
    '\u202e',
  ],
);
const texts = fc.oneof(
  fc.array(words, { maxLength: 6 }).map((list) => list.join('')),
  fc.string({ unit: 'binary' }),
);

test('any text of any option is taken, or refused in words', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...NAMES), texts, { maxKeys: 3 }), (given) => {
      try {
        parseConfig((name) => given[name] ?? '', 'action');
      } catch (error) {
        assert.ok(error instanceof UserError, (error as Error).stack);
        // What is quoted moves no cursor.
        assert.doesNotMatch(error.message, /[\u0000-\u0009\u000b-\u001f\u007f]/, JSON.stringify(error.message));
      }
    }),
    { numRuns: 1500, seed: 701 },
  );
});

test('a long text of any option is refused or taken in time that grows with it, not with its square', () => {
  for (const name of NAMES) {
    for (const piece of ['1', 'a', '1,', 'a.b', ' ', '\n', 'p50 over 5ms in a\n', '{a: ', '- ', 'http://', '1.1']) {
      const timeOf = (count: number): number => {
        const before = process.cpuUsage();
        try {
          parseConfig((one) => (one === name ? piece.repeat(count) : ''), 'action');
        } catch (error) {
          assert.ok(error instanceof UserError, `${name}: ${(error as Error).stack}`);
        }
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      };
      const [short, long] = [timeOf(500), timeOf(20_000)];
      // Forty times the text; its square would take 1600 times as long. Of CPU time, which other programs do not lengthen much.
      assert.ok(long < 200 * Math.max(short, 5), `${name} of ${JSON.stringify(piece)}: ${short} ms, ${long} ms`);
    }
  }
});

test('arms in YAML that are meant to cost much are told to be wrong', () => {
  const list = (write: (i: number) => string, count: number): string =>
    Array.from({ length: count }, (_, i) => write(i)).join('\n');
  const greedy = [
    list((i) => `a${i}:`, 4000),
    `{${list((i) => `a${i},`, 4000)}}`,
    list((i) => `${' '.repeat(i)}a:`, 350),
    '['.repeat(20_000),
    '? '.repeat(5000),
    '- '.repeat(30_000),
    '!!binary '.repeat(2000),
    `a: &a [${'x,'.repeat(100)}x]\nb: [${'*a,'.repeat(1000)}*a]`,
    '---\n'.repeat(16_000),
    `a: "${'\\u0000'.repeat(10_000)}"`,
    `a: { env: { X: ${'9'.repeat(60_000)} } }`,
    '__proto__: { env: { A: 1 } }\nconstructor: {}',
  ];
  for (const text of greedy) {
    const { problems } = parseArms(text);
    assert.ok(problems.length > 0, text.slice(0, 50));
    assert.ok(problems.length <= 21 && problems.join('').length < 50_000, text.slice(0, 50));
  }
});
