import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Access } from '../../src/target/kubernetes/api.ts';

const run = promisify(execFile);

export interface Kind extends AsyncDisposable {
  readonly name: string;
  readonly access: Access;
  /** The container that is its node. */
  readonly node: string;
}

/** A kind cluster as somebody makes one by hand, from the image that KIND_NODE_IMAGE names; disposing deletes it. */
export async function createKind(): Promise<Kind> {
  const name = `sbtest-${randomBytes(4).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'seldon-bench-test-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const kind = (...args: string[]) => run('kind', [...args, '--name', name, '--kubeconfig', kubeconfig]);
  const remove = async (): Promise<void> => {
    await kind('delete', 'cluster');
    await rm(folder, { recursive: true });
  };
  try {
    await kind('create', 'cluster', '--image', process.env.KIND_NODE_IMAGE as string);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    name,
    access: { kubeconfig, context: `kind-${name}` },
    node: `${name}-control-plane`,
    [Symbol.asyncDispose]: remove,
  };
}
