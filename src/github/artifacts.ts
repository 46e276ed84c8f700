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
  const client = new DefaultArtifactClient();
  const name = nameArtifact(request.reportId);
  const folder = await mkdtemp(join(process.env.RUNNER_TEMP || tmpdir(), 'seldon-bench-upload-'));
  let data: number | null = null;
  let page: number | null = null;
  try {
    const paths = request.files.map((file) => join(request.folder, file));
    data = await replace(client, name, () =>
      client.uploadArtifact(name, paths, request.folder, { ...retention(request) }),
    );
    // A file that is uploaded as it is lends the artifact its name.
    const single = `${name}.html`;
    await cp(join(request.folder, request.page), join(folder, single));
    page = await replace(client, single, () =>
      client.uploadArtifact(single, [join(folder, single)], folder, { skipArchive: true, ...retention(request) }),
    );
    return { page, data, status: 'uploaded', problem: null };
  } catch (error) {
    const unsupported = error instanceof Error && error.name === 'GHESNotSupportedError';
    return {
      page,
      data,
      status: unsupported ? 'unsupported' : 'failed',
      problem: unsupported
        ? 'the report was not uploaded: this GitHub Enterprise Server has no artifact service of the present version; keep the output folder with an upload step of its own'
        : `the report was not uploaded ${data === null ? '' : 'in full '}(${explain(error).slice(0, 300)})`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function replace(
  client: DefaultArtifactClient,
  name: string,
  upload: () => Promise<{ id?: number }>,
): Promise<number | null> {
  try {
    return (await upload()).id ?? null;
  } catch (error) {
    if (!/\(409\)/.test(explain(error))) throw error;
    await client.deleteArtifact(name);
    return (await upload()).id ?? null;
  }
}

function retention({ retentionDays }: UploadRequest): { retentionDays?: number } {
  return retentionDays === null ? {} : { retentionDays };
}
