import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import { explain } from '../errors.ts';
import { nameArtifact } from './find-artifacts.ts';

/** What goes into one archive. */
interface ArchiveRequest {
  readonly reportId: string;
  /** Where the files lie. */
  readonly folder: string;
  /** Below the folder. */
  readonly files: readonly string[];
  readonly retentionDays: number | null;
  readonly serverUrl: string;
  /** Whether an earlier attempt of the run may have left artifacts of the same names. */
  readonly isRerun: boolean;
}

interface ReportRequest extends ArchiveRequest {
  /** The page that is to open in one click; uploaded as it is, beside the archive. */
  readonly page: string;
}

interface Uploaded {
  /** Ids of the artifacts; null for what could not be uploaded. */
  readonly page: number | null;
  readonly data: number | null;
  readonly status: 'uploaded' | Refused['status'] | 'failed';
  /** A sentence for whoever can mend it; null where all went well. */
  readonly problem: string | null;
}

/**
 * Uploads a report's files. The names are the same in every attempt of a run, so that links and downloads by name hold:
 * what an earlier attempt left under them is replaced. Never rejects, because artifacts are no reason to fail a job.
 */
export async function uploadArtifacts(request: ReportRequest): Promise<Uploaded> {
  const refused = refuse(request, 'report');
  if (refused !== null) return { page: null, data: null, ...refused };
  const client = new DefaultArtifactClient();
  const name = nameArtifact(request.reportId);
  // A file that is uploaded as it is lends the artifact its name.
  const single = `${name}.html`;
  let folder: string | null = null;
  let data: number | null = null;
  try {
    folder = await mkdtemp(join(process.env.RUNNER_TEMP || tmpdir(), 'seldon-bench-upload-'));
    if (request.isRerun) await removeOld(client, [name, single]);
    data = await uploadArchive(client, name, request);
    await cp(join(request.folder, request.page), join(folder, single));
    const options = { skipArchive: true, ...retention(request) };
    const page = (await client.uploadArtifact(single, [join(folder, single)], folder, options)).id ?? null;
    return { page, data, status: 'uploaded', problem: null };
  } catch (error) {
    return { page: null, data, status: 'failed', problem: describe(error, name, 'report', data !== null) };
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

/** The same for what was left when something went wrong. `id` is null where it could not be uploaded. Never rejects. */
export async function uploadDiagnosis(request: ArchiveRequest): Promise<{ id: number | null; problem: string | null }> {
  const refused = refuse(request, 'diagnosis');
  if (refused !== null) return { id: null, problem: refused.problem };
  const client = new DefaultArtifactClient();
  const name = `${nameArtifact(request.reportId)}-diagnosis`;
  try {
    if (request.isRerun) await removeOld(client, [name]);
    return { id: await uploadArchive(client, name, request), problem: null };
  } catch (error) {
    return { id: null, problem: describe(error, name, 'diagnosis', false) };
  }
}

async function uploadArchive(
  client: DefaultArtifactClient,
  name: string,
  request: ArchiveRequest,
): Promise<number | null> {
  const paths = request.files.map((file) => join(request.folder, file));
  return (await client.uploadArtifact(name, paths, request.folder, retention(request))).id ?? null;
}

interface Refused {
  readonly status: 'no-runtime' | 'unsupported';
  readonly problem: string;
}

/** Where there is no service to ask. */
function refuse({ serverUrl }: ArchiveRequest, what: What): Refused | null {
  if (!process.env.ACTIONS_RUNTIME_TOKEN || !process.env.ACTIONS_RESULTS_URL) {
    const problem = `the ${what} was not uploaded: the runner offers no artifact service (ACTIONS_RUNTIME_TOKEN is missing)`;
    return { status: 'no-runtime', problem };
  }
  if (isEnterpriseServer(serverUrl)) {
    const problem = `the ${what} was not uploaded: GitHub Enterprise Server has no artifact service of the present version; keep the output folder with an upload step of its own`;
    return { status: 'unsupported', problem };
  }
  return null;
}

type What = 'report' | 'diagnosis';

async function removeOld(client: DefaultArtifactClient, names: readonly string[]): Promise<void> {
  const { artifacts } = await client.listArtifacts({ latest: true });
  for (const { name, createdAt } of artifacts) {
    // What is younger than this job is another one's of the same attempt.
    const isOld = createdAt === undefined || createdAt.getTime() < performance.timeOrigin;
    if (names.includes(name) && isOld) await client.deleteArtifact(name);
  }
}

function describe(error: unknown, name: string, what: What, isPartly: boolean): string {
  const why = explain(error).slice(0, 300);
  const hint = /\(409\)/.test(why)
    ? `: another job of this run has uploaded ${name} already; give each leg of a matrix a report-id of its own`
    : '';
  return `the ${what} was not uploaded${isPartly ? ' in full' : ''} (${why})${hint}`;
}

/** As the toolkit tells them apart, which warns in words of its own when it is asked there. */
function isEnterpriseServer(serverUrl: string): boolean {
  const hostname = URL.canParse(serverUrl) ? new URL(serverUrl).hostname : '';
  return !/^github\.com$|\.ghe\.com$|\.localhost$/i.test(hostname);
}

function retention({ retentionDays }: ArchiveRequest): { retentionDays?: number } {
  return retentionDays === null ? {} : { retentionDays };
}
