import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const GRACE_MS = 3000;
const KILL_MS = 5000;
const POLL_MS = 20;

/**
 * Ends every process of a group: SIGTERM, then SIGKILL to those that are left three seconds later.
 * Returns false if some are still there five seconds after that (stuck in the kernel, or not ours to end).
 */
export async function endGroup(group: number): Promise<boolean> {
  if (!signalGroup(group, 'SIGTERM') || (await isGoneWithin(group, GRACE_MS))) return true;
  signalGroup(group, 'SIGKILL');
  return isGoneWithin(group, KILL_MS);
}

/**
 * When a process started, in the system's own words: with its id this names one process and no later one.
 * Null when there is no such process.
 */
export async function readStartTime(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return (await readStat(pid))?.startTime ?? null;
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

/** Whether a process of the group is left that still runs. Zombies do not count: some containers never reap them. */
export async function isGroupAlive(group: number): Promise<boolean> {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== 'linux') return true;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readStat(Number(pid))));
  return stats.some((stat) => stat?.group === group && stat.state !== 'Z' && stat.state !== 'X');
}

async function isGoneWithin(group: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (await isGroupAlive(group)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** False when the group has no member. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  // 0 and 1 mean "my own group" and "everybody" to kill(2).
  if (!Number.isInteger(group) || group <= 1) throw new RangeError(`expected the id of a process group, got ${group}`);
  try {
    return process.kill(-group, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly startTime: string;
}

/** See proc_pid_stat(5): field 2, the name, stands in parentheses and may itself hold any character. */
async function readStat(pid: number): Promise<Stat | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', group: Number(fields[2]), startTime: fields[19] ?? '' };
  } catch {
    return null;
  }
}
