import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { NOT_POSTED } from '../../src/render/posting.ts';
import { renderPages } from '../../src/render/render.ts';
import type { Report } from '../../src/report.ts';
import { missingBrowser, openBrowser } from '../helpers/browser.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';
import { HOSTILE, plantEverywhere } from './hostile-strings.ts';

const ONE = { methods: ['predict'], transports: ['rest'], encodings: ['ndarray'], batches: [7] } as const;

const VARIANTS: Record<string, SampleOptions> = {
  'no round at all': { roundsDone: 0 },
  'a single round': { rounds: 1, arms: ['base', 'new'] },
  'one cell': ONE,
  'one cell, two arms': { ...ONE, arms: ['base', 'new'] },
  '24 cells': {},
  '24 cells of three arms': { arms: ['base', 'new', 'newer'] },
  'nine arms': { arms: ['base', ...Array.from({ length: 8 }, (_, i) => `arm-${i}`)] },
  '504 cells': { batches: Array.from({ length: 42 }, (_, i) => 1 + i * 2000) },
  'several concurrencies': { concurrencies: [1, 8, 32], arms: ['base', 'new'] },
  'three methods': { methods: ['predict', 'predict_raw', 'predict_raw_decode'] },
  'huge differences': { noise: 3, arms: ['base', 'new'] },
  'no difference': { noise: 0, arms: ['base', 'new'] },
  'an open loop': { rate: 200.5 },
  'a failed cell': { failed: { 'predict.rest.ndarray.1.c1': 'HTTP 500' } },
};

/** What a diagram was drawn as: the width of the picture, and its text. */
interface Drawn {
  readonly error: string | null;
  readonly width: number;
  readonly text: string;
}

const IN_THE_PAGE = `async (sources) => {
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
  const drawn = [];
  for (const [i, source] of sources.entries()) {
    const box = document.body.appendChild(document.createElement('div'));
    try {
      const { svg } = await mermaid.render('diagram-' + i, source);
      box.innerHTML = svg;
      const text = [...box.querySelectorAll('text')].map((one) => one.textContent).join('\\n');
      drawn.push({ error: null, width: box.querySelector('svg').getBoundingClientRect().width, text });
    } catch (error) {
      drawn.push({ error: String(error.message), width: 0, text: '' });
    }
    box.remove();
  }
  return drawn;
}`;

const CONTROLS = [
  'gantt\n    dateFormat x\n    section a\n    b :1, 2',
  'xychart-beta\n    x-axis ["a"b"]\n    bar [1]',
] as const;

const missing = await missingBrowser();
const diagrams = [...collectDiagrams()];
const [good, bad, ...drawn] = missing === false ? await draw([...CONTROLS, ...diagrams.map(([source]) => source)]) : [];

test('all diagrams of the comment and the summary are drawn by Mermaid itself', (t) => {
  if (missing !== false) return t.skip(`skipped: ${missing}`);
  for (const [i, [source, where]] of diagrams.entries()) {
    const one = drawn[i];
    assert.equal(one?.error, null, `${where}: ${one?.error}\n${source}`);
    assert.doesNotMatch(one.text, /Syntax error/i, `${where}\n${source}`);
    assert.ok(one.width > 100, `${where}: ${one.width} px wide\n${source}`);
    for (const label of listLabels(source)) {
      assert.ok(one.text.includes(label), `${where}: expected the label ${label} in the picture\n${source}`);
    }
  }
});

test('a diagram that Mermaid cannot read would have been found out', (t) => {
  if (missing !== false) return t.skip(`skipped: ${missing}`);
  assert.equal(good?.error, null);
  assert.match(bad?.error ?? '', /./);
});

/** Sources with the first page that each was found in. Most pages of one report have the same. */
function collectDiagrams(): Map<string, string> {
  const reports = new Map<string, Report>(
    Object.entries(VARIANTS).map(([name, options]) => [name, sampleReport(options)]),
  );
  for (const text of HOSTILE) reports.set(`foreign text ${JSON.stringify(text)}`, plantEverywhere(text));
  const found = new Map<string, string>();
  for (const [name, report] of reports) {
    for (const [page, markdown] of Object.entries(renderPages([report], NOT_POSTED))) {
      for (const [, source = ''] of markdown.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)) {
        if (!found.has(source)) found.set(source, `${name}, ${page}`);
      }
    }
  }
  assert.ok(found.size > 2 * Object.keys(VARIANTS).length, `only ${found.size} diagrams`);
  return found;
}

/** The title, and the names of sections or bars. */
function listLabels(source: string): string[] {
  const titles = [...source.matchAll(/^ {4}(?:title|section) "?([^"\n]+)"?$/gm)].map(([, label = '']) => label);
  const bars = /^ {4}x-axis \[(.*)\]$/m.exec(source)?.[1] ?? '';
  return [...titles, ...bars.split(', ').flatMap((name) => (name === '' ? [] : [name.slice(1, -1)]))];
}

async function draw(sources: readonly string[]): Promise<readonly Drawn[]> {
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.addScriptTag({
    path: join(dirname(createRequire(import.meta.url).resolve('mermaid')), 'mermaid.min.js'),
  });
  // A text: what runs in the page is no part of this program.
  return await page.evaluate<readonly Drawn[]>(`(${IN_THE_PAGE})(${JSON.stringify(sources)})`);
}
