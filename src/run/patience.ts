import { setTimeout as sleep } from 'node:timers/promises';

/** How long a block in flight may still take after the run was asked to stop. */
const GRACE_MS = 2000;
const NOTICE_MS = 500;

/**
 * Waits for work in flight, but not for ever: rejects with the server's error as soon as the server is `lost`, and with
 * the interruption once it has been asked for and the work was given a moment to finish by itself.
 */
export async function finishOrStop<T>(work: Promise<T>, signal: AbortSignal, lost?: AbortSignal): Promise<T> {
  const stop = Promise.withResolvers<never>();
  let grace: NodeJS.Timeout | undefined;
  const onLost = (): void => stop.reject(lost?.reason);
  const onAbort = (): void => {
    grace = setTimeout(() => stop.reject(signal.reason), GRACE_MS);
  };
  if (lost?.aborted) onLost();
  if (signal.aborted) onAbort();
  lost?.addEventListener('abort', onLost, { once: true });
  signal.addEventListener('abort', onAbort, { once: true });
  // Whoever loses the race may reject later, with nobody listening.
  work.catch(() => {});
  stop.promise.catch(() => {});
  try {
    return await Promise.race([work, stop.promise]);
  } finally {
    clearTimeout(grace);
    lost?.removeEventListener('abort', onLost);
    signal.removeEventListener('abort', onAbort);
  }
}

/** A request has failed: throws the server's error where it died, which is noticed a moment after its connections break. */
export async function throwIfLost(lost: AbortSignal): Promise<void> {
  await sleep(NOTICE_MS, undefined, { signal: lost }).catch(() => {});
  lost.throwIfAborted();
}
