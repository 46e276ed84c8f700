import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';

const SRC = join(import.meta.dirname, '..', 'src');

/** Every module of src/, by its path there, with the names that it imports as they stand; types are imports, too. */
export async function readImports(): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = (await readdir(SRC, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const read = async (file: string): Promise<[string, string[]]> => {
    const found = (await readFile(join(SRC, file), 'utf8')).matchAll(IMPORTS);
    return [file, [...found].map(([, declared, asked]) => (declared ?? asked) as string)];
  };
  return new Map(await Promise.all(files.map(read)));
}

/** In import and export declarations and in import() calls. */
const IMPORTS = /(?:^|\n)(?:import|export) [^'"`;=()]*?from '([^']+)'|\bimport\(\s*'([^']+)'/g;

/** The path in src/ of a module that `file` imports; null for a package's. */
export function resolveImport(file: string, name: string): string | null {
  return name.startsWith('.') ? relative(SRC, normalize(join(SRC, dirname(file), name))) : null;
}

/** A file's room is its folder below src/, or its own name at the top. */
export function roomOf(file: string): string {
  return file.split('/')[0] as string;
}
