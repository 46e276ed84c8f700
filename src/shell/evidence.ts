import { lstat, readdir, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isEvidenceFolder } from '../target/evidence-folder.ts';
import type { Host } from '../target/target.ts';

const MOST_FILES = 1000;

/** Where targets leave what tells why something went wrong. */
export interface Evidence {
  /** The host's part of it. */
  readonly host: Pick<Host, 'evidenceFolder' | 'expectEvidence'>;
  /** Names of the files there, below the folder, once nobody writes any more; none where nothing went wrong. */
  list(): Promise<readonly string[]>;
}

/**
 * Finds the place for this run's evidence in the output folder. What an earlier run left there is removed, so that it is
 * not taken for this one's; a folder of the same name that no run made is left alone, and another name taken.
 */
export async function openEvidence(out: string): Promise<Evidence> {
  const evidenceFolder = await chooseFolder(out);
  const writings: Promise<void>[] = [];
  return {
    host: { evidenceFolder, expectEvidence: (writing) => void writings.push(writing) },
    async list() {
      await Promise.allSettled(writings);
      return (await isEvidenceFolder(evidenceFolder)) ? listFiles(evidenceFolder) : [];
    },
  };
}

async function chooseFolder(out: string): Promise<string> {
  for (let i = 1; ; i++) {
    const path = join(out, i === 1 ? 'diagnosis' : `diagnosis-${i}`);
    if (await isEvidenceFolder(path)) await rm(path, { recursive: true, force: true }).catch(() => {});
    if (!(await isThere(path))) return path;
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .slice(0, MOST_FILES);
}
