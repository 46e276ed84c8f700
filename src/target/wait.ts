import { setTimeout as sleep } from 'node:timers/promises';
import { orAborted } from '../abort.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Asks until the answer is not null, with pauses that grow from 20 to 250 ms. Null after `limitMs`.
 * Rejects with the signal's reason when it is aborted, and with whatever `ask` throws.
 */
export async function askUntil<T>(
  ask: () => Promise<T | null>,
  limitMs: number,
  signal: AbortSignal,
): Promise<T | null> {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const answer = await orAborted(ask(), signal);
    if (answer !== null || performance.now() > deadline) return answer;
    await orAborted(sleep(pauseMs), signal);
  }
}
