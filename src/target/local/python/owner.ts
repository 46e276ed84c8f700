import { createHash } from 'node:crypto';
import { readlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { readStartTime } from '../../process-group.ts';

const TOUCH_MS = 10_000;
/** Without a touch for so long, an owner on another machine is gone. */
const GONE_MS = 60_000;

/**
 * Names this very process in the cache folder: machine, process id and start time. Caches are shared between
 * containers, whose process ids mean nothing to one another, so the machine includes the pid namespace.
 */
export async function nameOwner(): Promise<string> {
  const startTime = await readStartTime(process.pid);
  return `${await nameMachine()}-${process.pid}-${digest(startTime ?? '')}`;
}

/** Whether the process that is named in `text` still lives. `touchedMs`: when its file was last touched (epoch). */
export async function isOwnerAlive(text: string, touchedMs: number): Promise<boolean> {
  const isFresh = Date.now() - touchedMs < GONE_MS;
  const [, machine, pid, start] = /([0-9a-f]{8})-(\d+)-([0-9a-f]{8})/.exec(text) ?? [];
  // Somebody elsewhere, or a file that was created and not yet written: only its age can tell.
  if (machine === undefined || machine !== (await nameMachine())) return isFresh;
  const startTime = await readStartTime(Number(pid));
  return startTime !== null && digest(startTime) === start;
}

/** Touches what this process owns until disposed, for those who cannot see its processes. */
export function keepTouched(path: string): Disposable {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, TOUCH_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function nameMachine(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return digest(`${hostname()} ${namespace}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
