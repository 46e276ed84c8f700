import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import { explain } from '../errors.ts';
import { nameArtifact } from './find-artifacts.ts';

export interface UploadRequest {
  readonly reportId: string;
  /** Where the files lie. */
  readonly folder: string;
  /** The page that is to open in one click; uploaded as it is. */
  readonly page: string;
  /** All others, which go into one archive. */
  readonly files: readonly string[];
  readonly retentionDays: number | null;
  readonly serverUrl: string;
  /** Whether an earlier attempt of the run may have left artifacts of the same names. */
  readonly isRerun: boolean;
}

export interface Uploaded {
  /** Ids of the artifacts; null for what could not be uploaded. */
  readonly page: number | null;
  readonly data: number | null;
  readonly status: 'uploaded' | 'no-runtime' | 'unsupported' | 'failed';
  /** A sentence for whoever can mend it; null where all went well. */
  readonly problem: string | null;
}

/**
 * Uploads a report's files. The names are the same in every attempt of a run, so that links and downloads by name hold:
 * what an earlier attempt left under them is replaced. Never rejects, because artifacts are no reason to fail a job.
 */
export async function uploadArtifacts(request: UploadRequest): Promise<Uploaded> {
  const nothing = { page: null, data: null } as const;
  if (!process.env.ACTIONS_RUNTIME_TOKEN || !process.env.ACTIONS_RESULTS_URL) {
    const problem =
      'the report was not uploaded: the runner offers no artifact service (ACTIONS_RUNTIME_TOKEN is missing)';
    return { ...nothing, status: 'no-runtime', problem };
  }
  if (isEnterpriseServer(request.serverUrl)) {
    const problem =
      'the report was not uploaded: GitHub Enterprise Server has no artifact service of the present version; keep the output folder with an upload step of its own';
    return { ...nothing, status: 'unsupported', problem };
  }
  const client = new DefaultArtifactClient();
  const name = nameArtifact(request.reportId);
  // A file that is uploaded as it is lends the artifact its name.
  const single = `${name}.html`;
  let folder: string | null = null;
  let data: number | null = null;
  try {
    folder = await mkdtemp(join(process.env.RUNNER_TEMP || tmpdir(), 'seldon-bench-upload-'));
    if (request.isRerun) await removeOld(client, [name, single]);
    const paths = request.files.map((file) => join(request.folder, file));
    data = (await client.uploadArtifact(name, paths, request.folder, retention(request))).id ?? null;
    await cp(join(request.folder, request.page), join(folder, single));
    const options = { skipArchive: true, ...retention(request) };
    const page = (await client.uploadArtifact(single, [join(folder, single)], folder, options)).id ?? null;
    return { page, data, status: 'uploaded', problem: null };
  } catch (error) {
    return { page: null, data, status: 'failed', problem: describe(error, name, data !== null) };
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

async function removeOld(client: DefaultArtifactClient, names: readonly string[]): Promise<void> {
  const { artifacts } = await client.listArtifacts({ latest: true });
  for (const { name, createdAt } of artifacts) {
    // What is younger than this job is another one's of the same attempt.
    const isOld = createdAt === undefined || createdAt.getTime() < performance.timeOrigin;
    if (names.includes(name) && isOld) await client.deleteArtifact(name);
  }
}

function describe(error: unknown, name: string, isPartly: boolean): string {
  const why = explain(error).slice(0, 300);
  const hint = /\(409\)/.test(why)
    ? `: another job of this run has uploaded ${name} already; give each leg of a matrix a report-id of its own`
    : '';
  return `the report was not uploaded${isPartly ? ' in full' : ''} (${why})${hint}`;
}

/** As the toolkit tells them apart, which warns in words of its own when it is asked there. */
function isEnterpriseServer(serverUrl: string): boolean {
  const hostname = URL.canParse(serverUrl) ? new URL(serverUrl).hostname : '';
  return !/^github\.com$|\.ghe\.com$|\.localhost$/i.test(hostname);
}

function retention({ retentionDays }: UploadRequest): { retentionDays?: number } {
  return retentionDays === null ? {} : { retentionDays };
}
