import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readMarker } from '../../src/comment-marker.ts';
import { MAX_COMMENT } from '../../src/render/comment.ts';
import { renderPages } from '../../src/render/render.ts';
import { MAX_SUMMARY } from '../../src/render/summary.ts';
import type { Report, Warning } from '../../src/report.ts';
import { missingGfm, parseGfm } from '../helpers/gfm.ts';
import { PROVENANCE, samplePosting } from '../helpers/sample-posting.ts';
import { sampleReport } from '../helpers/sample-report.ts';
import { HOSTILE } from './hostile-strings.ts';

const HEAD_NOW = 'abcdef0123abcdef0123abcdef0123abcdef0123';
const GATE = 'regression over 5%\np50 over 1ms\np99 over 100ms\nerrors over 0%\nthroughput under 5\nclaim grpc-faster';
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000] as const;

interface Shape {
  readonly batches: number;
  readonly concurrencies: number;
  readonly methods: number;
  readonly arms: number;
  readonly warnings: number;
  readonly settings: number;
  readonly rules: number;
  readonly reports: number;
  readonly text: string;
}

/** Up to 504 cells, and in every foreign text the same, as long as the schema takes. */
const anyShape: fc.Arbitrary<Shape> = fc.record({
  batches: fc.constantFrom(1, 2, 3, BATCHES.length),
  concurrencies: fc.integer({ min: 1, max: 2 }),
  methods: fc.integer({ min: 1, max: 3 }),
  arms: fc.integer({ min: 1, max: 3 }),
  warnings: fc.constantFrom(0, 1, 30),
  settings: fc.constantFrom(0, 100),
  rules: fc.constantFrom(0, 3, 44),
  reports: fc.constantFrom(1, 1, 1, 2, 5),
  text: fc.oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constant('\u{10ffff}<'.repeat(660)),
  ),
});

test('every page stays in its limit, closes what it opens, and loses nothing but whole parts that it names', (t) => {
  const missing = missingGfm();
  fc.assert(
    fc.property(anyShape, (shape) => {
      for (const [page, limit, size] of writePages(shape)) {
        assert.ok(size <= limit, `${size} of ${limit}`);
        checkFences(page);
        if (missing === false) checkHtml(parseGfm(page));
      }
    }),
    { seed: 7, numRuns: 40, endOnFailure: true },
  );
  if (missing !== false) t.diagnostic(`the Markdown was not parsed: ${missing}`);
});

test('a report of no cell, and of one whose every list is huge, keep marker, headline, links and what is missing', () => {
  const empty = {
    ...sampleReport({ provenance: PROVENANCE }),
    ...{ cells: [], comparisons: [], claims: [], floor: [] },
  };
  const [comment] = writeReports([empty]);
  assert.match(comment, /^### \S+ Seldon payload benchmark: 0 cells measured$/m);
  const arms = Array.from({ length: 30 }, (_, i) => `arm-${i}`);
  const huge = plant(
    sampleReport({ provenance: PROVENANCE, arms, gate: GATE, batches: [1] }),
    '<'.repeat(2000),
    30,
    300,
  );
  const [large, summary] = writeReports([huge]);
  assert.ok(large.length <= MAX_COMMENT && Buffer.byteLength(summary) <= MAX_SUMMARY);
  assert.notEqual(readMarker(large), null);
  assert.match(large, /^### 🔴 Seldon payload benchmark: /m);
  assert.match(large, /\[HTML report\]\(/);
  assert.match(large, /^<sub>Left out for length, and in the report's files: the charts of the medians, /m);
});

test('a summary that is too long is no comment: it leaves out parts in the order of the comment, and names them', () => {
  const reports = Array.from({ length: 60 }, (_, i) => ({
    ...sampleReport({ arms: ['base', 'new'] }),
    id: `leg-${i}`,
  }));
  const [, summary] = writeReports(reports);
  assert.ok(Buffer.byteLength(summary) <= MAX_SUMMARY);
  assert.match(
    summary,
    /^<sub>Left out for length, and in each report's files: the charts of the medians, encoding and decoding/m,
  );
  assert.match(summary, /<b>How this was measured/);
});

test('no part is named that the report has not', () => {
  const reports = Array.from({ length: 9 }, (_, i) => ({
    ...sampleReport({ provenance: PROVENANCE }),
    id: `leg-${i}`,
  }));
  const [comment] = writeReports(reports);
  const note = /^<sub>Left out for length.*$/m.exec(comment)?.[0] ?? '';
  assert.match(note, /the table of all cells/);
  assert.doesNotMatch(note, /the arms|limits|earlier runs|floor|environment/);
});

function writePages(shape: Shape): [page: string, limit: number, size: number][] {
  const { batches, concurrencies, methods, arms, rules, text } = shape;
  const base = sampleReport({
    batches: BATCHES.slice(0, batches),
    concurrencies: [1, 8].slice(0, concurrencies),
    methods: (['predict', 'predict_raw', 'predict_raw_decode'] as const).slice(0, methods),
    arms: Array.from({ length: arms }, (_, i) => `${text.slice(0, 60)}${i}`),
    provenance: PROVENANCE,
    rounds: 6,
    history: 'found',
    ...(rules === 0 ? {} : { gate: `${GATE}\n${listRules(rules)}` }),
  });
  const report = plant(base, text, shape.warnings, shape.settings);
  const reports = Array.from({ length: shape.reports }, (_, i) => ({
    ...report,
    id: i === 0 ? 'default' : `leg-${i}`,
  }));
  const [comment, summary] = writeReports(reports);
  return [
    [comment, MAX_COMMENT, comment.length],
    [summary, MAX_SUMMARY, Buffer.byteLength(summary)],
  ];
}

function listRules(n: number): string {
  return Array.from({ length: n }, (_, i) => `p50 over ${i + 2}ms`).join('\n');
}

function writeReports(reports: readonly Report[]): [comment: string, summary: string] {
  const [first, ...others] = reports;
  assert.ok(first !== undefined);
  const posting = samplePosting(
    reports.map(({ id }) => id),
    HEAD_NOW,
  );
  const pages = renderPages([first, ...others], posting);
  return [pages['comment.md'], pages['summary.md']];
}

/** Long and hostile text where a page could be made long by it, and warnings of every kind over and over. */
function plant(report: Report, text: string, warnings: number, settings: number): Report {
  const cells = report.cells.map(({ id }) => id);
  const kinds: readonly Warning[] = [
    { code: 'fallback', wanted: text, used: text, why: text },
    { code: 'low-duty', cells },
    { code: 'little', cells: [...cells, text] },
    { code: 'skipped-cells', cells },
    { code: 'stopped-early', why: text, during: 'planned', roundsDone: 1, roundsPlanned: 2 },
  ];
  return {
    ...report,
    environment: { ...report.environment, cpu: { model: text.slice(0, 2000), cores: 2 }, kernel: text },
    arms: report.arms.map((arm, i) => ({
      ...arm,
      model: `${i}${text.slice(0, 1000)}`,
      settings: Object.fromEntries(Array.from({ length: settings }, (_, n) => [`S${n}`, `${i}${text.slice(0, 1000)}`])),
    })),
    gate: report.gate && {
      ...report.gate,
      rules: report.gate.rules.map((rule) => ({ ...rule, rule: text, scope: text })),
    },
    warnings: Array.from({ length: warnings }, (_, i) => kinds[i % kinds.length] as Warning),
  };
}

/** In lines of their own, each opened where none is open. */
function checkFences(page: string): void {
  let open = false;
  for (const line of page.split('\n')) {
    if (line === '```mermaid') {
      assert.ok(!open, 'a fence within a fence');
      open = true;
    } else if (line.startsWith('```')) {
      assert.ok(open && line === '```', 'a fence that closes nothing');
      open = false;
    }
  }
  assert.ok(!open, 'a fence that is left open');
}

const TAGS =
  /^<(?:!--[^>]*--|\/?(?:h3|h4|p|sub|code|wbr|blockquote|strong|b|ol|ul|li|table|thead|tbody|tr|t[hd]|details|summary|pre|a)(?: (?:align="(?:left|right|center)"|lang="mermaid"|class="language-mermaid"|href="https:\/\/github\.com\/octo-org\/models\/actions\/runs\/1234567890(?:\/artifacts\/\d+)?"))?(?: \/)?)>$/;

function checkHtml(html: string): void {
  const open: string[] = [];
  for (const tag of html.match(/<[^>]*>/g) ?? []) {
    assert.match(tag, TAGS);
    const name = /^<\/?([a-z0-9]+)/.exec(tag)?.[1];
    if (name === undefined || name === 'wbr') continue;
    if (tag.startsWith('</')) assert.equal(open.pop(), name, 'closed in the order in which they were opened');
    else open.push(name);
  }
  assert.deepEqual(open, []);
}
