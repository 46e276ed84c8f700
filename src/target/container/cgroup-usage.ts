import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UsageMeter } from '../usage.ts';

/**
 * Reads what a container has used, from its control groups (cgroups(7), version 2 or 1). `pid` is its main process as
 * this machine counts; `id` is the container's own, which tells it from a process of that number here when the daemon
 * runs elsewhere. The meter answers null where nothing can be read.
 */
export function createCgroupMeter(pid: number, id: string, root = ''): UsageMeter {
  const files = findFiles(pid, id, root);
  return () => {
    if (files === null) return null;
    try {
      const memory = readCounters(files.memory);
      const mapped = memory.get('file_mapped') ?? memory.get('total_mapped_file') ?? 0;
      const anonymous = memory.get('anon') ?? memory.get('total_rss');
      return {
        cpuMs: readCpuMs(files.cpu),
        rssBytes: anonymous === undefined ? null : anonymous + mapped,
        throttledMs: readThrottledMs(files.limits),
      };
    } catch {
      // It is gone.
      return null;
    }
  };
}

interface Files {
  readonly cpu: string;
  readonly limits: string;
  readonly memory: string;
}

function findFiles(pid: number, id: string, root: string): Files | null {
  if (process.platform !== 'linux' || pid <= 0) return null;
  try {
    const groups = readGroups(`${root}/proc/${pid}/cgroup`);
    const unified = groups.get('');
    const cpu = groups.get('cpuacct');
    const memory = groups.get('memory');
    const base = `${root}/sys/fs/cgroup`;
    const own = (file: string): string => join(base, unified ?? '', file);
    const files =
      cpu !== undefined && memory !== undefined
        ? {
            cpu: join(base, 'cpuacct', cpu, 'cpuacct.usage'),
            limits: join(base, 'cpu', groups.get('cpu') ?? cpu, 'cpu.stat'),
            memory: join(base, 'memory', memory, 'memory.stat'),
          }
        : { cpu: own('cpu.stat'), limits: own('cpu.stat'), memory: own('memory.stat') };
    if (!(cpu ?? unified ?? '').includes(id)) return null;
    readCpuMs(files.cpu);
    return files;
  } catch {
    return null;
  }
}

/** By controller: the path below its mount. The unified hierarchy has no controller's name. */
function readGroups(path: string): ReadonlyMap<string, string> {
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, controllers = '', group = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return controllers.split(',').map((name): [string, string] => [name, group]);
    }),
  );
}

/** Version 1 has nanoseconds alone in the file, version 2 has microseconds in a line. */
function readCpuMs(path: string): number {
  const text = readFileSync(path, 'latin1');
  if (/^\d+\s*$/.test(text)) return Number(text) / 1e6;
  const [, us] = /^usage_usec (\d+)$/m.exec(text) ?? [];
  if (us === undefined) throw new Error(`no CPU time in ${path}`);
  return Number(us) / 1000;
}

/** Nanoseconds in version 1, microseconds in version 2; null where there is no such count. */
function readThrottledMs(path: string): number | null {
  try {
    const counters = readCounters(path);
    const us = counters.get('throttled_usec');
    const ns = counters.get('throttled_time');
    return us !== undefined ? us / 1000 : ns !== undefined ? ns / 1e6 : null;
  } catch {
    return null;
  }
}

function readCounters(path: string): ReadonlyMap<string, number> {
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n');
  return new Map(lines.map((line) => [line.split(' ', 1)[0] ?? '', Number(line.slice(line.indexOf(' ') + 1))]));
}
