import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeCsv, renderCsv } from '../../src/render/csv.ts';
import { clean, MAX_FOREIGN_LENGTH } from '../../src/render/foreign.ts';
import { renderHistograms } from '../../src/render/histograms.ts';
import { renderHtml } from '../../src/render/html.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { escapeMarkdown } from '../../src/render/markdown.ts';
import { NOT_POSTED, type Posting } from '../../src/render/posting.ts';
import { renderPages } from '../../src/render/render.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import { report as schema } from '../../src/report.ts';
import { listTags, missingGfm, parseGfm } from '../helpers/gfm.ts';
import { HOSTILE, plantEverywhere, plantInNoHistory } from './hostile-strings.ts';

const htmlOf = (text: string): string => renderHtml(createLookup(plantEverywhere(text)));
const commentOf = (text: string): string => renderPages([plantEverywhere(text)], NOT_POSTED)['comment.md'];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(fc.constantFrom(...HOSTILE, '|', '`', '<', '\n', '"', "'", '&', 'a'), { maxLength: 4 })
    .map((s) => s.join('')),
);

test('the report with planted text is one that the schema takes', () => {
  for (const text of HOSTILE) assert.equal(schema.safeParse(plantEverywhere(text)).error, undefined);
});

test('foreign text does not change the structure of the Markdown', (t) => {
  const missing = missingGfm();
  if (missing !== false) return t.skip(`skipped: ${missing}`);
  // The escaper's own tag before an @ is no structure.
  const tagsOf = (markdown: string): string[] => listTags(parseGfm(markdown)).filter((tag) => tag !== '<wbr>');
  const write = (text: string): string => {
    const report = plantEverywhere(text);
    const open = report.gate?.rules.filter(({ result }) => result === 'inconclusive' || result === 'passed') ?? [];
    const gate = { rules: open, result: 'inconclusive' } as const;
    const others = plantInNoHistory(text).map((history, i) => ({ ...report, id: `other-${i}`, history, gate }));
    const posting: Posting = { ...NOT_POSTED, headNow: text, links: [{ report: report.id, what: 'html', url: text }] };
    const alone = renderPages([report], posting);
    const folded = renderPages([report, ...others], posting);
    // The folded comment sheds more where texts are longer.
    return [...Object.values(alone), folded['summary.md']].join('\n\n');
  };
  const expected = tagsOf(write('harmless'));
  const check = (text: string): void => assert.deepEqual(tagsOf(write(text)), expected, JSON.stringify(text));
  HOSTILE.forEach(check);
  fc.assert(fc.property(anyText, check), { seed: 1, numRuns: 40 });
});

test('foreign text does not change the structure of the HTML report', () => {
  const expected = listTags(htmlOf('harmless'));
  const check = (text: string): void => assert.deepEqual(listTags(htmlOf(text)), expected, JSON.stringify(text));
  HOSTILE.forEach(check);
  fc.assert(fc.property(anyText, check), { seed: 2, numRuns: 20 });
});

test('foreign text stays in its field of the CSV, and is no formula there', () => {
  const width = renderCsv(plantEverywhere('harmless')).split('\n')[0]?.split(',').length;
  const check = (text: string): void => {
    const rows = parseCsv(renderCsv(plantEverywhere(text)));
    assert.equal(rows.length, 1 + 2 * 4);
    for (const row of rows) assert.equal(row.length, width, JSON.stringify(text));
    for (const field of [0, 8]) assert.doesNotMatch(rows[1]?.[field] ?? '', /^\s*[=+\-@]/);
  };
  HOSTILE.forEach(check);
  fc.assert(fc.property(anyText, check), { seed: 3, numRuns: 100 });
  assert.equal(escapeCsv('-1'), '"\'-1"');
  assert.equal(escapeCsv('plain text'), 'plain text');
});

test('foreign text brings no control sequence to a terminal', () => {
  const check = (text: string): void => {
    const shown = renderTerminal(plantEverywhere(text), { colour: false, width: 100 });
    assert.doesNotMatch(shown, /[^\P{C}\n]/u, JSON.stringify(text));
  };
  HOSTILE.forEach(check);
  fc.assert(fc.property(anyText, check), { seed: 4, numRuns: 100 });
});

test('foreign text stays in its tag of the histogram log', () => {
  const lines = (text: string): string[] => (renderHistograms(plantEverywhere(text)) ?? '').split('\n');
  const expected = lines('harmless').length;
  const check = (text: string): void => {
    const found = lines(text);
    assert.equal(found.length, expected, JSON.stringify(text));
    const tagged = found.filter((line) => line.startsWith('Tag='));
    assert.equal(tagged.length, expected - 5);
    for (const line of tagged) assert.match(line, /^Tag=[^,\s]+,0\.000,[\d.]+,[\d.]+,[A-Za-z0-9+/]+=*$/);
    assert.equal(new Set(tagged.map((line) => line.split(',')[0])).size, tagged.length, 'no two tags are the same');
  };
  HOSTILE.forEach(check);
  fc.assert(fc.property(anyText, check), { seed: 6, numRuns: 60 });
});

test('a chart holds closed labels and numbers only', () => {
  for (const text of HOSTILE) {
    const charts = commentOf(text).match(/```mermaid\n[\s\S]*?\n```/g) ?? [];
    assert.deepEqual(charts, commentOf('harmless').match(/```mermaid\n[\s\S]*?\n```/g));
    assert.ok(charts.length > 0);
  }
});

test('machine fields and links are made of nothing that does not have their form', () => {
  for (const text of HOSTILE) {
    const [comment, html] = [commentOf(text), htmlOf(text)];
    assert.ok(comment.startsWith('<!-- seldon-bench-action:v1 key=0000000000000000 head=- run=- attempt=- -->\n'));
    assert.doesNotMatch(comment, /\]\(/);
    assert.doesNotMatch(html, /href="(?!#)/);
  }
});

test('an escaped text is letters, digits, spaces and character references of at most 120 code points', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const inside = /^<code>((?:[A-Za-z0-9 ]|&#[0-9]+;|<wbr>&#64;)+)<\/code>$/.exec(escapeMarkdown(text))?.[1];
      assert.ok(inside !== undefined);
      assert.ok(inside.replaceAll(/(?:<wbr>)?&#[0-9]+;/g, 'x').length <= MAX_FOREIGN_LENGTH);
    }),
    { seed: 5 },
  );
  assert.equal(escapeMarkdown('a|b'), '<code>a&#124;b</code>');
  assert.equal([...clean('x'.repeat(500))].length, MAX_FOREIGN_LENGTH);
});

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/y;
  const rows: string[][] = [[]];
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    assert.ok(match !== null, 'expected CSV');
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\n') rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}
