import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** One section a package that has code in the bundle, in order of name. Throws on a package without a licence text. */
export async function collectLicences({ inputs }: Metafile): Promise<string> {
  const files = new Map<string, string[]>();
  for (const path of Object.keys(inputs).sort()) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    if (folder) files.set(folder, [...(files.get(folder) ?? []), path]);
  }
  const sections = new Map<string, string>();
  for (const folder of [...files.keys()].sort()) {
    const about: About = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const { name, version, license } = about;
    const texts = [(await readLicence(folder, about)).trim()];
    // Of several licences at once only one has a file: what the others ask to be told stands in the sources.
    if (license.includes(' AND ')) texts.push(...(await readNotices(files.get(folder) ?? [])));
    sections.set(`${name}@${version}`, `${name}@${version} (${license})\n\n${texts.join('\n\n')}\n`);
  }
  return [...sections.values()].join(`\n${'-'.repeat(80)}\n\n`);
}

interface About {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author?: string | { readonly name: string };
}

async function readLicence(folder: string, { license, author }: About): Promise<string> {
  for (const file of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license', 'license.md', 'UNLICENSE']) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  // A package that only names it: the text is the same for everybody, and this project's own.
  if (license === 'Apache-2.0') return readFile('LICENSE', 'utf8');
  const holder = typeof author === 'object' ? author.name : author;
  if (license === 'MIT' && holder) {
    return `Copyright (c) ${holder}\n\n${await readFile('scripts/mit-licence.txt', 'utf8')}`;
  }
  throw new Error(`expected a licence text in ${folder}, found none`);
}

/** The copyright notices in the first comments of source files, each once, without the marks of a comment. */
async function readNotices(paths: readonly string[]): Promise<string[]> {
  const notices = new Set<string>();
  for (const path of paths) {
    const text = (await readFile(path, 'utf8')).replace(/^(['"])use strict\1;?\s*/, '');
    const [comments = ''] = /^(?:\s*\/\/.*\n|\s*\/\*[\s\S]*?\*\/)*/.exec(text) ?? [];
    const notice = comments.replaceAll(/^[ \t]*(?:\/\/|\/\*+|\*\/|\*)[ \t]?|[ \t]*\*\/$|[ \t]+$/gm, '').trim();
    const from = notice.search(/^.*(?:copyright|\(c\))/im);
    if (from >= 0) notices.add(notice.slice(from));
  }
  return [...notices];
}
