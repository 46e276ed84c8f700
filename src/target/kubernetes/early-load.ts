import { orAborted } from '../../abort.ts';
import { explain, ServerError } from '../../errors.ts';
import { runDocker } from '../docker-cli.ts';
import type { Host } from '../target.ts';
import { askUntil } from '../wait.ts';
import { type Image, streamImage } from './load-image.ts';

const NODE_LIMIT_MS = 300_000;

export interface EarlyLoad extends AsyncDisposable {
  /** Without waiting for it. */
  begin(images: readonly Image[]): void;
  /** Waits until it is over, whatever came of it; rejects with the signal's reason. For when the node is there. */
  finish(signal: AbortSignal): Promise<void>;
}

/**
 * Puts images into a node of the run's own while kind still makes a cluster of it: its containerd answers long before
 * Kubernetes does. A head start and no more: what has not come into the node so, because kind began again or something
 * went wrong, is for the load that follows, which tells it. Disposing stops it.
 */
export function createEarlyLoad(node: string, host: Host): EarlyLoad {
  const stop = new AbortController();
  const signal = AbortSignal.any([host.signal, stop.signal]);
  let loading = Promise.resolve();

  async function load(images: readonly Image[]): Promise<void> {
    // Docker takes some seconds to put an image together: it begins before there is a node to take it.
    const ready = waitForContainerd(node, signal).then(() =>
      host.log.info(`loading into the node: ${images.map(({ reference }) => reference).join(', ')}`),
    );
    // Not every load comes so far as to ask.
    ready.catch(() => {});
    for (const image of images) await streamImage(node, image, { ...host, signal }, ready);
  }

  return {
    begin(images) {
      loading = host
        .time('load images early', () => load(images))
        .catch((error: unknown) => {
          if (!signal.aborted) host.log.info(`the images were not loaded early: ${explain(error)}`);
        });
    },
    finish: (signal) => orAborted(loading, signal),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loading;
    },
  };
}

async function waitForContainerd(node: string, signal: AbortSignal): Promise<void> {
  const ask = async (): Promise<true | null> =>
    (await runDocker(['exec', node, 'ctr', 'version'], { signal })).code === 0 || null;
  const answer = await askUntil(ask, NODE_LIMIT_MS, signal);
  if (answer === null) throw new ServerError('expected containerd to answer in the node; it did not');
}
