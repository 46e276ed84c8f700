import { silentLog } from '../src/log.ts';
import type { Host } from '../src/target/target.ts';

/** A host for servers that a bench puts up and takes down itself: says nothing, records nothing, keeps no evidence. */
export function createQuietHost(signal: AbortSignal): Host {
  return {
    log: silentLog,
    signal,
    recordCreated: () => () => {},
    time: (_, work) => work(),
    evidenceFolder: '/dev/null/none',
    expectEvidence: () => {},
  };
}
