import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The cores that a process may run on (proc(5), Cpus_allowed_list); none where the system does not tell. */
export async function readAllowedCores(process: number | 'self'): Promise<number[]> {
  try {
    const status = await readFile(`/proc/${process}/status`, 'latin1');
    return parseCores(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '');
  } catch {
    return [];
  }
}

/** `0-2,5` is 0, 1, 2, 5. */
export function parseCores(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const match = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(part.trim());
    if (!match) return [];
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  });
}

/** For all threads of the process. False where the system has no taskset or does not allow it. */
export async function setCores(pid: number, cores: readonly number[]): Promise<boolean> {
  try {
    await promisify(execFile)('taskset', ['-a', '-p', '-c', cores.join(','), String(pid)]);
    return true;
  } catch {
    return false;
  }
}
