import type { Environment } from '../report.ts';
import { readAllowedCores, setCores } from '../target/cores.ts';

/** One for the load process and one for the servers, which then never take each other's time. */
const MIN_CORES = 2;

export interface Pinning {
  /** The cores of the load process, alone on them. */
  readonly load: readonly number[];
  /** The cores of everything else. */
  readonly server: readonly number[];
}

/** Which core the load process is given for itself; null where it is left to the kernel. */
export function planPinning(allowed: readonly number[]): Pinning | null {
  if (allowed.length < MIN_CORES) return null;
  return { load: allowed.slice(-1), server: allowed.slice(0, -1) };
}

/**
 * Keeps this process, and with it every server that it will start, off the last core, where there is one to spare
 * (Linux). The load process is put there by `pinLoad`. Returns what was done; null where nothing was.
 */
export async function keepServersTogether(): Promise<Pinning | null> {
  const pinning = planPinning(await readAllowedCores('self'));
  if (pinning === null) return null;
  return (await setCores(process.pid, pinning.server)) ? pinning : null;
}

/** Returns the pinning that holds: none where the load process could not be put on its core. */
export async function pinLoad(pid: number, pinning: Pinning | null): Promise<Pinning | null> {
  return pinning !== null && (await setCores(pid, pinning.load)) ? pinning : null;
}

export function describePinning(pinning: Pinning | null): Environment['pinning'] {
  return pinning && { load: pinning.load.join(','), server: pinning.server.join(',') };
}
