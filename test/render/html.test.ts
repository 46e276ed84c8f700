import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { templatesFolder } from '../../src/assets.ts';
import { renderAll } from '../../src/render/render.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const template = readFileSync(join(templatesFolder, 'report.html.hbs'), 'utf8');
const pages = [sampleReport(), sampleReport({ arms: ['base', 'new', 'newer'], concurrencies: [1, 8], rate: 200 })].map(
  (report) => renderAll(report)['report.html'],
);

test('the template writes nothing past the escaping', () => {
  assert.doesNotMatch(template, /\{\{\{|\{\{~?&/);
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
    for (const name of ['soft', 'good', 'doubt', 'bad', 'link']) {
      assert.ok(contrast(read(name), read('ground')) >= 4.5, name);
    }
  }
});

test('the places of a forest lie inside its plot', () => {
  for (const [, place] of pages.join('').matchAll(/(?:c?x[12]?|width)="([-\d.]+)%"/g)) {
    assert.ok(Number(place) >= 0 && Number(place) <= 100);
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
