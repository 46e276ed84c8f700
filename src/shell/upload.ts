import type { Annotation } from '../github/annotations.ts';
import type { OutputName } from '../github/outputs.ts';
import type { Link } from '../render/posting.ts';
import type { Report } from '../report.ts';
import { type Outlet, within } from './outlet.ts';

export interface Upload {
  readonly links: readonly Link[];
  readonly outputs: Partial<Record<OutputName, string>>;
  readonly warnings: readonly Annotation[];
}

export const TITLE = 'Report artifacts';

/** Uploads what lies in the output folder, where that is wanted and possible. Never rejects. */
export async function upload(report: Report, files: readonly string[], outlet: Outlet): Promise<Upload> {
  const { config, signal, log } = outlet;
  if (!config.publishing.artifacts) return end('off');
  if (signal.aborted) return end('aborted');
  const { uploadArtifacts } = await import('../github/artifacts.ts');
  const page = 'report.html';
  const request = {
    ...commonOptions(outlet),
    reportId: report.id,
    folder: config.out,
    page,
    files: files.filter((name) => name !== page),
  };
  const uploaded = await within('artifacts', outlet, uploadArtifacts(request)).catch(() => null);
  if (uploaded === null) return signal.aborted ? end('aborted') : end('failed', TOO_SLOW);
  log.info(`artifacts: ${uploaded.status}`);
  return {
    links: [...linkTo('html', report.id, uploaded.page, outlet), ...linkTo('data', report.id, uploaded.data, outlet)],
    outputs: {
      'artifact-status': uploaded.status,
      'html-artifact-id': String(uploaded.page ?? ''),
      'data-artifact-id': String(uploaded.data ?? ''),
    },
    warnings: uploaded.problem === null ? [] : [{ title: TITLE, message: uploaded.problem }],
  };
}

/** What is the same for all artifacts of a run. */
export function commonOptions({ config, occasion }: Pick<Outlet, 'config' | 'occasion'>) {
  return {
    retentionDays: config.publishing.retentionDays,
    serverUrl: occasion?.serverUrl ?? 'https://github.com',
    isRerun: occasion?.runAttempt !== '1',
  };
}

/** None to what was not uploaded, or outside of a run. */
export function linkTo(
  what: Link['what'],
  report: string,
  id: number | null,
  { occasion }: Pick<Outlet, 'occasion'>,
): Link[] {
  if (id === null || occasion === null || occasion.runId === null) return [];
  return [{ report, what, url: addressOf(occasion, occasion.runId, id) }];
}

/** Where an artifact is opened in a browser. */
export function addressOf(
  { serverUrl, repository }: Pick<NonNullable<Outlet['occasion']>, 'serverUrl' | 'repository'>,
  runId: string,
  artifactId: number,
): string {
  return `${serverUrl}/${repository.owner}/${repository.repo}/actions/runs/${runId}/artifacts/${artifactId}`;
}

const TOO_SLOW = 'the report was not uploaded: the artifact service did not answer in time';

function end(status: 'off' | 'aborted' | 'failed', problem?: string): Upload {
  const warnings = problem === undefined ? [] : [{ title: TITLE, message: problem }];
  return { links: [], outputs: { 'artifact-status': status }, warnings };
}
