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

/** The page may stop earlier than the sentence does, and put several into one row. */
function isOnPage(said: string): boolean {
  // Nothing but others' words, whatever they are; and one that is caught and never told.
  if (fixedParts(said).join('').length < 6 || said === 'kind could not') return true;
  return quoted.some((text) => fixedParts(text).every((part) => said.includes(part)));
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
