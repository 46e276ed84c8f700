import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseArms } from '../../src/arms/arms.ts';
import { PROPERTIES } from '../../src/arms/properties.ts';
import { parseConfig } from '../../src/config.ts';
import { INPUTS } from '../../src/inputs.ts';
import { parseCommand } from '../../src/shell/command.ts';
import { projectFolder } from '../helpers/run-tool.ts';
import { ACTION } from './workflows.ts';

const pages = [
  'README.md',
  ...(await readdir(join(projectFolder, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];

test('what the pages give the Action are inputs that it has', async () => {
  let found = 0;
  for (const { page, yaml } of await readSnippets()) {
    for (const inputs of listInputs(yaml)) {
      for (const name of Object.keys(inputs)) {
        found++;
        assert.ok(name in INPUTS && !('cliOnly' in INPUTS[name as keyof typeof INPUTS]), `${page}: ${name}`);
      }
    }
  }
  assert.ok(found > 20, `only ${found}`);
});

test('arms in the pages are written as they are read', async () => {
  let found = 0;
  for (const { page, yaml } of await readSnippets()) {
    for (const text of listValues(yaml, 'arms')) {
      found++;
      // Folders of models are not here; everything else is read as it would be.
      assert.doesNotThrow(() => parseArms(text.replaceAll(/\bmodel: [\w/:]+/g, 'env: { A: b }')), `${page}: ${text}`);
      for (const properties of Object.values(parse(text) as Record<string, object | null>)) {
        for (const name of Object.keys(properties ?? {})) assert.ok(name in PROPERTIES, `${page}: ${name}`);
      }
    }
  }
  assert.ok(found > 3, `only ${found}`);
});

test('commands in the pages are read without a mistake', async () => {
  let found = 0;
  for (const page of [...pages, 'CONTRIBUTING.md']) {
    const text = await readFile(join(projectFolder, page), 'utf8');
    for (const [, written = ''] of text.matchAll(/(?:npm run bench -- |src\/cli\.ts )([^`#\n]+)/g)) {
      found++;
      // Folders of models are not here.
      const words = written.replaceAll(/\.\/model-\w/g, 'A=b').matchAll(/"([^"]*)"|(\S+)/g);
      const { get, problems } = parseCommand([...words].map(([, quoted, bare]) => quoted ?? bare ?? ''));
      assert.doesNotThrow(() => parseConfig(get, 'cli', problems), `${page}: ${written}`);
    }
  }
  assert.ok(found > 6, `only ${found}`);
});

interface Snippet {
  readonly page: string;
  readonly yaml: unknown;
}

/** The YAML of all pages: whole files, and parts of such, moved to the left. */
async function readSnippets(): Promise<Snippet[]> {
  const read = async (page: string): Promise<Snippet[]> => {
    const text = await readFile(join(projectFolder, page), 'utf8');
    return [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => {
      const indent = /^ */.exec(yaml)?.[0].length ?? 0;
      return { page, yaml: parse(yaml.replaceAll(new RegExp(`^ {${indent}}`, 'gm'), '')) as unknown };
    });
  };
  return (await Promise.all(pages.map(read))).flat();
}

/** What stands under `with` beside the Action, or at the top of a part. */
function listInputs(yaml: unknown): Record<string, unknown>[] {
  const own = listObjects(yaml).filter((object) => object.uses === ACTION || object === yaml);
  return own.flatMap((object) => (object.with ? [object.with as Record<string, unknown>] : []));
}

function listValues(yaml: unknown, name: string): string[] {
  return listObjects(yaml).flatMap((object) => (typeof object[name] === 'string' ? [object[name]] : []));
}

/** An object, and all within it. */
function listObjects(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const within = Object.values(value).flatMap(listObjects);
  return Array.isArray(value) ? within : [value as Record<string, unknown>, ...within];
}
