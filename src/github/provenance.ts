import type { Provenance } from '../report.ts';
import type { Occasion } from './occasion.ts';

/** Where a run belongs that measures in this very job. On a pull request the commit is its head, not the merge commit. */
export function describeOwnRun(occasion: Occasion, env: NodeJS.ProcessEnv): Provenance {
  const { pull, sha, runId, runAttempt, event } = occasion;
  // On pull_request_target it is the base that is checked out.
  const head = (event === 'pull_request_target' ? null : pull?.headSha) ?? sha;
  return {
    ...describeRun(occasion, runId, runAttempt),
    ...given('sha', head),
    // What lies in the workspace is the merge of both, unless the workflow checks something else out.
    ...(pull !== null && sha !== head ? given('mergeSha', sha) : {}),
    ...(pull === null ? {} : { pull: pull.number }),
    ...given('ref', env.GITHUB_REF ?? null),
    ...given('event', event),
  };
}

/** Where a run belongs that ended before this one began: as GitHub tells it, whatever its report says. */
export function describeEndedRun(occasion: Occasion, pull: number | null): Provenance {
  const { endedRun: run } = occasion;
  if (run === null) throw new TypeError('expected an occasion with a run that ended');
  return {
    ...describeRun(occasion, run.id, run.attempt),
    sha: run.headSha,
    ...(pull === null ? {} : { pull }),
    ...given('event', run.event),
  };
}

function describeRun({ repository, serverUrl }: Occasion, id: string | null, attempt: string | null): Provenance {
  const name = `${repository.owner}/${repository.repo}`;
  return {
    repository: name,
    ...given('runId', id),
    ...given('runAttempt', attempt),
    ...given('runUrl', id && `${serverUrl}/${name}/actions/runs/${id}`),
  };
}

function given<N extends keyof Provenance>(name: N, value: string | null): Partial<Record<N, string>> {
  return value ? ({ [name]: value.slice(0, 2000) } as Partial<Record<N, string>>) : {};
}
