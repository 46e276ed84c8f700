import { execFileSync, spawnSync } from 'node:child_process';

const EXTENSIONS = ['table', 'autolink', 'tagfilter', 'strikethrough'].flatMap((name) => ['-e', name]);

/** Why GitHub's Markdown parser cannot be asked here; false where it can. */
export function missingGfm(): string | false {
  return spawnSync('cmark-gfm', ['--version']).error === undefined ? false : 'cmark-gfm is not installed';
}

/** HTML as GitHub's own parser makes it. */
export function parseGfm(markdown: string): string {
  return execFileSync('cmark-gfm', [...EXTENSIONS, '--unsafe'], {
    input: markdown,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
}

/** The tags of a page in their order, without its text. */
export function listTags(html: string): string[] {
  return html.match(/<[^>]*>/g) ?? [];
}
