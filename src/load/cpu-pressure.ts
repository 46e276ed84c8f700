import { readFileSync } from 'node:fs';

/** Counters since boot; null where the system does not show them. */
interface CpuPressure {
  /** Ticks that the host took away from this machine, and all ticks, over all cores. */
  readonly steal: { readonly stolen: number; readonly all: number } | null;
  /** Microseconds for which a CPU limit held this cgroup back. */
  readonly throttledUs: number | null;
}

/** Reads the counters (Linux: proc(5) /proc/stat, cgroup v2 cpu.stat); elsewhere all are null. */
export function readCpuPressure(): CpuPressure {
  return { steal: readSteal(), throttledUs: readThrottled() };
}

/** What happened between two readings: the share of CPU time stolen (0 to 1), milliseconds throttled. */
export function comparePressure(
  before: CpuPressure,
  after: CpuPressure,
): { steal: number | null; throttledMs: number | null } {
  const all = before.steal && after.steal ? after.steal.all - before.steal.all : 0;
  return {
    steal: before.steal && after.steal && all > 0 ? (after.steal.stolen - before.steal.stolen) / all : null,
    throttledMs:
      before.throttledUs === null || after.throttledUs === null
        ? null
        : (after.throttledUs - before.throttledUs) / 1000,
  };
}

function readSteal(): CpuPressure['steal'] {
  const line = read('/proc/stat')?.split('\n', 1)[0];
  const ticks = line
    ?.match(/^cpu +(.*)$/)?.[1]
    ?.split(' ')
    .map(Number);
  // Fields: user nice system idle iowait irq softirq steal, then guest times that user and nice hold already.
  if (!ticks || ticks.length < 8) return null;
  return { stolen: ticks[7] as number, all: ticks.slice(0, 8).reduce((sum, value) => sum + value, 0) };
}

function readThrottled(): number | null {
  const value = read('/sys/fs/cgroup/cpu.stat')?.match(/^throttled_usec ([0-9]+)$/m)?.[1];
  return value === undefined ? null : Number(value);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
