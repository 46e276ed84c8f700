import { readdirSync, readFileSync } from 'node:fs';
import type { Usage } from './target.ts';

/** Reads what a set of processes has used since they started, in well under 5 ms. Null where the system has no /proc. */
export type UsageMeter = () => Usage | null;

/**
 * A meter for the processes that `list` names at each reading. What processes and threads had used stays in the sum when
 * they are gone, so that it never falls. Memory that processes share is counted in each of them.
 */
export function createUsageMeter(list: () => readonly number[]): UsageMeter {
  const times = new Map<number, ProcessTime>();
  return () => {
    if (process.platform !== 'linux') return null;
    let rssBytes: number | null = null;
    for (const pid of list()) {
      const time = times.get(pid) ?? createProcessTime(pid);
      try {
        time.read();
        rssBytes = (rssBytes ?? 0) + readRss(pid);
        times.set(pid, time);
      } catch {
        // It ended just now.
      }
    }
    if (rssBytes === null) return null;
    let cpuNs = 0;
    for (const time of times.values()) cpuNs += time.totalNs();
    // Who is in which control group is not asked: no limit is set on these processes.
    return { cpuMs: cpuNs / 1e6, rssBytes, throttledMs: null };
  };
}

/**
 * Lists the members of a process group at each call, its leader left out: that is the guard, which serves nothing.
 * Servers start further workers long after they answer. Only processes that were not there at the call before are looked
 * at; which group one is in does not change.
 */
export function createGroupList(group: number): () => readonly number[] {
  let known = new Map<string, boolean>();
  return () => {
    const now = new Map<string, boolean>();
    for (const name of listProcesses()) now.set(name, known.get(name) ?? isMember(Number(name), group));
    known = now;
    return [...now].filter(([, member]) => member).map(([name]) => Number(name));
  };
}

/** The ids of all processes; none where the system has no /proc below `root`. */
export function listProcesses(root = ''): string[] {
  try {
    return readdirSync(`${root}/proc`).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

interface ProcessTime {
  /** Throws when the process is gone. */
  read(): void;
  totalNs(): number;
}

/**
 * The CPU time of one process. The scheduler's own count is exact to the nanosecond, but only threads that live have
 * one (proc(5), /proc/pid/task/tid/schedstat); `stat` counts all of them, in ticks of 10 ms, rounded down. The larger of
 * both is right but for what threads did that came and went between two readings, of which it has whole ticks.
 */
function createProcessTime(pid: number): ProcessTime {
  const threads = new Map<string, number>();
  let goneNs = 0;
  let ticksNs = 0;
  return {
    read() {
      const names = readdirSync(`/proc/${pid}/task`);
      for (const name of names) {
        const ns = readThread(pid, name);
        if (ns === null) continue;
        const before = threads.get(name) ?? 0;
        // A smaller figure is that of another thread, to which the number went.
        if (ns < before) goneNs += before;
        threads.set(name, ns);
      }
      if (threads.size > names.length) {
        const alive = new Set(names);
        for (const [name, ns] of threads) {
          if (alive.has(name)) continue;
          goneNs += ns;
          threads.delete(name);
        }
      }
      const fields = readStat(pid);
      ticksNs = Math.max(ticksNs, (Number(fields[11]) + Number(fields[12])) * TICK_NS);
    },
    totalNs() {
      let ns = goneNs;
      for (const threadNs of threads.values()) ns += threadNs;
      return Math.max(ns, ticksNs);
    },
  };
}

/** USER_HZ is 100 on every architecture that Node runs on. */
const TICK_NS = 1e7;

/** Nanoseconds on a CPU; null for a thread that ended since it was listed, or without scheduler statistics. */
function readThread(pid: number, thread: string): number | null {
  try {
    return Number.parseInt(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1'), 10);
  } catch {
    return null;
  }
}

/** Resident bytes. A process that has ended and not been waited for has no such line. */
function readRss(pid: number): number {
  const [, kib] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kib ?? 0) * 1024;
}

function isMember(pid: number, group: number): boolean {
  try {
    return pid !== group && Number(readStat(pid)[2]) === group;
  } catch {
    return false;
  }
}

/** The fields of proc_pid_stat(5) from the third, the state, on: the name before it may hold any character. */
function readStat(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
