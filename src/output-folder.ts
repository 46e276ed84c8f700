import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, UserError } from './errors.ts';

/** Makes the folder and proves that files can be written there, before anything is measured for it. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const probe = join(folder, `.probe-${process.pid}`);
    await (await open(probe, 'wx')).close();
    await rm(probe);
  } catch (error) {
    throw new UserError(
      `expected a folder that can be written to, found none at ${folder} (${explain(error)}); choose another with --out`,
    );
  }
}

/** Writes each file whole or not at all: an older report is only replaced by a complete one. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    const partial = `${path}.${process.pid}.partial`;
    try {
      await writeFile(partial, text);
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw new UserError(`expected to write ${path} (${explain(error)})`, { cause: error });
    }
  }
}
