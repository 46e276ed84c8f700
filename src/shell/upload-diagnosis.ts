import type { Evidence } from './evidence.ts';
import { type Outlet, within } from './outlet.ts';
import { commonOptions, linkTo, TITLE, type Upload } from './upload.ts';

/**
 * Uploads what targets left when something went wrong, where they did and that is wanted. `isServed`: whether there is a
 * service that takes it. Never rejects.
 */
export async function uploadDiagnosis(
  reportId: string,
  evidence: Evidence,
  isServed: boolean,
  outlet: Outlet,
): Promise<Upload> {
  const { config, signal, log } = outlet;
  const folder = evidence.host.evidenceFolder;
  const files = await evidence.list().catch(() => []);
  if (files.length === 0) return end();
  log.info(`what the cluster tells of it is in ${folder}`);
  if (!config.publishing.artifacts || !isServed || signal.aborted) return end();
  const { uploadDiagnosis } = await import('../github/artifacts.ts');
  const uploading = uploadDiagnosis({ ...commonOptions(outlet), reportId, folder, files });
  const uploaded = await within('diagnosis', outlet, uploading).catch(() => null);
  if (uploaded === null) return signal.aborted ? end() : end(TOO_SLOW);
  const { id, problem } = uploaded;
  const warnings = problem === null ? [] : [{ title: TITLE, message: problem }];
  const links = linkTo('diagnosis', reportId, id, outlet);
  return { links, outputs: { 'diagnosis-artifact-id': String(id ?? '') }, warnings };
}

const TOO_SLOW = 'the diagnosis was not uploaded: the artifact service did not answer in time';

function end(problem?: string): Upload {
  const warnings = problem === undefined ? [] : [{ title: TITLE, message: problem }];
  return { links: [], outputs: { 'diagnosis-artifact-id': '' }, warnings };
}
