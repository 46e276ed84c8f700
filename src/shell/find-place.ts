import { orAborted } from '../abort.ts';
import { findPullOfRun } from '../github/find-pull.ts';
import { readRefusal } from '../github/refusal.ts';
import type { Outlet } from './outlet.ts';

/** Where a report belongs: its pull request, and the branch whose earlier runs it stands in a row with. */
export interface Place {
  readonly pull: number | null;
  readonly branch: string | null;
}

/** As the event tells; of a run that ended, as GitHub tells. Rejects only when the signal is aborted. */
export async function findPlace({ occasion, client, log, signal }: Outlet): Promise<Place> {
  if (occasion === null) return { pull: null, branch: null };
  const { endedRun: ended } = occasion;
  if (ended === null) return { pull: occasion.pull?.number ?? null, branch: occasion.branch };
  // Whatever was not a pull request's run was the branch's own.
  const branch = ended.event.startsWith('pull_request') || ended.isFork ? null : ended.headBranch || null;
  if (client === null || !ended.event.startsWith('pull_request')) return { pull: null, branch };
  try {
    const found = await orAborted(findPullOfRun(client, occasion), signal);
    if (found === null) log.info(`run ${ended.id} belongs to no pull request that is open`);
    return { pull: found?.number ?? null, branch: found?.baseRef ?? null };
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`the pull request of run ${ended.id} could not be looked for: ${readRefusal(error).message}`);
    return { pull: null, branch };
  }
}
