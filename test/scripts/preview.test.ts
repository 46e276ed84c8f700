import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { applyGate } from '../../src/analysis/gate.ts';
import { parseGate } from '../../src/gate-rules.ts';
import { NOT_POSTED } from '../../src/render/posting.ts';
import { renderFiles, renderPages } from '../../src/render/render.ts';
import type { Report } from '../../src/report.ts';
import { missingBrowser, openBrowser } from '../helpers/browser.ts';
import { type Ended, projectFolder, start } from '../helpers/run-tool.ts';
import { sampleReport } from '../helpers/sample-report.ts';
import { HOSTILE, plantEverywhere } from '../render/hostile-strings.ts';

// Texts: what runs in the page is no part of this program.
const STYLE = "getComputedStyle(document.querySelector('.markdown-body'))";
const CONTENT_WIDTH = `document.querySelector('.markdown-body').clientWidth - 2 * parseFloat(${STYLE}.paddingLeft)`;
const BACKGROUND = `${STYLE}.backgroundColor`;

const folder = await mkdtemp(join(tmpdir(), 'preview-'));
after(() => rm(folder, { recursive: true, force: true }));

const limits = parseGate('regression over 5%\nclaim grpc-faster');
const arms = applyGate(sampleReport({ arms: ['base', 'new'], histograms: true }), limits);

test('one report: every file of a run, and the pages that GitHub would show', async () => {
  const { ended, out, files } = await preview('one', [arms]);
  assert.equal(ended.code, 0, ended.stderr);
  const expected = { ...renderPages([arms], NOT_POSTED), ...(await renderFiles(arms)) };
  assert.deepEqual(files, [...Object.keys(expected), 'comment.html', 'mermaid.min.js', 'summary.html'].sort());
  for (const [name, text] of Object.entries(expected)) {
    assert.equal(await readFile(join(out, name), 'utf8'), text, name);
  }
  for (const name of Object.keys(expected)) assert.ok(ended.stdout.includes(name));
});

test('several reports: a folder for each, whatever their names, and one comment', async () => {
  const others = [sampleReport({ batches: [1] }), { ...sampleReport({ batches: [7] }), id: 'Default' }];
  const { ended, out, files } = await preview('several', [arms, ...others]);
  assert.equal(ended.code, 0, ended.stderr);
  for (const [i, name] of ['default', 'default-2', 'Default-3'].entries()) {
    const report = [arms, ...others][i] as Report;
    const text = await readFile(join(out, 'reports', name, 'results.csv'), 'utf8');
    assert.equal(text, (await renderFiles(report))['results.csv']);
  }
  assert.ok(files.includes('comment.md') && !files.includes('results.csv'));
});

test('a file that is no report, none at all, and an unknown option: one sentence, and nothing is written', async () => {
  const good = await write('good', arms);
  const wrong = join(folder, 'wrong.json');
  await writeFile(wrong, '{"schema": 1, "id": "\\u001b[31m"}');
  const garbage = join(folder, 'garbage.json');
  await writeFile(garbage, '\u001b[31m not JSON');
  const cases: readonly (readonly [args: string[], message: RegExp])[] = [
    [[join(folder, 'absent.json')], /absent\.json: ENOENT/],
    [[good, wrong], /wrong\.json: expected a report of schema 1/],
    [[garbage], /garbage\.json: /],
    [[folder], /: EISDIR/],
    [[], /^error: usage: /],
    [[good, '--open'], /^error: usage: /],
  ];
  const ended = await Promise.all(cases.map(([args], i) => run([...args, '--out', join(folder, `none-${i}`)])));
  for (const [i, { code, stdout, stderr }] of ended.entries()) {
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, cases[i]?.[1] as RegExp);
    assert.match(stderr, /^error: [^\p{C}]+\n$/u);
  }
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('none-')),
    [],
  );
});

test('the pages draw their diagrams and alerts in both themes, run no other script and ask for nothing', async (t) => {
  const missing = await missingBrowser();
  if (missing !== false) return t.skip(`skipped: ${missing}`);
  const hostile = HOSTILE.map((text, i): Report => ({ ...plantEverywhere(text), id: `hostile-${i}` }));
  const [{ out }, { out: hostileOut }] = await Promise.all([
    preview('drawn', [arms]),
    preview('hostile', hostile.slice(0, 3)),
  ]);
  await using browser = await openBrowser();
  for (const [file, colorScheme] of [
    [join(out, 'comment.html'), 'light'],
    [join(out, 'summary.html'), 'dark'],
    [join(hostileOut, 'comment.html'), 'dark'],
    [join(hostileOut, 'summary.html'), 'light'],
  ] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1100, height: 800 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    page.on('request', (request) => {
      if (!request.url().startsWith(pathToFileURL(folder).href)) complaints.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector(`html[data-drawn="${colorScheme}"]`);
    const diagrams = await page.locator('.diagram').count();
    // Of many reports, a comment may have shed its diagrams.
    const alerts = await page.locator('.markdown-alert > .markdown-alert-title').count();
    if (file.startsWith(`${out}${sep}`)) assert.ok(diagrams > 0 && alerts === 1, file);
    assert.equal(await page.locator('.diagram > svg').count(), diagrams);
    assert.equal(await page.locator('[data-failed]').count(), 0);
    assert.equal(await page.evaluate(CONTENT_WIDTH), 828);
    const other = colorScheme === 'light' ? 'dark' : 'light';
    const background = await page.evaluate(BACKGROUND);
    await page.getByRole('button', { name: other }).click();
    await page.waitForSelector(`html[data-drawn="${other}"]`);
    assert.notEqual(await page.evaluate(BACKGROUND), background);
    assert.deepEqual(complaints, [], file);
  }
});

async function preview(
  name: string,
  reports: readonly Report[],
): Promise<{ ended: Ended; out: string; files: string[] }> {
  const paths = await Promise.all(reports.map((report, i) => write(`${name}-${i}`, report)));
  const out = join(folder, name);
  const ended = await run([...paths, '--out', out]);
  return { ended, out, files: (await readdir(out)).sort() };
}

async function write(name: string, report: Report): Promise<string> {
  const path = join(folder, `${name}.json`);
  await writeFile(path, JSON.stringify(report));
  return path;
}

function run(args: readonly string[]): Promise<Ended> {
  return start({ script: join(projectFolder, 'scripts', 'preview.ts'), args }).ended;
}
