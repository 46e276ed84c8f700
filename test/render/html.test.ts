import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { templatesFolder } from '../../src/assets.ts';
import { significant } from '../../src/render/format.ts';
import { renderHtml } from '../../src/render/html.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { sampleReport } from '../helpers/sample-report.ts';
import { HOSTILE, plantEverywhere } from './hostile-strings.ts';

const template = readFileSync(join(templatesFolder, 'report.html.hbs'), 'utf8');
const reports = [
  sampleReport({ histograms: true }),
  sampleReport({ arms: ['base', 'new', 'newer'], concurrencies: [1, 8], rate: 200, batches: [1, 10, 100] }),
];
const pages = reports.map((report) => renderHtml(createLookup(report)));

test('the template writes nothing past the escaping but the drawings, at one place', () => {
  assert.deepEqual(template.match(/\{\{\{[^}]*\}\}\}|\{\{~?&/g), ['{{{svg}}}']);
});

test('no foreign text stands in a drawing', () => {
  const drawings = (text: string): string[] =>
    renderHtml(createLookup(plantEverywhere(text))).match(/<svg class="chart"[\s\S]*?<\/svg>/g) ?? [];
  const expected = drawings('harmless');
  assert.ok(expected.length > 3);
  for (const text of HOSTILE) assert.deepEqual(drawings(text), expected, JSON.stringify(text));
});

test('the same report gives the same page, however often', () => {
  for (const [i, report] of reports.entries()) assert.equal(renderHtml(createLookup(report)), pages[i]);
});

test('the page stays small: 24 cells with histograms below 3 MB, 504 cells below 8 MB', () => {
  const bytes = (html = ''): number => Buffer.byteLength(html);
  assert.ok(bytes(pages[0]) < 1_000_000, `${bytes(pages[0])} bytes`);
  const full = renderHtml(createLookup(sampleReport({ histograms: true, arms: ['a', 'b', 'c', 'd'], rounds: 40 })));
  assert.ok(bytes(full) < 3_000_000, `${bytes(full)} bytes`);
  const many = sampleReport({ batches: Array.from({ length: 42 }, (_, i) => i + 1) });
  assert.ok(bytes(renderHtml(createLookup(many))) < 8_000_000);
});

test('the page holds the numbers of every chart in a table', () => {
  const [report] = reports;
  const [html = ''] = pages;
  for (const { results } of report?.cells ?? []) {
    for (const { medianMs } of results.base?.rounds ?? []) assert.ok(html.includes(`>${significant(medianMs ?? 0)}<`));
  }
  for (const name of ['Percentiles in ms', 'Block medians in ms', 'All cells', 'Pairs, batch 1'])
    assert.ok(html.includes(name));
});

test('limits and earlier runs have sections where the report has them', () => {
  const earlier = { runId: '7', sha: 'a'.repeat(40), startedAt: '2025-01-30T00:00:00.000Z', p50Ms: {} };
  const rule = { rule: 'p50 < 1 ms', metric: 'p50', scope: '*', limit: 1, result: 'passed' } as const;
  const html = renderHtml(
    createLookup({
      ...sampleReport(),
      gate: { rules: [{ ...rule, checks: [] }], result: 'passed' },
      history: { status: 'found', branch: '<b>main</b>', runs: [earlier] },
    }),
  );
  assert.match(html, /<h2 id="limits">[\s\S]*p50 at most 1 ms/);
  assert.match(html, /<h2 id="history">[\s\S]*&lt;b&gt;main/);
  assert.doesNotMatch(pages[0] ?? '', /id="limits"|id="history"/);
});

test('an alert of several things is a lead and a list, of one a sentence', () => {
  const alertOf = (gate: string): string =>
    /<div class="alert caution" role="note">([\s\S]*?)<\/div>/.exec(
      renderHtml(createLookup(sampleReport({ gate }))),
    )?.[1] ?? '';
  const several = alertOf('p50 over 0.1ms\np50 over 0.2ms');
  assert.match(several, /^<p><strong>Gate failed<\/strong>\.<\/p>\s*<ul class="list">/);
  assert.equal(several.match(/<li><bdi class="foreign">p50 over 0\.\dms<\/bdi>: .*\.<\/li>/g)?.length, 2);
  const one = alertOf('p50 over 0.1ms');
  assert.match(one, /^<strong>Gate failed<\/strong>\. <bdi class="foreign">p50 over 0\.1ms<\/bdi>: /);
  assert.doesNotMatch(one, /<ul|<p>/);
});

test('the page asks for nothing from outside and runs nothing', () => {
  for (const html of pages) {
    assert.match(html, /http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'/);
    assert.doesNotMatch(html, /<(?:script|link|img|iframe|object|embed|form|base)\b|\son\w+=|url\(|@import|src=/i);
  }
});

test('every table has a caption, and every head cell a scope', () => {
  for (const html of pages) {
    const count = (pattern: RegExp): number => html.match(pattern)?.length ?? 0;
    assert.equal(count(/<caption>/g), count(/<table/g));
    assert.equal(count(/<th[ >]/g), count(/<th scope="(?:col|row)"/g));
  }
});

test('every link in the page has its place, and every id is there once', () => {
  for (const html of pages) {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(target));
  }
});

test('the text on every heat colour has a contrast of 4.5 at least, light and dark', () => {
  const palettes = template.split('@media (prefers-color-scheme: dark)');
  assert.equal(palettes.length, 2);
  for (const palette of palettes) {
    const read = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(palette)?.[1] ?? '';
    for (const name of ['ground', 'raised', ...Array.from({ length: 7 }, (_, i) => `h${i}`)]) {
      assert.ok(contrast(read('text'), read(name)) >= 4.5, name);
    }
    for (const name of ['soft', 'good', 'doubt', 'bad', 'link', 'rest', 'grpc']) {
      assert.ok(contrast(read(name), read('ground')) >= 4.5, name);
    }
  }
});

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, blue = 0] = [1, 3, 5].map((i) => {
      const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}
