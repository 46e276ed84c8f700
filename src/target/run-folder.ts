import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Host } from './target.ts';

const PREFIX = 'seldon-bench-';

interface RunFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes a folder that lasts as long as the run, in one that exists. `label` goes into its name. */
export async function createRunFolder(parent: string, host: Host, label = ''): Promise<RunFolder> {
  const path = join(parent, PREFIX + label + randomBytes(4).toString('hex'));
  const forget = host.recordCreated({ kind: 'folder', path });
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    forget();
    throw error;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await removeFolder(path);
      forget();
    },
  };
}

/** Removes what `createRunFolder` made. Refuses any other name: a record is a file, and files can be wrong. */
export async function removeFolder(path: string): Promise<void> {
  if (!basename(path).startsWith(PREFIX)) throw new Error(`expected a folder named ${PREFIX}..., got ${path}`);
  await rm(path, { recursive: true, force: true, maxRetries: 5 });
}
