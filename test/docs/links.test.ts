import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { marked } from 'marked';
import { projectFolder } from '../helpers/run-tool.ts';

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...(await readdir(join(projectFolder, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];
const texts = new Map(
  await Promise.all(pages.map(async (page) => [page, await readFile(join(projectFolder, page), 'utf8')] as const)),
);

test('every page of docs/ is reached from the README', () => {
  const reached = new Set<string>(['README.md']);
  // A set is walked to what is added while it is walked.
  for (const page of reached) {
    for (const { path } of linksOf(page)) if (texts.has(path)) reached.add(path);
  }
  assert.deepEqual(
    pages.filter((page) => page.startsWith('docs/') && !reached.has(page)),
    [],
  );
});

test('every relative link leads to a file that is there, and to a heading that it has', async () => {
  const broken: string[] = [];
  let links = 0;
  for (const page of pages) {
    for (const { path, anchor, href } of linksOf(page)) {
      links++;
      const isThere = await access(join(projectFolder, path)).then(
        () => true,
        () => false,
      );
      const text = texts.get(path);
      const hasAnchor = anchor === '' || (text !== undefined && anchorsOf(text).has(anchor));
      if (path.startsWith('..') || !isThere || !hasAnchor) broken.push(`${page}: ${href}`);
    }
  }
  assert.ok(links > 50, `only ${links}`);
  assert.deepEqual(broken, []);
});

interface Link {
  /** From the project's folder. */
  readonly path: string;
  readonly anchor: string;
  readonly href: string;
}

/** Links and pictures within the project. */
function linksOf(page: string): Link[] {
  const found: Link[] = [];
  marked.walkTokens(marked.lexer(texts.get(page) ?? ''), (token) => {
    if (token.type !== 'link' && token.type !== 'image') return;
    const { href } = token as { href: string };
    if (/^[a-z]+:/.test(href)) return;
    const [file = '', anchor = ''] = href.split('#');
    const path = file === '' ? page : relative('.', normalize(join(dirname(page), file)));
    found.push({ path, anchor, href });
  });
  return found;
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const token of marked.lexer(text)) {
    if (token.type !== 'heading') continue;
    const words = (token.text as string).toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, '');
    const anchor = words.replaceAll(' ', '-');
    anchors.add(anchors.has(anchor) ? `${anchor}-1` : anchor);
  }
  return anchors;
}
