import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeNotes } from '../../scripts/release-notes.ts';

const CHANGELOG = `# Changelog

## Unreleased

- To come.

## 1.10.0 - 2026-12-01

### Features

- A new one.

## 1.1.0

- An old one.
`;

test('a version gets its own section, with its smaller headings and without those around it', () => {
  assert.equal(takeNotes('v1.10.0', '1.10.0', CHANGELOG), '### Features\n\n- A new one.');
  assert.equal(takeNotes('v1.1.0', '1.1.0', CHANGELOG), '- An old one.');
});

test('no release of a tag that is not the version, nor of a version that the changelog does not know', () => {
  assert.throws(() => takeNotes('v1.1.1', '1.1.0', CHANGELOG), /expected the tag v1\.1\.0.*found v1\.1\.1/);
  assert.throws(() => takeNotes('', '1.1.0', CHANGELOG), /expected the tag v1\.1\.0/);
  assert.throws(() => takeNotes('v1.1', '1.1', CHANGELOG), /heading "## 1\.1"/);
  assert.throws(() => takeNotes('v2.0.0', '2.0.0', '## 2.0.0\n\n## 1.0.0\n\n- Old.\n'), /heading "## 2\.0\.0"/);
});

test('the next release finds its notes where they are gathered now', async () => {
  const changelog = await readFile(join(import.meta.dirname, '..', '..', 'CHANGELOG.md'), 'utf8');
  assert.match(changelog, /^# Changelog\n\n## (Unreleased|\d+\.\d+\.\d+)/);
  const notes = takeNotes('v7.8.9', '7.8.9', changelog.replace('## Unreleased', '## 7.8.9'));
  assert.match(notes, /^### Features/);
});
