import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { startOperator } from '../helpers/operator/operator.ts';

const PAUSE_MS = 100;

/** Runs the stand-in operator against each cluster whose kubeconfig a run puts below its folder for temporary files. */
export function operateRuns(temp: string): AsyncDisposable {
  const operators = new AsyncDisposableStack();
  const stop = new AbortController();
  const known = new Set<string>();
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      for (const kubeconfig of await findKubeconfigs(temp)) {
        if (known.has(kubeconfig)) continue;
        try {
          operators.use(await startOperator({ kubeconfig, context: await readContext(kubeconfig) }));
          known.add(kubeconfig);
        } catch {
          // It is not written yet, or gone with its run: the next turn tells.
        }
      }
      await sleep(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => {});
    }
  };
  const working = work();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await working;
      await operators.disposeAsync();
    },
  };
}

async function findKubeconfigs(temp: string): Promise<string[]> {
  const names = await readdir(temp);
  return names.filter((name) => name.startsWith('seldon-bench-kind-')).map((name) => join(temp, name, 'kubeconfig'));
}

async function readContext(kubeconfig: string): Promise<string> {
  return String(parse(await readFile(kubeconfig, 'utf8'))['current-context']);
}
