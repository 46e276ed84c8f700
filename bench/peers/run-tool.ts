import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface ToolRun {
  readonly stdout: string;
  /** CPU time of the program, user and system, from its start to its end. */
  readonly cpuMs: number;
}

/** How a program is started: pinned by taskset, on the load's cores unless there are none to spare. */
export interface Launcher {
  readonly taskset: string;
  readonly cores: readonly number[] | null;
  readonly signal: AbortSignal;
}

/** proc(5) counts in ticks of USER_HZ, which is 100 on every architecture that Linux runs Node on. */
const TICK_MS = 10;
const MAX_TEXT = 16 * 1024 * 1024;

/**
 * Runs a program to its end. Rejects with what it wrote where it fails, and with the signal's reason, after the program
 * is gone, where that is aborted. No other child of this process may end meanwhile: the CPU time is the growth of what
 * the kernel has added up for all children that were waited for. That sum is kept in nanoseconds, so a difference is
 * off by one tick at most, in either direction alike.
 */
export async function runTool(
  launcher: Launcher,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ToolRun> {
  const { taskset, cores, signal } = launcher;
  signal.throwIfAborted();
  const [file, words] = cores ? [taskset, ['-c', cores.join(','), program, ...args]] : [program, [...args]];
  const before = readChildrenCpuMs();
  const child = spawn(file, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.length > MAX_TEXT) stop();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-2000);
    });
    const how = await new Promise<string | number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killer) => resolve(killer ?? code ?? 'no exit code'));
    });
    signal.throwIfAborted();
    if (how !== 0) throw new Error(`${program} ended with ${how}: ${(stderr || stdout.slice(-2000)).trim()}`);
    return { stdout, cpuMs: readChildrenCpuMs() - before };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** CPU time of all children that have ended and were waited for (proc(5) /proc/self/stat, cutime and cstime). */
function readChildrenCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // The second field is the name in brackets and may hold blanks; the third follows the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[16 - 3]) + Number(fields[17 - 3])) * TICK_MS;
}
