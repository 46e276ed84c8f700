import type { Host } from '../target.ts';
import { type Witness, writeBundle } from './bundle.ts';

/**
 * Keeps what a cluster tells as soon as one of the models that are measured is lost. Disposing it waits until that is
 * written: do so before anything of the cluster is taken back.
 */
export function writeBundleOnLoss(lost: readonly AbortSignal[], witness: Witness, host: Host): AsyncDisposable {
  const any = AbortSignal.any([...lost]);
  let writing: Promise<void> | null = null;
  const write = (): void => {
    writing = writeBundle(witness, host, any.reason);
    host.expectEvidence(writing);
  };
  if (any.aborted) write();
  else any.addEventListener('abort', write, { once: true });
  return {
    async [Symbol.asyncDispose]() {
      any.removeEventListener('abort', write);
      await writing;
    },
  };
}
