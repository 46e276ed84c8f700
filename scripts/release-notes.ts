import { readFile } from 'node:fs/promises';

/**
 * Takes a version's section out of a changelog, without its heading: `## 1.2.3`, with or without a date behind it.
 * Throws where the tag is not that of the package's version, and where the changelog does not speak of it.
 */
export function takeNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) {
    throw new Error(`expected the tag v${version}, the version in package.json; found ${tag}: make both the same`);
  }
  const sections = changelog.split(/^## /m).slice(1);
  const notes = sections.find((section) => /^\S+/.exec(section)?.[0] === version);
  const text = notes?.slice(notes.indexOf('\n')).trim();
  if (!text) {
    throw new Error(
      `expected notes below a heading "## ${version}" in CHANGELOG.md, found none: write them and tag anew`,
    );
  }
  return text;
}

if (import.meta.main) {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  const notes = takeNotes(process.argv[2] ?? '', version, await readFile('CHANGELOG.md', 'utf8'));
  process.stdout.write(`${notes}\n`);
}
