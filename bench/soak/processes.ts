import { readdir, readFile } from 'node:fs/promises';
import { listDescendants, listSurvivors, type Process } from '../../test/helpers/descendants.ts';

export interface Holding {
  readonly rssBytes: number;
  /** The most that it ever held. */
  readonly peakRssBytes: number;
  /** Open files, sockets and pipes. */
  readonly handles: number;
}

/** What a process holds now; null where it is gone. Linux only. */
export async function readHolding(pid: number): Promise<Holding | null> {
  try {
    const [status, handles] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'latin1'),
      readdir(`/proc/${pid}/fd`),
    ]);
    const read = (name: string): number => {
      const found = new RegExp(`^${name}:\\s+([0-9]+) kB$`, 'm').exec(status)?.[1];
      if (found === undefined) throw new Error(`expected ${name} in /proc/${pid}/status: the process has ended`);
      return Number(found) * 1024;
    };
    return { rssBytes: read('VmRSS'), peakRssBytes: read('VmHWM'), handles: handles.length };
  } catch {
    return null;
  }
}

/** Remembers everything that a process starts, as long as it is asked to look. */
export interface FamilyWatch {
  look(): Promise<void>;
  /** Those that were seen and still run, and those that run with `mark` in their environment. */
  listLeft(): Promise<Process[]>;
}

/** `mark` is a text that only the environments of this family have, such as the path of its temporary folder. */
export function watchFamily(root: number, mark: string): FamilyWatch {
  const seen = new Map<string, Process>();
  return {
    async look() {
      for (const process of await listDescendants(root)) seen.set(`${process.pid} ${process.started}`, process);
    },
    async listLeft() {
      const left = new Map((await listSurvivors([...seen.values()])).map((process) => [process.pid, process]));
      for (const process of await listMarked(mark)) left.set(process.pid, process);
      return [...left.values()];
    },
  };
}

async function listMarked(mark: string): Promise<Process[]> {
  // All that runs descends from process 1, or is it.
  const all = await listDescendants(1);
  const marked = await Promise.all(
    all.map(async ({ pid }) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return pid !== process.pid && environment.includes(mark);
    }),
  );
  return all.filter((_, i) => marked[i]);
}
