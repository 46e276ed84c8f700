import type { Annotation } from '../github/annotations.ts';
import type { OutputName } from '../github/outputs.ts';
import type { Link } from '../render/posting.ts';
import type { Report } from '../report.ts';
import { orAborted } from '../target/wait.ts';
import type { Outlet } from './outlet.ts';

export interface Upload {
  readonly links: readonly Link[];
  readonly outputs: Partial<Record<OutputName, string>>;
  readonly warnings: readonly Annotation[];
}

/** Uploads what lies in the output folder, where that is wanted and possible. Never rejects. */
export async function upload(report: Report, files: readonly string[], outlet: Outlet): Promise<Upload> {
  const { config, occasion, signal, log } = outlet;
  const { artifacts, retentionDays } = config.publishing;
  if (!artifacts) return end('off');
  if (signal.aborted) return end('aborted');
  const { uploadArtifacts } = await import('../github/artifacts.ts');
  const page = 'report.html';
  const request = {
    reportId: report.id,
    folder: config.out,
    page,
    files: files.filter((name) => name !== page),
    retentionDays,
    serverUrl: occasion?.serverUrl ?? 'https://github.com',
    isRerun: occasion?.runAttempt !== '1',
  };
  const uploaded = await orAborted(uploadArtifacts(request), signal).catch(() => null);
  if (uploaded === null) return end('aborted');
  log.info(`artifacts: ${uploaded.status}`);
  const link = (what: Link['what'], id: number | null): Link[] =>
    id === null || occasion === null || occasion.runId === null
      ? []
      : [{ report: report.id, what, url: addressOf(occasion, occasion.runId, id) }];
  return {
    links: [...link('html', uploaded.page), ...link('data', uploaded.data)],
    outputs: {
      'artifact-status': uploaded.status,
      'html-artifact-id': String(uploaded.page ?? ''),
      'data-artifact-id': String(uploaded.data ?? ''),
    },
    warnings: uploaded.problem === null ? [] : [{ title: 'Report artifacts', message: uploaded.problem }],
  };
}

/** Where an artifact is opened in a browser. */
export function addressOf(
  { serverUrl, repository }: Pick<NonNullable<Outlet['occasion']>, 'serverUrl' | 'repository'>,
  runId: string,
  artifactId: number,
): string {
  return `${serverUrl}/${repository.owner}/${repository.repo}/actions/runs/${runId}/artifacts/${artifactId}`;
}

function end(status: 'off' | 'aborted'): Upload {
  return { links: [], outputs: { 'artifact-status': status }, warnings: [] };
}
