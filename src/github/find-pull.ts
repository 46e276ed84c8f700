import type { Client } from './client.ts';
import type { Occasion } from './occasion.ts';

/** A pull request that is open. */
interface Pull {
  readonly number: number;
  readonly baseRef: string;
}

/**
 * The pull request that an ended run belongs to: the payload names none for forks, and what an artifact says is not to
 * be believed. It is the open one whose branch the run was on, of the very repository. Null where there is none (any
 * more). Rejects where GitHub cannot be asked.
 */
export async function findPullOfRun(client: Client, { repository, endedRun: run }: Occasion): Promise<Pull | null> {
  if (run === null || run.headRepository === null || run.headBranch === '') return null;
  const { data } = await client.rest.pulls.list({
    ...repository,
    state: 'open',
    head: `${run.headRepository.owner}:${run.headBranch}`,
    per_page: 100,
  });
  const ours = data.filter(({ head }) => head.repo?.id === run.headRepository?.id && head.ref === run.headBranch);
  // Of several (into different bases) the one that stands at the measured commit; where it has moved on, the only one.
  const [only, ...others] = ours;
  const found = ours.find(({ head }) => head.sha === run.headSha) ?? (others.length === 0 ? only : undefined);
  return found === undefined ? null : { number: found.number, baseRef: found.base.ref };
}
