import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../helpers/run-tool.ts';

const page = await readFile(join(projectFolder, 'docs', 'threat-model.md'), 'utf8');
const held = [...page.matchAll(/^ +- `(test\/[^`]+\.test\.ts)`: "(.+)"$/gm)].map(
  ([, file, title]) => ({ file, title }) as { readonly file: string; readonly title: string },
);

test('invariants are numbered one by one, and each names a test that holds it', () => {
  const sections = page.split(/^(?=\d+\. )/m).slice(1);
  assert.ok(sections.length >= 20, `only ${sections.length}`);
  sections.forEach((section, i) => {
    assert.ok(section.startsWith(`${i + 1}. `), `expected number ${i + 1}: ${section.slice(0, 60)}`);
    assert.match(section, /^ +- `test\//m, `number ${i + 1} names no test`);
  });
});

test('every test that is named is there under its title', async () => {
  const missing: string[] = [];
  for (const { file, title } of held) {
    const text = await readFile(join(projectFolder, file), 'utf8').catch(() => '');
    const titles = [...text.matchAll(/\btest\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g)].map((match) =>
      (match[2] as string).replaceAll(/\\(['"])/g, '$1').replaceAll(/\$\{[^}]*\}/g, '…'),
    );
    if (!titles.includes(title)) missing.push(`${file}: ${title}`);
  }
  assert.deepEqual(missing, []);
});

test('no list item of an invariant is written so that its test is not looked for', () => {
  assert.equal(held.length, [...page.matchAll(/^ +- /gm)].length);
});
