import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startOperator } from '../helpers/operator/operator.ts';
import { repeat } from '../helpers/repeat.ts';

const PAUSE_MS = 100;

/** Runs the stand-in operator against each cluster whose kubeconfig a run puts below its folder for temporary files. */
export function operateRuns(temp: string): AsyncDisposable {
  const operators = new AsyncDisposableStack();
  // Ended after the looking, which may start another.
  const started = operators.use(new AsyncDisposableStack());
  const known = new Set<string>();
  operators.use(
    repeat(async () => {
      for (const kubeconfig of await findKubeconfigs(temp)) {
        if (known.has(kubeconfig)) continue;
        try {
          started.use(await startOperator({ kubeconfig, context: await readContext(kubeconfig) }));
          known.add(kubeconfig);
        } catch {
          // It is not written yet, or gone with its run: the next turn tells.
        }
      }
    }, PAUSE_MS),
  );
  return operators;
}

async function findKubeconfigs(temp: string): Promise<string[]> {
  const names = await readdir(temp);
  return names.filter((name) => name.startsWith('seldon-bench-kind-')).map((name) => join(temp, name, 'kubeconfig'));
}

async function readContext(kubeconfig: string): Promise<string> {
  return String(parse(await readFile(kubeconfig, 'utf8'))['current-context']);
}
