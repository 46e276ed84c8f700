import { readdir, readFile } from 'node:fs/promises';

/** A process and when it started: together they name it for ever. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly started: string;
  readonly command: string;
}

/** All that a process has started, directly or not, as long as their parents live. Linux only. */
export async function listDescendants(root: number): Promise<Process[]> {
  const all = await listProcesses();
  const family = new Set([root]);
  // A child's parent may come behind it in the listing: go round until nothing is added.
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => pid !== root && family.has(pid));
}

/** Those of `processes` that still run; a zombie does not. */
export async function listSurvivors(processes: readonly Process[]): Promise<Process[]> {
  const alive = new Map((await listProcesses()).map((process) => [process.pid, process]));
  return processes.filter(({ pid, started }) => alive.get(pid)?.started === started);
}

async function listProcesses(): Promise<Process[]> {
  const found = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(readProcess);
  return (await Promise.all(found)).filter((process) => process !== null);
}

async function readProcess(name: string): Promise<Process | null> {
  try {
    const stat = await readFile(`/proc/${name}/stat`, 'latin1');
    // The command is in parentheses and may hold anything; fields are counted from behind it (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const command = (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    return { pid: Number(name), parent: Number(fields[1]), started: fields[19] as string, command };
  } catch {
    return null;
  }
}
