import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTerminal } from '../../src/render/terminal.ts';
import { report as schema } from '../../src/report.ts';
import { missingGfm, parseGfm } from '../helpers/gfm.ts';
import { renderAll } from '../helpers/render-all.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';

const VARIANTS: Record<string, SampleOptions> = {
  'the whole matrix': {},
  'a skipped cell': { skipped: { 'predict.grpc.ndarray.100000.c1': 'larger than 4 MiB' } },
  'a failed cell': { failed: { 'predict.rest.ndarray.1.c1': 'HTTP 500' } },
  'a noisy canary': { noisyCanary: true },
  'the reference server': { target: 'reference' },
  'an unknown server': { target: 'url', methods: ['predict'] },
  'one method': { methods: ['predict_raw'] },
  'one transport': { transports: ['grpc'] },
  'one encoding': { encodings: ['tensor'] },
  'one batch': { batches: [1] },
  'one cell': { methods: ['predict'], transports: ['rest'], encodings: ['ndarray'], batches: [7] },
  'three batches': { batches: [1, 1000, 100_000] },
  'no round at all': { roundsDone: 0 },
  'a run cut short': { roundsDone: 9 },
  'too few rounds for intervals': { rounds: 4 },
  'a single round': { rounds: 1 },
  'two arms': { arms: ['base', 'new'] },
  'two arms, nothing measured again': { arms: ['base', 'new'], confirm: false },
  'two arms and a failed cell': { arms: ['base', 'new'], failed: { 'predict.rest.ndarray.1.c1': 'HTTP 500' } },
  'two arms, no round at all': { arms: ['base', 'new'], roundsDone: 0 },
  'two arms, a single round': { arms: ['base', 'new'], rounds: 1 },
  'two arms of the reference server': { arms: ['base', 'slow'], target: 'reference' },
  'two arms and three batches': { arms: ['base', 'new'], batches: [1, 1000, 100_000] },
  'three arms': { arms: ['base', 'new', 'newer'] },
  'twelve arms': { arms: ['base', ...Array.from({ length: 11 }, (_, i) => `arm-${i}`)] },
  'three methods': { methods: ['predict', 'predict_raw', 'predict_raw_decode'] },
  'eight connections': { concurrencies: [8], batches: [1] },
  'several concurrencies': { concurrencies: [1, 8, 32] },
  'an open loop': { rate: 200.5, dropped: { 'predict.rest.ndarray.1.c1': 3 } },
  'added rounds': { stopping: { looks: [{ rounds: 20, alpha: 0.0125, tooWide: 1 }], ended: 'budget' }, alpha: 0.0125 },
  'added rounds, stopped': {
    arms: ['base', 'new'],
    stopping: { looks: [{ rounds: 20, alpha: 0.0125, tooWide: 1 }], ended: 'stopped' },
    alpha: 0.0125,
    roundsDone: 33,
    stoppedDuring: 'narrowing',
  },
  'stopped while confirming': { arms: ['base', 'new'], stoppedDuring: 'confirming' },
  'everything at once': {
    arms: ['base', 'new', 'newer'],
    methods: ['predict', 'predict_raw', 'predict_raw_decode'],
    batches: [1, 1000, 100_000],
    concurrencies: [1, 8, 32],
    histograms: true,
  },
  'many batches': { batches: Array.from({ length: 42 }, (_, i) => 1 + i * 2000) },
};
const COMMENT_LIMIT = 60_000;
const TAGS =
  /^<\/?(?:h3|h4|p|sub|code|wbr|blockquote|strong|b|ol|ul|li|table|thead|tbody|tr|t[hd](?: align="(?:left|right|center)")?|details|summary|pre(?: lang="mermaid")?|code class="language-mermaid")(?: \/)?>$/;

for (const [name, options] of Object.entries(VARIANTS)) {
  const report = sampleReport(options);
  const files = renderAll(report);

  test(`${name}: the sample is a report, and no text has a hole in it`, () => {
    assert.equal(schema.safeParse(report).error, undefined);
    const terminal = renderTerminal(report, { colour: false, width: 100 });
    const { 'histograms.hlog': _, ...texts } = files;
    for (const text of [...Object.values(texts), terminal]) {
      assert.doesNotMatch(text, /undefined|NaN|Infinity|\[object|null/);
    }
    assert.ok(files['comment.md'].length <= COMMENT_LIMIT);
  });

  test(`${name}: the Markdown is what it is meant to be to GitHub's parser`, (t) => {
    const missing = missingGfm();
    if (missing !== false) return t.skip(`skipped: ${missing}`);
    for (const markdown of [files['comment.md'], files['summary.md']]) {
      const html = parseGfm(markdown).replace(/^<!--.*?-->\n/, '');
      const count = (pattern: RegExp): number => html.match(pattern)?.length ?? 0;
      for (const tag of html.match(/<[^>]*>/g) ?? []) assert.match(tag, TAGS);
      assert.equal(count(/<details>/g), count(/<\/details>/g));
      assert.equal(count(/<summary>/g), count(/<details>/g));
      assert.equal(count(/<table>/g), markdown.match(/^\| :?-/gm)?.length ?? 0);
      // The parser drops cells that are too many, so their number is counted before it does.
      for (const table of markdown.match(/(?:^\|.*\|$\n?)+/gm) ?? []) {
        const widths = table
          .trim()
          .split('\n')
          .map((row) => row.split('|').length);
        assert.equal(new Set(widths).size, 1);
      }
      assert.equal(count(/\| :?-|\*\*|```/g), 0, 'Markdown that was not taken for such');
    }
  });
}

test('the first line after the marker says that the reference server is no Seldon', () => {
  const files = renderAll(sampleReport({ target: 'reference' }));
  assert.match(files['comment.md'].split('\n')[1] ?? '', /^\*\*This is not Seldon/);
  assert.match(files['summary.md'].split('\n')[0] ?? '', /^\*\*This is not Seldon/);
  assert.match(files['report.html'], /<header>\s*<p class="lead"><strong>This is not Seldon/);
  assert.match(
    renderTerminal(sampleReport({ target: 'reference' }), { colour: false, width: 100 }),
    /^This is not Seldon/,
  );
});

test('a comment that is too long leaves out what is said elsewhere, and says so', () => {
  const comment = renderAll(sampleReport(VARIANTS['twelve arms'] ?? {}))['comment.md'];
  assert.match(comment, /Left out for length, and in the report's files: the charts of the medians/);
  assert.match(comment, /^\*\*Conclusions\*\*$/m);
  assert.doesNotMatch(renderAll(sampleReport({ arms: ['base', 'new'] }))['comment.md'], /Left out/);
});

test('the sign of the headline follows the run', () => {
  const sign = (options: SampleOptions): string | undefined =>
    /^### (\S+) /m.exec(renderAll(sampleReport(options))['comment.md'])?.[1];
  assert.equal(sign({}), '🟢');
  assert.equal(sign(VARIANTS['a skipped cell'] ?? {}), '🟢');
  assert.equal(sign({ noisyCanary: true }), '🟡');
  assert.equal(sign({ rounds: 4 }), '🟡');
  assert.equal(sign({ target: 'reference' }), '🟡');
  assert.equal(sign({ roundsDone: 9 }), '🔴');
  assert.equal(sign(VARIANTS['a failed cell'] ?? {}), '🔴');
});

test('a comment has at most one alert, and none where there is nothing to alert to', () => {
  const alerts = (options: SampleOptions): readonly string[] =>
    renderAll(sampleReport(options))['comment.md'].match(/\[!\w+\]/g) ?? [];
  assert.deepEqual(alerts({}), []);
  assert.deepEqual(alerts({ noisyCanary: true }), ['[!WARNING]']);
  assert.deepEqual(alerts({ noisyCanary: true, failed: { 'predict.rest.ndarray.1.c1': 'x' } }), ['[!CAUTION]']);
  assert.deepEqual(alerts(VARIANTS['a skipped cell'] ?? {}), ['[!NOTE]']);
});

test('a comment on many batches shows the smallest, the middle and the largest, and says where the others are', () => {
  const comment = renderAll(sampleReport(VARIANTS['many batches'] ?? {}))['comment.md'];
  const shown = [...comment.matchAll(/^\| (batch \d+) · p50 ms/gm)].map((match) => match[1]);
  assert.deepEqual(shown, ['batch 1', 'batch 42001', 'batch 82001']);
  assert.match(comment, /39 more batches in the report's files/);
});
