import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../helpers/run-tool.ts';

const page = await readFile(join(projectFolder, 'docs', 'troubleshooting.md'), 'utf8');
const sources = await readSources();
/** What the first column of a table quotes: error texts, in which `…` stands for what differs. */
const quoted = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] as string));

/** The parts of a text that are the same in every case. */
function fixedParts(text: string): string[] {
  return text
    .split('…')
    .map((part) => part.trim().replace(/\($|^\)/g, ''))
    .filter((part) => part.length > 2);
}

test('every quoted error is one that the code says', () => {
  assert.ok(quoted.length > 100, `only ${quoted.length}`);
  const unknown = quoted.filter((text) => {
    const parts = fixedParts(text);
    return parts.length === 0 || ![...sources.values()].some((source) => parts.every((part) => source.includes(part)));
  });
  assert.deepEqual(unknown, []);
});

test('every error that the code says stands on the page', () => {
  const missing = [...sources].flatMap(([file, source]) =>
    [...source.matchAll(/new (?:User|Server)Error\(\s*(['`])(.+?)\1/gs)].flatMap((match) => {
      const said = (match[2] as string).replaceAll(/\$\{[^{}]*\}/g, '…');
      return isOnPage(said) ? [] : [`${file}: ${said.slice(0, 100)}`];
    }),
  );
  assert.deepEqual(missing, []);
});

/** Where inputs are read. What is wrong with them is told in plain errors and lists of sentences, joined into one error. */
const READERS = /^(?:contradictions|gate-rules|misplaced-inputs|own-payload|parse|arms\/[^/]+)\.ts$/;

test('every sentence about what is wrong with an input stands on the page', () => {
  const readers = [...sources].filter(([file]) => READERS.test(file));
  assert.ok(readers.filter(([, source]) => sentencesOf(source).length > 0).length >= 10);
  const missing = readers.flatMap(([file, source]) =>
    sentencesOf(source)
      .filter((said) => !isOnPage(said))
      .map((said) => `${file}: ${said.slice(0, 100)}`),
  );
  assert.deepEqual(missing, []);
});

/** Texts of three words and more, in which `…` stands for what is put into them; comments and keys of objects left out. */
function sentencesOf(source: string): string[] {
  const code = source.replaceAll(/\/\*\*[\s\S]*?\*\/|^ *\/\/.*$|^import .*$/gm, '');
  // What is put in may have a template of its own in it.
  const inserted = /\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\}/g;
  const literal = /`((?:\\.|\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\}|[^`\\])*)`|(['"])((?:\\.|(?!\2)[^\\\n])*)\2(:?)/g;
  return [...code.matchAll(literal)]
    .filter(([, , , , colon]) => colon !== ':')
    .map(([, template, , text]) => (template ?? text ?? '').replaceAll(inserted, '…'))
    .filter((said) => /\S \S/.test(said) && (said.match(/(?<!\\)\p{L}+/gu) ?? []).length >= 3);
}

/** The page may stop earlier than the sentence does, and put several into one row. */
function isOnPage(said: string): boolean {
  // Nothing but others' words, whatever they are; and one that is caught and never told.
  if (fixedParts(said).join('').length < 6 || said === 'kind could not') return true;
  return quoted.some((text) => {
    const parts = fixedParts(text);
    // Of few letters it would be found in many sentences.
    const isLong = parts.join('').length >= 10;
    return parts.every((part) => (isLong ? said.includes(part) : said.startsWith(part)));
  });
}

/** The texts of src/, by file: strings of several lines in one piece, and quotes without their escapes. */
async function readSources(): Promise<ReadonlyMap<string, string>> {
  const folder = join(projectFolder, 'src');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = files.map(async (file) => {
    const text = await readFile(join(folder, file), 'utf8');
    return [file, text.replaceAll(/['`]\s*\+\s*['`]/g, '').replaceAll(/\\(['`])/g, '$1')] as const;
  });
  return new Map(await Promise.all(texts));
}
