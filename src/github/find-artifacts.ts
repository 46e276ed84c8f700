import type { Client } from './client.ts';
import type { Occasion } from './occasion.ts';

/** An artifact with a report in it, as the API lists it. */
export interface FoundArtifact {
  readonly id: number;
  /** Without the prefix that all of ours have. */
  readonly reportId: string;
  readonly bytes: number;
}

const PREFIX = 'seldon-bench-';
const MOST_REPORTS = 50;

/** The name under which a report's files are uploaded: of a run's artifacts each name is there once. */
export function nameArtifact(reportId: string): string {
  return `${PREFIX}${reportId}`;
}

/** The newest artifacts of a run that hold reports, in the order of their names; `reportId` for one of them. */
export async function findArtifacts(
  client: Client,
  { repository }: Pick<Occasion, 'repository'>,
  runId: string,
  reportId?: string,
): Promise<FoundArtifact[]> {
  const { data } = await client.rest.actions.listWorkflowRunArtifacts({
    ...repository,
    run_id: Number(runId),
    per_page: 100,
    ...(reportId === undefined ? {} : { name: nameArtifact(reportId) }),
  });
  const newest = new Map<string, FoundArtifact>();
  for (const { id, name, size_in_bytes: bytes, expired } of data.artifacts.toSorted((a, b) => a.id - b.id)) {
    // The page that opens in one click lies beside them under its file name.
    if (expired || !name.startsWith(PREFIX) || name.endsWith('.html')) continue;
    newest.set(name, { id, reportId: name.slice(PREFIX.length), bytes });
  }
  return [...newest.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, artifact]) => artifact)
    .slice(0, MOST_REPORTS);
}
