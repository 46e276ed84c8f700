import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../../../src/target/kubernetes/api.ts';
import type { TestHost } from '../helpers.ts';

const PAUSE_MS = 200;

/**
 * Puts things into each kind cluster that a run makes, as soon as it takes them: the run sees the host `watching`, and
 * `made` has all of them. `list` says which there are to be.
 */
export function whenMade(
  host: TestHost,
  list: (access: Access, node: string) => readonly (() => Promise<AsyncDisposable>)[],
): { readonly watching: TestHost; readonly made: AsyncDisposableStack } {
  const made = new AsyncDisposableStack();
  const untilMade = async (make: () => Promise<AsyncDisposable>): Promise<void> => {
    while (!made.disposed) {
      try {
        made.use(await make());
        return;
      } catch {
        await sleep(PAUSE_MS);
      }
    }
  };
  const watching: TestHost = {
    ...host,
    recordCreated(thing) {
      if (thing.kind === 'kind-cluster') {
        const access = { kubeconfig: thing.kubeconfig, context: `kind-${thing.name}` };
        for (const make of list(access, `${thing.name}-control-plane`)) void untilMade(make);
      }
      return host.recordCreated(thing);
    },
  };
  return { watching, made };
}
