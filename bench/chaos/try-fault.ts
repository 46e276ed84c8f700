import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkObserved } from './check.ts';
import type { Fault } from './fault.ts';
import type { Tried } from './page.ts';

/** Does it in a folder of its own, which is gone afterwards. */
export async function tryFault(fault: Fault): Promise<Tried> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-chaos-'));
  try {
    const observed = await fault.run(folder);
    return { fault, observed, wrong: 'skipped' in observed ? [] : checkObserved(fault.expected, observed) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
