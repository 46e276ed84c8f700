import { join } from 'node:path';
import { runProgram } from '../exec.ts';

/** Writes what a cluster's nodes have to say into a folder below `parent` and returns its path; null where kind cannot. */
export async function exportKindLogs(name: string, parent: string, signal: AbortSignal): Promise<string | null> {
  const folder = join(parent, name);
  try {
    const { code } = await runProgram(['kind', 'export', 'logs', folder, '--name', name], { signal });
    return code === 0 ? folder : null;
  } catch {
    return null;
  }
}
