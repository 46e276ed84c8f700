import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');

/** Licences of which code may be in dist, each with words by which its text is known: what a package says of itself may be wrong. */
const ALLOWED: Record<string, RegExp> = {
  MIT: /Permission is hereby granted, free of charge/,
  '0BSD': /Permission to use, copy, modify,? and\/or distribute this software/,
  ISC: /Permission to use, copy, modify,? and(?:\/or)? distribute this software/,
  'BSD-2-Clause': /Redistributions? (?:of|in) source/,
  'BSD-3-Clause': /Redistributions? (?:of|in) source/,
  'Apache-2.0': /Apache License/,
  'BlueOak-1.0.0': /Blue Oak Model License/,
  Zlib: /provided 'as-is', without any express or implied/,
};

/** As build.ts writes them from what esbuild has put into dist: a section a package. */
const sections = (await readFile(join(root, 'dist', 'licenses.txt'), 'utf8'))
  .split(`\n${'-'.repeat(80)}\n\n`)
  .map((section) => {
    const heading = /^(\S+)@(\d\S*) \((.*)\)\n/.exec(section);
    assert.ok(heading, `expected a package, its version and its licence, found ${section.slice(0, 80)}`);
    const [line, name, version, licence] = heading as unknown as [string, string, string, string];
    return { name, version, licences: licence.split(/ AND |[()]/).filter(Boolean), text: section.slice(line.length) };
  });

test('all that is bundled has a licence of the list, and its text', () => {
  assert.ok(sections.length > 50, `expected the packages of the bundle, found ${sections.length}`);
  const others = sections.filter(
    ({ licences, text }) => licences.length === 0 || !licences.every((licence) => ALLOWED[licence]?.test(text)),
  );
  assert.deepEqual(
    others.map(({ name, version, licences, text }) => ({ name, version, licences, text: text.slice(0, 200) })),
    [],
  );
});

test('what is bundled is what is locked', async () => {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Record<string, { readonly version?: string }>;
  };
  const locked = new Set(
    Object.entries(packages).map(
      ([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`,
    ),
  );
  assert.deepEqual(
    sections
      .filter(({ name, version }) => !locked.has(`${name}@${version}`))
      .map(({ name, version }) => ({ name, version })),
    [],
  );
});
