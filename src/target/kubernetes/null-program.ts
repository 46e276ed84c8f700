import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { workerScript } from '../../assets.ts';
import { packReplies } from '../../server/null-alone.ts';
import type { NullReply } from '../../server/spec.ts';
import { requireDocker, runDocker } from '../docker-cli.ts';
import { createRunFolder } from '../run-folder.ts';
import type { Host } from '../target.ts';

const REMOVE_LIMIT_MS = 20_000;

/** What the null server is run from, in a folder of a kind node. */
export interface NullProgram {
  /** The container that is the node. */
  readonly node: string;
  readonly folder: string;
  /** How to run it where the folder is mounted; `replies` is a file in it. */
  command(mount: string, replies: string): string[];
}

/** A name for a folder of this run alone in a node. */
export function nameNodeFolder(): string {
  return `/seldon-bench-${randomBytes(4).toString('hex')}`;
}

/**
 * Lays this very Node with this very code into a folder of a kind node: no image has to be built or fetched for it, and
 * the null server there is the same as on this machine. Throws ServerError.
 */
export async function layNullProgram(node: string, folder: string, host: Host): Promise<NullProgram> {
  const { signal } = host;
  await requireDocker('make a folder in the node', ['exec', node, 'mkdir', '--mode', '755', folder], { signal });
  await lay(node, process.execPath, `${folder}/node`, host);
  await lay(node, dirname(workerScript), `${folder}/code`, host);
  // Without it Node takes our modules for CommonJS at first.
  await layText(node, '{"type":"module"}\n', `${folder}/package.json`, host);
  await open(node, folder, host);
  return {
    node,
    folder,
    command: (mount, replies) => [
      `${mount}/node`,
      `${mount}/code/${basename(workerScript)}`,
      'null',
      `${mount}/${replies}`,
    ],
  };
}

/** The same for a node that stays: on the host's record before it exists, and disposing removes it. Throws ServerError. */
export async function lendNullProgram(node: string, host: Host): Promise<NullProgram & AsyncDisposable> {
  const folder = nameNodeFolder();
  const forget = host.recordCreated({ kind: 'node-folder', node, path: folder });
  const remove = async (): Promise<void> => {
    if (await removeNodeFolder(node, folder)) forget();
    else host.log.warn(`folder ${folder} of node ${node} could not be removed`);
  };
  try {
    return { ...(await layNullProgram(node, folder, host)), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Puts the replies beside the program, under a name. Throws ServerError. */
export async function layReplies(
  { node, folder }: NullProgram,
  name: string,
  replies: readonly NullReply[],
  host: Host,
): Promise<void> {
  await layText(node, packReplies(replies), `${folder}/${name}`, host);
  await open(node, `${folder}/${name}`, host);
}

/** Removes what `lendNullProgram` laid into a node; a node that is gone is fine. False if it is still there. */
export async function removeNodeFolder(node: string, path: string): Promise<boolean> {
  // A record is a file, and files can be wrong.
  if (!/^\/seldon-bench-[0-9a-f]{8}$/.test(path)) throw new Error(`expected a folder of our own, got ${path}`);
  const signal = AbortSignal.timeout(REMOVE_LIMIT_MS);
  try {
    const { code, stderr } = await runDocker(['exec', node, 'rm', '-rf', path], { signal });
    return code === 0 || /no such container|is not running/i.test(stderr);
  } catch {
    return false;
  }
}

async function layText(node: string, content: string | Uint8Array, to: string, host: Host): Promise<void> {
  await using own = await createRunFolder(tmpdir(), host, 'null-');
  const path = join(own.path, 'content');
  await writeFile(path, content);
  await lay(node, path, to, host);
}

function lay(node: string, from: string, to: string, { signal }: Host): Promise<string> {
  return requireDocker('copy the null server into the node', ['cp', from, `${node}:${to}`], { signal });
}

/** To the user that the pod runs as. */
function open(node: string, path: string, { signal }: Host): Promise<string> {
  return requireDocker('open its files', ['exec', node, 'chmod', '-R', 'a+rX', path], { signal });
}
