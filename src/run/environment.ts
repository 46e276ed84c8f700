import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { Block } from '../block.ts';
import { LOAD_FLAGS } from '../load/loader.ts';
import type { Environment } from '../report.ts';
import { describePinning, type Pinning } from './pinning.ts';

/** The machine, and what disturbed it while `blocks` were measured. */
export function describeEnvironment(
  blocks: readonly Block[],
  loadPeakRssBytes: number | null,
  pinning: Pinning | null,
): Environment {
  return {
    cpu: { model: cpus()[0]?.model.trim() || 'unknown', cores: countCores(pinning) },
    memoryBytes: totalmem(),
    kernel: release(),
    platform: type(),
    arch: arch(),
    node: process.version,
    virtualised: readVirtualised(),
    pinning: describePinning(pinning),
    loadFlags: [...LOAD_FLAGS],
    stealPercent: meanSteal(blocks),
    throttledMs: sumThrottled(blocks),
    loadPeakRssBytes,
  };
}

/** What this process may use itself was cut down by the pinning. */
function countCores(pinning: Pinning | null): number {
  return pinning ? pinning.load.length + pinning.server.length : availableParallelism();
}

/** Weighted by how long each block took. */
function meanSteal(blocks: readonly Block[]): number | null {
  let stolen = 0;
  let all = 0;
  for (const block of blocks) {
    if (block.steal === null) continue;
    stolen += block.steal * block.wallMs;
    all += block.wallMs;
  }
  return all > 0 ? (stolen / all) * 100 : null;
}

function sumThrottled(blocks: readonly Block[]): number | null {
  const known = blocks.filter((block) => block.throttledMs !== null);
  return known.length > 0 ? known.reduce((sum, block) => sum + (block.throttledMs ?? 0), 0) : null;
}

/** Linux on x86 tells by the CPU flag `hypervisor`; elsewhere nobody knows. */
function readVirtualised(): boolean | null {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[1];
    return flags === undefined ? null : flags.split(' ').includes('hypervisor');
  } catch {
    return null;
  }
}
