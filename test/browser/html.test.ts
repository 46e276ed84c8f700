import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { renderHtml } from '../../src/render/html.ts';
import { createLookup } from '../../src/render/lookup.ts';
import type { Report } from '../../src/report.ts';
import { missingBrowser, type OpenedBrowser, openBrowser } from '../helpers/browser.ts';
import { sampleReport } from '../helpers/sample-report.ts';
import { HOSTILE, plantEverywhere } from '../render/hostile-strings.ts';

const missing = await missingBrowser();
const skip = missing === false ? false : `skipped: ${missing}`;
const THEMES = ['light', 'dark'] as const;
const PAGES: Record<string, Report> = {
  one: sampleReport({
    histograms: true,
    methods: ['predict'],
    encodings: ['ndarray', 'tensor'],
    batches: [1, 100, 100_000],
  }),
  arms: sampleReport({
    histograms: true,
    arms: ['base', 'new'],
    batches: [1, 100_000],
    encodings: ['ndarray', 'tensor'],
  }),
  hostile: plantEverywhere(HOSTILE.join(' ').slice(0, 1500)),
};

let folder: string;
let browser: OpenedBrowser;

before(async () => {
  if (skip) return;
  folder = await mkdtemp(join(tmpdir(), 'html-'));
  for (const [name, report] of Object.entries(PAGES)) {
    await writeFile(join(folder, `${name}.html`), renderHtml(createLookup(report)));
  }
  browser = await openBrowser();
});

after(async () => {
  if (skip) return;
  await browser[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

for (const name of Object.keys(PAGES)) {
  test(`${name}: the page fits both widths in both themes, asks for nothing and complains of nothing`, {
    skip,
  }, async () => {
    const shots = new Set<string>();
    for (const colorScheme of THEMES) {
      for (const width of [1280, 390]) {
        const { page, told, requests } = await openPage(name, { colorScheme, viewport: { width, height: 900 } });
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
        assert.ok(wide <= width, `${wide} px in a window of ${width} px`);
        for (const place of ['header', '.panels']) {
          await page.locator(place).first().scrollIntoViewIfNeeded();
          const shot = await page.screenshot({ path: join(folder, `${name}-${place}-${colorScheme}-${width}.png`) });
          assert.ok(shot.length > 12_000, 'a picture of nothing is smaller');
          shots.add(shot.toString('base64'));
        }
        assert.deepEqual(told, []);
        assert.deepEqual(requests, []);
        await page.context().close();
      }
    }
    assert.equal(shots.size, 8, 'themes, widths and places differ');
  });
}

test('nothing serious is in the way of those who do not see or do not point', { skip }, async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const name of Object.keys(PAGES)) {
    for (const colorScheme of THEMES) {
      // The page's policy lets no script in; that is for the reader's browser, not for what is asked here.
      const { page } = await openPage(name, { colorScheme, bypassCSP: true });
      await page.evaluate('document.querySelectorAll("details").forEach((details) => { details.open = true; })');
      await page.evaluate(axe);
      const { violations } = await page.evaluate<Audit>('axe.run()');
      const grave = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
      assert.deepEqual(grave, [], `${name}, ${colorScheme}`);
      await page.context().close();
    }
  }
});

test('the keyboard reaches the results first, then the links, the folds and the scroll regions', { skip }, async () => {
  const { page } = await openPage('one', { viewport: { width: 390, height: 900 } });
  const focused = () =>
    page.evaluate<{ kind: string; name: string; ring: string }>(
      `(({ activeElement: at }) => ({
        kind: at.getAttribute('role') ?? at.tagName.toLowerCase(),
        name: at.textContent,
        ring: getComputedStyle(at).outlineStyle,
      }))(document)`,
    );
  await page.keyboard.press('Tab');
  assert.equal((await focused()).name, 'Skip to the results');
  const kinds = new Set<string>();
  // Round once: after the last the focus goes back to the page.
  for (let i = 0; i < 200; i += 1) {
    await page.keyboard.press('Tab');
    const { kind, ring } = await focused();
    if (kind === 'body') break;
    assert.notEqual(ring, 'none', `${kind} shows that it has the focus`);
    kinds.add(kind);
  }
  assert.deepEqual([...kinds].sort(), ['a', 'region', 'summary']);
  await page.context().close();
});

test('what is folded is printed, too', { skip }, async () => {
  const { page } = await openPage('arms', {});
  await page.evaluate('document.querySelectorAll("details").forEach((details) => { details.open = false; })');
  const heights = () =>
    page.evaluate<number[]>(
      '[...document.querySelectorAll("details")].map((details) => details.getBoundingClientRect().height)',
    );
  for (const height of await heights()) assert.ok(height < 80, `a folded one has one line, not ${height} px`);
  await page.emulateMedia({ media: 'print' });
  for (const height of await heights()) assert.ok(height > 100, `a printed one has its table, not ${height} px`);
  await page.context().close();
});

test('charts take their colours from the theme, and every one has a name of its own', { skip }, async () => {
  const strokes = new Set<string | undefined>();
  for (const colorScheme of THEMES) {
    const { page } = await openPage('one', { colorScheme });
    const charts = await page.evaluate<{ name: string; role: string; stroke: string }[]>(
      `[...document.querySelectorAll('svg.chart')].map((chart) => ({
        name: chart.getAttribute('aria-label'),
        role: chart.getAttribute('role'),
        stroke: getComputedStyle(chart.querySelector('path[stroke*="--"]')).stroke,
      }))`,
    );
    assert.ok(charts.length > 10);
    for (const { name, role, stroke } of charts) {
      assert.ok(role === 'img' && name.length > 20);
      assert.match(stroke, /^rgb/);
    }
    assert.equal(new Set(charts.map(({ name }) => name)).size, charts.length);
    strokes.add(charts[0]?.stroke);
    await page.context().close();
  }
  assert.equal(strokes.size, 2);
});

interface Audit {
  readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
}

/** A page from its file, with all that it said and all that it asked for. */
async function openPage(
  name: string,
  options: BrowserContextOptions,
): Promise<{ page: Page; told: string[]; requests: string[] }> {
  const page = await browser.newPage(options);
  const told: string[] = [];
  const requests: string[] = [];
  const own = pathToFileURL(join(folder, `${name}.html`)).href;
  page.on('console', (message) => told.push(message.text()));
  page.on('pageerror', (error) => told.push(error.message));
  await page.route('**/*', (route) => {
    if (route.request().url() === own) return route.continue();
    requests.push(route.request().url());
    return route.abort();
  });
  await page.goto(own);
  return { page, told, requests };
}
