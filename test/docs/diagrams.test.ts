import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { missingBrowser, openBrowser } from '../helpers/browser.ts';
import { projectFolder } from '../helpers/run-tool.ts';

test('all diagrams of the documentation are drawn by Mermaid itself', async (t) => {
  const missing = await missingBrowser();
  if (missing !== false) return t.skip(`skipped: ${missing}`);
  const diagrams = await readDiagrams();
  assert.ok(diagrams.some(({ source }) => source.startsWith('flowchart')));
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.setContent('<body></body>');
  const mermaid = dirname(createRequire(import.meta.url).resolve('mermaid/package.json'));
  await page.addScriptTag({ path: join(mermaid, 'dist', 'mermaid.min.js') });
  for (const { name, source } of diagrams) {
    const svg = await page.evaluate<string>(
      `mermaid.render('diagram', ${JSON.stringify(source)}).then(({ svg }) => svg)`,
    );
    assert.match(svg, /^<svg /, name);
    assert.doesNotMatch(svg, /Syntax error/i, name);
  }
});

async function readDiagrams(): Promise<{ readonly name: string; readonly source: string }[]> {
  const folder = join(projectFolder, 'docs');
  const pages = (await readdir(folder)).filter((name) => name.endsWith('.md'));
  const read = async (name: string) => {
    const text = await readFile(join(folder, name), 'utf8');
    return [...text.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, source = '']) => ({ name, source }));
  };
  return (await Promise.all(pages.map(read))).flat();
}
