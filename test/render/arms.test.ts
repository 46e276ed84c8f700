import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeArms } from '../../src/render/arm-conclusions.ts';
import { buildDifferencesTable } from '../../src/render/arm-differences.ts';
import { describeArmVerdict } from '../../src/render/arm-verdicts.ts';
import { buildHeadline } from '../../src/render/headline.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { toText } from '../../src/render/plain-text.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import { type Comparison, type Report, type Verdict, verdict } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';

const sample = sampleReport({ arms: ['base', 'new'], confirm: false });
const ofArms = sample.comparisons.filter(({ kind }) => kind === 'arm');

/** The sample with other verdicts of its arms, and some of their comparisons left out. */
const anyReport = fc
  .array(fc.option(fc.constantFrom(...verdict.options), { nil: null, freq: 9 }), {
    minLength: ofArms.length,
    maxLength: ofArms.length,
  })
  .map((verdicts): Report => {
    const changed = ofArms.flatMap(({ roundsNeeded: _, ...one }, i): Comparison[] => {
      const word = verdicts[i];
      return word == null ? [] : [{ ...one, verdict: word }];
    });
    return { ...sample, comparisons: [...sample.comparisons.filter(({ kind }) => kind !== 'arm'), ...changed] };
  });

test('a cell is named slower or faster only where its comparison says so', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const lookup = createLookup(report);
      const item = describeArms(lookup).map(toText).join('\n');
      for (const word of ['slower', 'faster'] as const) {
        const note = new RegExp(`${word}(?:, [^(;]*)? \\(([^()]*)\\)`).exec(item)?.[1] ?? '';
        const named = note.split('; ').filter((part) => part.includes(', batch '));
        const all = report.comparisons.filter(({ kind, verdict }) => kind === 'arm' && verdict === word).length;
        assert.equal(named.length, Math.min(3, all), item);
        for (const name of named) {
          const cell = report.cells.find(({ transport, encoding, method, batch }) =>
            name.startsWith(
              `${transport === 'rest' ? 'REST' : 'gRPC'} ${encoding} ${method === 'predict' ? 'predict' : 'raw'}, batch ${batch}:`,
            ),
          );
          const found = report.comparisons.find(({ kind, b }) => kind === 'arm' && b.cell === cell?.id);
          assert.equal(found?.verdict, word, name);
        }
      }
    }),
    { seed: 32, numRuns: 150 },
  );
});

test('the sign of the headline: doubt before slower, slower before open, open before good', () => {
  const withVerdicts = (words: readonly Verdict[], options: SampleOptions = {}): string => {
    const report = sampleReport({ arms: ['base', 'new'], confirm: false, ...options });
    let i = 0;
    const comparisons = report.comparisons.map((one) =>
      one.kind === 'arm' ? { ...one, verdict: words[i++ % words.length] ?? 'equivalent' } : one,
    );
    return /^### (\S+) /m.exec(renderAll({ ...report, comparisons })['comment.md'])?.[1] ?? '';
  };
  assert.equal(withVerdicts(['equivalent', 'faster']), '🟢');
  assert.equal(withVerdicts(['equivalent', 'inconclusive']), '⚪');
  assert.equal(withVerdicts(['equivalent', 'not-resolvable']), '⚪');
  assert.equal(withVerdicts(['equivalent', 'slower', 'inconclusive']), '🔴');
  assert.equal(withVerdicts(['slower'], { noisyCanary: true }), '🟡');
  assert.equal(withVerdicts(['equivalent'], { failed: { 'predict.rest.ndarray.1.c1': 'HTTP 500' } }), '🔴');
});

test('a verdict says whether it was confirmed, and an alarm that was not, what it was', () => {
  const [some] = ofArms;
  assert.ok(some !== undefined);
  const confirmation = { rounds: 20, effect: 0.112, low: 0.09, high: 0.134, holds: true };
  const tell = (change: Partial<Comparison>, confirm = true): string => {
    const report = { ...sample, config: { ...sample.config, confirm } };
    return toText(describeArmVerdict(createLookup(report), { ...some, effect: 0.12, ...change }));
  };
  assert.equal(tell({ verdict: 'slower' }, false), 'slower');
  assert.equal(tell({ verdict: 'slower' }), 'slower, not measured again');
  assert.equal(
    tell({ verdict: 'slower', confirmation }),
    'slower, confirmed in 20 further rounds: +11.2%\u00a0[+9.0%,\u00a0+13.4%]',
  );
  assert.equal(
    tell({
      verdict: 'inconclusive',
      confirmation: { ...confirmation, rounds: 1, low: null, high: null, holds: false },
    }),
    'inconclusive, slower at first, not confirmed in 1 further round: +11.2%',
  );
  assert.equal(
    tell({
      verdict: 'inconclusive',
      effect: -0.1,
      confirmation: { ...confirmation, effect: 0.001, low: null, holds: false },
    }),
    'inconclusive, faster at first, not confirmed in 20 further rounds: +0.1%',
  );
  assert.equal(tell({ verdict: 'inconclusive', roundsNeeded: 24 }), 'inconclusive (24 rounds)');
  assert.equal(tell({ verdict: 'equivalent' }), 'equivalent');
});

test('only what differs between the arms is listed, and a report of equal arms says that nothing does', () => {
  const rows = buildDifferencesTable(createLookup(sample))?.rows.map((row) => row.map(toText));
  assert.deepEqual(rows, [
    ['Seldon Core', '1.19.0', '1.17.1'],
    ['packages asked for', '–', 'grpcio==1.60.0'],
    ['package grpcio', '1.68.1', '1.60.0'],
    ['setting GUNICORN_THREADS', '–', '4'],
  ]);
  const [base] = sample.arms;
  assert.ok(base !== undefined);
  const equal: Report = { ...sample, arms: [base, { ...base, id: 'new' }] };
  assert.equal(buildDifferencesTable(createLookup(equal)), null);
  assert.match(renderAll(equal)['comment.md'], /Nothing that this report knows of differs between the arms/);
});

test('the comparison of the arms comes first, and what speaks of one arm says of which', () => {
  const { 'comment.md': comment, 'report.html': html } = renderAll(sample);
  const within = comment.indexOf('Within the baseline, <code>base</code>');
  assert.ok(within > comment.indexOf('against <code>base</code>'));
  for (const text of ['2021', '**Does not hold**', 'batch 1 · p50 ms | REST predict']) {
    assert.ok(!comment.slice(0, within).includes(text), text);
  }
  assert.match(comment, /Holm over all comparisons of arms/);
  assert.match(comment, /<b>24 cells<\/b> of the baseline/);
  assert.ok(html.indexOf('id="arms"') < html.indexOf('id="conclusions"'));
  const terminal = renderTerminal(sample, { colour: false, width: 100 });
  assert.ok(terminal.indexOf('new against base') < terminal.indexOf('Within the baseline, base'));
});

test('a report of one arm says nothing of arms', () => {
  const { 'results.csv': _, ...files } = renderAll(sampleReport());
  const terminal = renderTerminal(sampleReport(), { colour: false, width: 100 });
  // An attribute of drawn text is called so.
  const texts = [...Object.values(files), terminal].map((text) => text.replaceAll('dominant-baseline', ''));
  for (const text of texts) assert.doesNotMatch(text, /baseline|\barms? (?:1|2)\b/i);
});

test('many arms are summed in the headline, and each has an item and tables of its own', () => {
  const report = sampleReport({ arms: ['base', 'a', 'b', 'c'], confirm: false });
  const lookup = createLookup(report);
  assert.match(toText(buildHeadline(lookup).text), /, 3 arms against base: \d+ comparisons slower, /);
  const two = createLookup(sampleReport({ arms: ['base', 'a', 'b'], confirm: false }));
  assert.match(toText(buildHeadline(two).text), /, a against base: \d+ cells .*; b against base: \d+ cells /);
  assert.deepEqual(
    describeArms(lookup).map((item) => toText(item).split(':')[0]),
    ['a against base', 'b against base', 'c against base'],
  );
  const headings = renderAll(report)['comment.md'].match(/^\| batch 1 · p50 ms \| <code>base<\/code> \|.*$/gm) ?? [];
  assert.equal(headings.length, 3);
});

test('the CSV has each arm in rows of its own, with its own floor and its difference from the baseline', () => {
  const report = {
    ...sample,
    floor: sample.floor.map((floor) => ({ ...floor, p50Ms: floor.arm === 'new' ? 0.5 : 0.25 })),
  };
  const [head = [], ...rows] = renderAll(report)
    ['results.csv'].trim()
    .split('\n')
    .map((line) => line.split(','));
  const at = (name: string): number => head.indexOf(name);
  assert.equal(rows.length, 48);
  for (const row of rows) {
    const isBaseline = row[at('arm')] === 'base';
    assert.equal(row[at('floor_p50_ms')], isBaseline ? '0.25' : '0.5');
    assert.equal(row[at('against_baseline_verdict')] === '', isBaseline);
  }
});
