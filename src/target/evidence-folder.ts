import { lstat, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const README = 'README.txt';

/** By it a run tells what an earlier one left from a folder of somebody's own. */
const FIRST_LINE =
  'What a run of seldon-bench-action kept when something went wrong. The next run deletes this folder.';

/**
 * Makes the folder, in one that exists, with a README that says what is in it. False where it is there already: then
 * this run has written down an earlier failure. Rejects where it cannot be made.
 */
export async function makeEvidenceFolder(path: string, about: readonly string[]): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(path, README), `${[FIRST_LINE, '', ...about].join('\n')}\n`);
  return true;
}

/** Whether a run made the folder. */
export async function isEvidenceFolder(path: string): Promise<boolean> {
  try {
    const readme = join(path, README);
    // Neither a link to somebody's folder nor one to a file elsewhere.
    if (!(await lstat(path)).isDirectory() || !(await lstat(readme)).isFile()) return false;
    await using file = await open(readme);
    const expected = Buffer.from(`${FIRST_LINE}\n`);
    const found = Buffer.alloc(expected.length);
    await file.read(found, 0, found.length, 0);
    return found.equals(expected);
  } catch {
    return false;
  }
}
