import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyGate } from '../../src/analysis/gate.ts';
import { parseGate } from '../../src/gate-rules.ts';
import { buildAlert } from '../../src/render/alert.ts';
import { describeArms } from '../../src/render/arm-conclusions.ts';
import { buildArmTable } from '../../src/render/arm-tables.ts';
import { renderCsv } from '../../src/render/csv.ts';
import { effect, effectWithInterval } from '../../src/render/format.ts';
import { buildGateTable } from '../../src/render/gate-table.ts';
import { buildHeadline } from '../../src/render/headline.ts';
import { renderHtml } from '../../src/render/html.ts';
import { createLookup, type Lookup } from '../../src/render/lookup.ts';
import { toText } from '../../src/render/plain-text.ts';
import { NOT_POSTED } from '../../src/render/posting.ts';
import type { Prose } from '../../src/render/prose.ts';
import { renderPages } from '../../src/render/render.ts';
import { tallyArms } from '../../src/render/tally.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import type { Comparison, Report, Verdict } from '../../src/report.ts';
import { listTags, missingGfm, parseGfm } from '../helpers/gfm.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const VERDICTS: readonly Verdict[] = ['slower', 'faster', 'equivalent', 'inconclusive', 'not-resolvable'];
const SIGNS: Record<Verdict, string> = {
  ...{ slower: '🔴', faster: '🟢', equivalent: '⚪' },
  ...{ inconclusive: '❔', 'not-resolvable': '❔' },
};
const WORDS: Record<Verdict, string> = {
  ...{ slower: 'slower', faster: 'faster', equivalent: 'equivalent' },
  ...{ inconclusive: 'inconclusive', 'not-resolvable': 'not resolvable' },
};
const RULES = [
  'regression',
  'regression over 10%',
  'regression over 1% in predict',
  'errors over 0%',
  'p50 over 1ms',
  'p50 over 0.75ms in *.rest',
  'p99 over 20ms',
  'throughput under 100',
  'claim grpc-faster',
  'claim grpc-ndarray-bad',
];

/** Verdicts by chance, cells that were not measured, and limits of which some are kept. */
const anyReport: fc.Arbitrary<Report> = fc
  .record({
    others: fc.integer({ min: 0, max: 3 }),
    batches: fc.constantFrom([1], [1, 100_000]),
    verdicts: fc.array(fc.constantFrom(...VERDICTS), { minLength: 7, maxLength: 7 }),
    failed: fc.integer({ min: 0, max: 3 }),
    rules: fc.subarray(RULES, { maxLength: 6 }),
    noisyCanary: fc.boolean(),
  })
  .map(({ others, batches, verdicts, failed, rules, noisyCanary }) => {
    const ids = ['predict.rest.ndarray.1.c1', 'predict.grpc.tensor.1.c1', 'predict_raw.grpc.tftensor.1.c1'];
    const report = sampleReport({
      ...{ batches, noisyCanary, confirm: false },
      arms: ['base', 'new', 'newer', 'newest'].slice(0, others + 1),
      failed: Object.fromEntries(ids.slice(0, failed).map((id) => [id, 'HTTP 500'])),
    });
    const comparisons = report.comparisons.map((comparison, i): Comparison => {
      const { roundsNeeded: _, ...rest } = comparison;
      return comparison.kind === 'arm' ? { ...rest, verdict: verdicts[(i * 5) % 7] ?? 'slower' } : comparison;
    });
    return applyGate({ ...report, comparisons }, parseGate(rules.join('\n')));
  });

interface Measured {
  readonly effect: number;
  /** Null: without an interval. */
  readonly width: number | null;
}

const anyMeasured: fc.Arbitrary<Measured> = fc.record({
  effect: fc.double({ min: -0.9, max: 3, noNaN: true }),
  width: fc.option(fc.double({ min: 0.001, max: 0.5, noNaN: true }), { freq: 6 }),
});

/** Differences between arms by chance, of which some were measured again, with what came out by chance as well. */
const anyConfirmed: fc.Arbitrary<Report> = fc
  .record({
    others: fc.integer({ min: 1, max: 3 }),
    batches: fc.constantFrom([1], [1, 100_000]),
    failed: fc.constantFrom({}, { 'predict.grpc.tensor.1.c1': 'HTTP 500' }),
    alpha: fc.constantFrom(0.05, 0.0125),
    found: fc.array(
      fc.record({
        first: anyMeasured,
        again: fc.option(
          fc.record({ second: anyMeasured, rounds: fc.integer({ min: 1, max: 40 }), holds: fc.boolean() }),
        ),
      }),
      { minLength: 7, maxLength: 7 },
    ),
  })
  .map(({ others, found, ...options }) => {
    const report = sampleReport({ ...options, arms: ['base', 'new', 'newer', 'newest'].slice(0, others + 1) });
    const comparisons = report.comparisons.map((comparison, i): Comparison => {
      const chosen = found[(i * 5) % 7];
      if (comparison.kind !== 'arm' || chosen === undefined) return comparison;
      const { roundsNeeded: _, confirmation: __, ...rest } = comparison;
      const { first, again } = chosen;
      // No two cells have the same, so that no row can pass for another.
      const one = { ...rest, ...widen(first, i / 1000) };
      if (again === null) return { ...one, verdict: 'equivalent' };
      const { second, rounds, holds } = again;
      const verdict = holds ? (second.effect > 0 ? 'slower' : 'faster') : 'inconclusive';
      return { ...one, verdict, confirmation: { rounds, holds, ...widen(second, i / 1000) } };
    });
    return { ...report, comparisons };
  });

function widen({ effect, width }: Measured, shift: number): Pick<Comparison, 'effect' | 'low' | 'high'> {
  const ratio = 1 + effect + shift;
  const [low, high] = width === null ? [null, null] : [ratio / (1 + width) - 1, ratio * (1 + width) - 1];
  return { effect: ratio - 1, low, high };
}

const check = (property: (report: Report, lookup: Lookup) => void, seed: number, numRuns = 60): void =>
  fc.assert(
    fc.property(anyReport, (report) => property(report, createLookup(report))),
    { seed, numRuns },
  );
const countWord = (text: string, word: string): number =>
  [...text.matchAll(new RegExp(`(\\d+)(?: of \\d+)?(?: cells?| comparisons?)? ${word}`, 'g'))].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );

test('headline, tables, bold cells, conclusions and CSV count the same cells with each verdict', () => {
  check((report, lookup) => {
    const between = report.comparisons.filter(({ kind }) => kind === 'arm');
    // Limits have counts of their own.
    const headline = toText(buildHeadline(lookup).text).replace(/: \d+ (?:of \d+ )?limits?[^;]*;/, ':');
    const comment = renderPages([report], NOT_POSTED)['comment.md'];
    const tables = lookup.others.flatMap((other) =>
      lookup.groups.flatMap((group) => buildArmTable(lookup, group, other, { isNarrow: false }).rows),
    );
    const csv = parseRows(renderCsv(report));
    const items = describeArms(lookup).map(toText).join('\n');
    for (const verdict of VERDICTS) {
      const expected = between.filter((comparison) => comparison.verdict === verdict).length;
      for (const text of [headline, items])
        assert.equal(countWord(text, WORDS[verdict]), expected, `${verdict}: ${text}`);
      const cells = tables.flat().filter((cell) => toText(cell).startsWith(`${SIGNS[verdict]} ${WORDS[verdict]}`));
      assert.equal(cells.length, lookup.others.length === 0 ? 0 : expected);
      assert.equal(csv.filter((row) => row.against_baseline_verdict === verdict).length, expected);
      if (verdict !== 'slower' && verdict !== 'faster') continue;
      const loud = cells.filter((cell) => cell.some(({ style, text }) => style === 'strong' && text === verdict));
      assert.equal(loud.length, cells.length, 'bold is what lies outside the margin');
      const inComment = comment.match(/^\|.*$/gm)?.join('\n') ?? '';
      assert.equal(inComment.split(`${SIGNS[verdict]} **${verdict}**`).length - 1, expected);
    }
    for (const { missing, comparisons } of tallyArms(lookup)) {
      assert.equal(missing + comparisons.length, report.cells.length);
    }
  }, 11);
});

test('headline, alert, table, CSV, terminal and outcome say the same of the limits', () => {
  check((report, lookup) => {
    const rules = report.gate?.rules ?? [];
    const of = (result: string): number => rules.filter((rule) => rule.result === result).length;
    const headline = toText(buildHeadline(lookup).text);
    const { 'comment.md': comment, 'summary.md': summary } = renderPages([report], NOT_POSTED);
    const terminal = renderTerminal(report, { colour: false, width: 10_000 });
    const isBroken = of('failed') + of('not-measured') > 0;
    assert.equal(report.outcome === 'regression', isBroken);
    for (const text of [comment, summary]) {
      assert.equal(/^> \*\*Gate failed\*\*\./m.test(text), isBroken);
      if (isBroken) assert.match(text, /^> \[!CAUTION\]$/m);
      if (of('passed') === rules.length && rules.length > 0) assert.match(text, /^(?:All \d+ limits|1 limit) kept\.$/m);
    }
    assert.equal(Number(/(\d+) (?:of \d+ )?limits? exceeded/.exec(headline)?.[1] ?? 0), of('failed'));
    if (isBroken) assert.match(headline, /limit/);
    // The headline, which has the sign for failed cells as well.
    assert.equal(/^✖ .*limits? (?:exceeded|not measured)/m.test(terminal), isBroken);
    if (of('failed') === 0 && of('inconclusive') > 0 && !isBroken)
      assert.match(comment, /not shown to be exceeded, nor/);
    const table = buildGateTable(lookup)?.rows.map((row) => row.map(toText)) ?? [];
    const broken = table.filter(([, , , , result = '']) => /^(?:exceeded|not reached|does not hold)$/.test(result));
    const failed = rules.flatMap(({ checks }) => checks).filter(({ result }) => result === 'failed');
    assert.ok(broken.length <= failed.length);
    assert.equal(broken.length > 0, failed.length > 0);
    const rows = parseRows(renderCsv(report));
    for (const { arm, cell } of failed) {
      if (cell === null) continue;
      assert.equal(rows.find((row) => row.arm === arm && row.cell === cell)?.gate, 'failed');
    }
    const named = new Set(failed.map(({ arm, cell }) => `${arm} ${cell}`));
    assert.equal(
      rows.filter(({ gate }) => gate === 'failed').length,
      [...named].filter((name) => !name.endsWith(' null')).length,
    );
  }, 12);
});

test('the HTML has the headline, the alert and the limits in the words of the comment', () => {
  check(
    (_, lookup) => {
      const page = textOf(renderHtml(lookup));
      const assertShown = (prose: Prose): void => {
        const words = toText(prose).replaceAll(/\s+/g, ' ').trim();
        assert.ok(page.includes(words), words);
      };
      assertShown(buildHeadline(lookup).text);
      const { lead, items } = buildAlert(lookup) ?? { lead: [], items: [] };
      for (const prose of [lead, ...items]) assertShown(prose);
      for (const row of buildGateTable(lookup)?.rows ?? []) row.forEach(assertShown);
    },
    13,
    8,
  );
});

test("the comment's headline, as GitHub shows it, is the summary's", (t) => {
  const missing = missingGfm();
  if (missing !== false) return t.skip(`skipped: ${missing}`);
  check(
    (report, lookup) => {
      for (const markdown of Object.values(renderPages([report], NOT_POSTED))) {
        const html = parseGfm(markdown);
        const title = textOf(/<h3>[\s\S]*?<\/h3>/.exec(html)?.[0] ?? '').trim();
        assert.equal(title.replace(/^\S+ /u, ''), toText(buildHeadline(lookup).text));
        assert.equal(listTags(html).filter((tag) => tag === '<h3>').length, 1);
      }
    },
    14,
    20,
  );
});

test('the headline over many reports is the sum of theirs', () => {
  fc.assert(
    fc.property(fc.array(anyReport, { minLength: 2, maxLength: 4 }), (found) => {
      const reports = found.map((report, i) => ({ ...report, id: `leg-${i}` }));
      const [first, ...others] = reports;
      assert.ok(first !== undefined);
      const comment = renderPages([first, ...others], NOT_POSTED)['comment.md'];
      const title = /^### (\S+) .*, (\d+) reports: (.*)$/m.exec(comment);
      const between = reports.flatMap(({ comparisons }) => comparisons.filter(({ kind }) => kind === 'arm'));
      const counts = (title?.[3] ?? '').split('; ').at(-1) ?? '';
      for (const verdict of between.length > 0 ? VERDICTS : []) {
        const expected = between.filter((comparison) => comparison.verdict === verdict).length;
        assert.equal(countWord(counts, WORDS[verdict]), expected, title?.[0]);
      }
      assert.equal(Number(title?.[2]), reports.length);
      const signs = [...comment.matchAll(/^#### (\S+) /gm)].map(([, sign]) => sign);
      assert.equal(signs.length, reports.length);
      assert.equal(signs[0], title?.[1]);
      const order = ['🔴', '🟡', '⚪', '🟢'];
      const ranks = signs.map((sign) => order.indexOf(sign ?? ''));
      assert.deepEqual(ranks, ranks.toSorted());
    }),
    { seed: 15, numRuns: 30 },
  );
});

test('tables, chart and CSV quote the same difference between arms for every cell', () => {
  let confirmed = 0;
  fc.assert(
    fc.property(anyConfirmed, (report) => {
      const { groups, others } = createLookup(report);
      const { 'comment.md': comment, 'summary.md': summary } = renderPages([report], NOT_POSTED);
      const quoted = readCsv(renderCsv(report));
      const cells = groups.flatMap((group) => group.cells.map(({ id }) => id));
      for (const { confirmation, effect, b } of report.comparisons.filter(({ kind }) => kind === 'arm')) {
        assert.equal(quoted(b.arm, b.cell)?.effect, confirmation?.effect ?? effect);
        confirmed += confirmation === undefined ? 0 : 1;
      }
      const expected = others.map(({ id: arm }) => cells.map((cell) => quoted(arm, cell)));
      const texts = expected.map((found) =>
        found.map((one) => (one === null ? '–' : effectWithInterval(one.effect, one.low, one.high))),
      );
      for (const page of [comment, summary]) assert.deepEqual(readArmTables(page, others.length), texts);
      assert.deepEqual(
        readForests(renderHtml(createLookup(report))),
        texts.flat().filter((text) => text !== '–'),
      );
      const drawn = expected.flat().filter((one) => one !== null && one.low !== null);
      for (const page of [comment, summary]) {
        assert.deepEqual(
          readCharts(page),
          drawn.map((one) => effect(one?.effect ?? Number.NaN)),
        );
      }
    }),
    { seed: 16, numRuns: 25 },
  );
  assert.ok(confirmed > 100);
});

/** What the CSV has of an arm's cell against the baseline's: of what was measured again the further rounds'. */
function readCsv(csv: string): (arm: string, cell: string) => Pick<Comparison, 'effect' | 'low' | 'high'> | null {
  const rows = parseRows(csv);
  return (arm, cell) => {
    const row = rows.find((one) => one.arm === arm && one.cell === cell) ?? {};
    const prefix = row.against_baseline_confirmed ? 'against_baseline_confirmed' : 'against_baseline';
    const [effect = null, low = null, high = null] = ['effect', 'low', 'high'].map((name) => {
      const text = row[`${prefix}_${name}`];
      return text ? Number(text) : null;
    });
    return effect === null ? null : { effect, low, high };
  };
}

/** The column of differences of each arm, which has as many tables as any other. */
function readArmTables(page: string, arms: number): string[][] {
  const tables = (page.match(/(?:^\|.*\n)+/gm) ?? [])
    .map((table) => table.trim().split('\n'))
    .map((lines) => lines.map((line) => line.slice(2, -2).split(' | ')))
    .filter(([head]) => head?.[0]?.includes('p50 ms') && head.at(-1) === 'verdict');
  const each = tables.length / arms;
  return Array.from({ length: arms }, (_, i) =>
    tables.slice(i * each, (i + 1) * each).flatMap(([, , ...rows]) => rows.map((row) => row[3] ?? '')),
  );
}

function readForests(html: string): string[] {
  const tables = html.match(/<table class="forest arms">[\s\S]*?<\/table>/g) ?? [];
  const cell = /<td class="right">[^<]*<\/td><td class="right">([^<]*)<\/td>/g;
  return tables.flatMap((table) => [...table.matchAll(cell)].map(([, text = '']) => text));
}

/** The differences at the bars of the charts of the arms, in our own signs. */
function readCharts(page: string): string[] {
  const charts = (page.match(/^```mermaid\n[\s\S]*?^```/gm) ?? []).filter((chart) =>
    chart.includes('against the baseline'),
  );
  const bar = /^ {4}(?:faster|slower|same|unclear) (\S+) :/gm;
  return charts.flatMap((chart) =>
    [...chart.matchAll(bar)].map(([, text = '']) => text.replace(/^-/, '−').replace(/x$/, '×')),
  );
}

/** By the names of the columns; the samples have no value with a comma or a quote in it. */
function parseRows(csv: string): Record<string, string>[] {
  const [head = '', ...lines] = csv.trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    assert.equal(values.length, names.length);
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
  });
}

function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');
}
