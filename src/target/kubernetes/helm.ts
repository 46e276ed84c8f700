import { ServerError } from '../../errors.ts';
import { lastLines, type RunOptions, runProgram } from '../exec.ts';
import type { Access } from './api.ts';

/** What helm writes. Throws ServerError with `failure`, which tells what was expected, and helm's last lines. */
export async function requireHelm(args: readonly string[], failure: string, options: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await runProgram(['helm', ...args], options);
  if (code === 0) return stdout;
  throw new ServerError(failure, { detail: lastLines(stderr) });
}

/** The options with which helm works in a namespace of one cluster, whatever its environment says. */
export function inCluster({ kubeconfig, context }: Access, namespace: string): readonly string[] {
  return ['--namespace', namespace, '--kubeconfig', kubeconfig, '--kube-context', context];
}
