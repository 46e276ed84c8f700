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
/** GitHub lists a hundred at a time; a run with more artifacts than this is not read to the end. */
const MOST_PAGES = 10;
const PER_PAGE = 100;

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
  const newest = new Map<string, FoundArtifact>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data } = await client.rest.actions.listWorkflowRunArtifacts({
      ...repository,
      run_id: Number(runId),
      per_page: PER_PAGE,
      page,
      ...(reportId === undefined ? {} : { name: nameArtifact(reportId) }),
    });
    for (const { id, name, size_in_bytes: bytes, expired } of data.artifacts) {
      // Beside them lie the page that opens in one click, under its file name, and what tells of a failure.
      if (expired || !name.startsWith(PREFIX) || name.endsWith('.html') || name.endsWith('-diagnosis')) continue;
      if (id > (newest.get(name)?.id ?? 0)) newest.set(name, { id, reportId: name.slice(PREFIX.length), bytes });
    }
    if (data.artifacts.length < PER_PAGE) break;
  }
  return [...newest.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, artifact]) => artifact);
}
