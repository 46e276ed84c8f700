import { mkdir, open, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explain, UserError } from '../errors.ts';
import type { Report } from '../report.ts';

/**
 * Makes the folder and proves that files can be written there, before anything is measured for it. Disposing removes
 * what was made if nothing has been written into it.
 */
export async function prepareFolder(folder: string): Promise<AsyncDisposable> {
  try {
    const made = await makeFolder(folder);
    const probe = join(folder, `.probe-${process.pid}`);
    await (await open(probe, 'wx')).close();
    await rm(probe);
    return { [Symbol.asyncDispose]: () => removeEmpty(folder, made) };
  } catch (error) {
    throw new UserError(
      `expected a folder that can be written to, found none at ${folder} (${explain(error)}); choose another with option out`,
    );
  }
}

/**
 * Makes the folder and what is missing above it, and returns the highest that was made. One by one: asked to do it all,
 * Node's mkdir never returns where a parent exists and denies that it does, as under /proc.
 */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder);
    return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return undefined;
    const parent = dirname(folder);
    if (code !== 'ENOENT' || parent === folder || (await isThere(parent))) throw error;
    const top = await makeFolder(parent);
    await mkdir(folder);
    return top ?? folder;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Removes empty folders from `folder` up to `top`, the highest one that was made. */
async function removeEmpty(folder: string, top: string | undefined): Promise<void> {
  if (top === undefined) return;
  try {
    for (let at = folder; at.length >= top.length; at = dirname(at)) await rmdir(at);
  } catch {
    // It holds something by now, as it should.
  }
}

/**
 * Writes each file whole or not at all: an older report is only replaced by a complete one. A name may hold one folder,
 * which is made.
 */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    const partial = `${path}.${process.pid}.partial`;
    try {
      if (dirname(path) !== folder) await mkdir(dirname(path), { recursive: true });
      await writeFile(partial, text);
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw new UserError(
        `expected to write ${path}, found that it cannot be (${explain(error)}); make room there, or choose another folder with option out`,
      );
    }
  }
}

/** report.json, for people and programs alike. */
export function toJson(report: Report): string {
  return `${JSON.stringify(report, null, 1)}\n`;
}
