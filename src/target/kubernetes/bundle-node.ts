import { open, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { ServerError } from '../../errors.ts';
import { runProgram } from '../exec.ts';
import { createRunFolder } from '../run-folder.ts';
import type { Host } from '../target.ts';
import { type BundleFiles, ENOUGH_BYTES } from './bundle-files.ts';

const MOST_ENTRIES = 2000;

/** Adds what the nodes of a kind cluster have to say, free of keys: until then it lies in a folder that goes with the run. */
export async function addNodeLogs(cluster: string, files: BundleFiles, host: Host): Promise<void> {
  await files.attempt(`kind export logs --name ${cluster}`, async () => {
    await using raw = await createRunFolder(process.env.RUNNER_TEMP || tmpdir(), host, 'logs-');
    const folder = join(raw.path, cluster);
    const { code } = await runProgram(['kind', 'export', 'logs', folder, '--name', cluster], { signal: host.signal });
    if (code !== 0) throw new ServerError('kind could not');
    for (const path of await listLogs(folder)) {
      await files.add(['kind', ...path], await readEnd(join(folder, ...path)), 'last');
    }
  });
}

/** What tells of all comes first: there may be too much of the rest. */
async function listLogs(folder: string): Promise<readonly (readonly string[])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return (
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep))
      // The logs of pods are there twice, by the names of pods and by those of containers.
      .filter((path) => path[1] !== 'containers')
      .sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1))
      .slice(0, MOST_ENTRIES)
  );
}

async function readEnd(path: string): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.min(size, ENOUGH_BYTES));
  await file.read(bytes, 0, bytes.length, size - bytes.length);
  return bytes.toString('utf8');
}
