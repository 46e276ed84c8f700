import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { MAX_COMMENT } from '../../src/render/comment.ts';
import { MAX_SUMMARY } from '../../src/render/summary.ts';
import { renderGitHubMarkdown } from './github-markdown.ts';

interface Surface {
  readonly kind: 'comment' | 'summary';
  readonly markdown: string;
  readonly pages: { readonly 'comment.md': string; readonly 'summary.md': string };
  /** Addresses of the HTML reports, relative to the page. */
  readonly links: readonly string[];
}

/** A page that shows Markdown as GitHub would, in a frame like its own. Wants mermaid.min.js beside it. */
export async function buildGitHubPage({ kind, markdown, pages, links }: Surface): Promise<string> {
  const [template, style, script, light, dark] = await Promise.all([
    readFile(join(import.meta.dirname, 'page.html.hbs'), 'utf8'),
    readFile(join(import.meta.dirname, 'page.css'), 'utf8'),
    readFile(join(import.meta.dirname, 'page.js'), 'utf8'),
    readStyle('light'),
    readStyle('dark'),
  ]);
  return Handlebars.create().compile(template, { strict: true, knownHelpersOnly: true, preventIndent: true })({
    kind,
    isComment: kind === 'comment',
    nonce: randomBytes(16).toString('base64url'),
    ...{ style, script, light, dark },
    content: renderGitHubMarkdown(markdown),
    sizes: measure(pages),
    links,
  });
}

function readStyle(theme: 'light' | 'dark'): Promise<string> {
  return readFile(fileURLToPath(import.meta.resolve(`github-markdown-css/github-markdown-${theme}.css`)), 'utf8');
}

interface Size {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  readonly text: string;
}

function measure(pages: Surface['pages']): readonly Size[] {
  const describe = (name: keyof Surface['pages'], used: number, limit: number, unit: string): Size => {
    const [a, b] = [used, limit].map((n) => n.toLocaleString('en'));
    return { name, used, limit, text: `${a} of ${b} ${unit}${used > limit ? ': too long' : ''}` };
  };
  return [
    describe('comment.md', pages['comment.md'].length, MAX_COMMENT, 'UTF-16 units'),
    describe('summary.md', Buffer.byteLength(pages['summary.md']), MAX_SUMMARY, 'bytes'),
  ];
}
