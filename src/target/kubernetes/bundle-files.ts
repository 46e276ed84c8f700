import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explain } from '../../errors.ts';
import { redactKeys } from './redact.ts';

const MAX_FILE_BYTES = 1024 * 1024;
/** More than a key has. */
const MARGIN_BYTES = 64 * 1024;
/** Who gives so much of the end of a longer file need give no more. */
export const ENOUGH_BYTES = MAX_FILE_BYTES + MARGIN_BYTES;
const MAX_BUNDLE_BYTES = 32 * 1024 * 1024;
const CUT = '[the rest is left out]';

export interface BundleFiles {
  /**
   * Adds a file free of keys. Of one that is longer than 1 MiB no more than that of its `kept` end is written. Rejects
   * where it cannot be written.
   */
  add(path: readonly string[], text: string, kept: 'first' | 'last'): Promise<void>;
  /** Does a part of the work; where it fails, that is noted and the rest goes on. */
  attempt(what: string, work: () => Promise<void>): Promise<void>;
  /** How many there are. */
  count(): number;
  /** What is not there, and why: a line each. */
  readonly missing: readonly string[];
}

/** Files below a folder that exists: each of limited size, and all of them together. */
export function createBundleFiles(folder: string): BundleFiles {
  const missing: string[] = [];
  let bytes = 0;
  let written = 0;
  return {
    async add(path, text, kept) {
      const name = path.join('/');
      // The API's names and those of files are ones that every file system and the artifact service take.
      if (!path.every((part) => /^\w[\w.-]{0,200}$/.test(part))) {
        missing.push(`${JSON.stringify(name.slice(0, 300))}: its name is none for a file`);
        return;
      }
      if (bytes + Math.min(Buffer.byteLength(text), MAX_FILE_BYTES) > MAX_BUNDLE_BYTES) {
        missing.push(`${name}: there is enough to read without it`);
        return;
      }
      const content = shorten(text, kept);
      bytes += content.length;
      const file = join(folder, ...path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      written += 1;
    },
    async attempt(what, work) {
      try {
        await work();
      } catch (error) {
        missing.push(`${what}: ${explain(error)}`);
      }
    },
    count: () => written,
    missing,
  };
}

/** Looks for keys in little more than what is kept, for that takes its time in a text that is made to look like keys. */
function shorten(text: string, kept: 'first' | 'last'): Buffer {
  if (Buffer.byteLength(text) <= MAX_FILE_BYTES) return Buffer.from(redactKeys(text));
  const part = kept === 'first' ? text.slice(0, ENOUGH_BYTES) : text.slice(-ENOUGH_BYTES);
  const content = Buffer.from(redactKeys(part));
  // Where it was cut half a key may stand. It goes, however much shorter the rest has become.
  const size = Math.max(0, Math.min(MAX_FILE_BYTES, content.length - MARGIN_BYTES));
  if (kept === 'first') return Buffer.concat([content.subarray(0, size), Buffer.from(`\n${CUT}\n`)]);
  const last = content.subarray(content.length - size);
  // From the beginning of a line on.
  return Buffer.concat([Buffer.from(`${CUT}\n`), last.subarray(last.indexOf('\n') + 1)]);
}
