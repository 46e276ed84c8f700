import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { askUntil } from '../../wait.ts';
import { isOwnerAlive, keepTouched, nameOwner } from './owner.ts';

const NEVER_MS = Number.POSITIVE_INFINITY;

interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once if somebody else holds the lock, with the name of that owner. */
  onWait(owner: string): void;
}

/**
 * Holds a lock file until disposed, and waits while another living process holds it. The lock of a dead one is taken
 * over. Two runs that find the same dead lock in the same instant may both pass: whoever uses the lock must only lose
 * time by that, never data.
 */
export async function holdLock(path: string, options: LockOptions): Promise<AsyncDisposable> {
  const owner = await nameOwner();
  let waited = false;
  await askUntil(
    async () => {
      if (await create(path, owner)) return true;
      const holder = await readHolder(path);
      if (holder === null) return null;
      if (!(await isOwnerAlive(holder.owner, holder.touchedMs))) {
        await rm(path, { force: true });
        return null;
      }
      if (!waited) options.onWait(holder.owner);
      waited = true;
      return null;
    },
    NEVER_MS,
    options.signal,
  );
  const touched = keepTouched(path);
  return {
    async [Symbol.asyncDispose]() {
      touched[Symbol.dispose]();
      if ((await readHolder(path))?.owner === owner) await rm(path, { force: true });
    },
  };
}

async function create(path: string, owner: string): Promise<boolean> {
  try {
    await writeFile(path, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<{ owner: string; touchedMs: number } | null> {
  try {
    const [owner, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { owner, touchedMs: mtimeMs };
  } catch {
    return null;
  }
}
