import { context } from '@actions/github';
import type { Provenance } from '../report.ts';

/** Where the run belongs, as the runner tells it. On a pull request the commit is its head, not the merge commit. */
export function readProvenance(): Provenance {
  const head: unknown = context.payload.pull_request?.head?.sha;
  const sha = typeof head === 'string' && /^[0-9a-f]{40}$/.test(head) ? head : context.sha;
  const repository = process.env.GITHUB_REPOSITORY;
  const runId = process.env.GITHUB_RUN_ID;
  return {
    ...given('repository', repository),
    ...given('sha', sha),
    ...given('ref', context.ref),
    ...given('event', context.eventName),
    ...given('runId', runId),
    ...given('runAttempt', process.env.GITHUB_RUN_ATTEMPT),
    ...given('runUrl', repository && runId && `${context.serverUrl}/${repository}/actions/runs/${runId}`),
  };
}

function given(name: keyof Provenance, value: string | undefined): Provenance {
  return value ? { [name]: value.slice(0, 2000) } : {};
}
