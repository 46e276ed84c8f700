import { orAborted } from '../abort.ts';
import type { Config } from '../config.ts';
import type { Client } from '../github/client.ts';
import type { Occasion } from '../github/occasion.ts';
import type { Log } from '../log.ts';

/** Where a report goes, beside the output folder. */
export interface Outlet {
  readonly config: Config;
  readonly log: Log;
  /** Null where the runner does not say where it runs: then there is nobody to tell but the summary. */
  readonly occasion: Occasion | null;
  /** Null without a token. */
  readonly client: Client | null;
  /** The job is cancelled: nothing more is waited for. */
  readonly signal: AbortSignal;
}

/** Opens the way to GitHub; `signal` ends whatever is under way there. */
export async function openOutlet(
  { config, log, occasion }: Pick<Outlet, 'config' | 'log' | 'occasion'>,
  signal: AbortSignal,
): Promise<Outlet> {
  const { token } = config.publishing;
  if (token === null || occasion === null) return { config, log, occasion, client: null, signal };
  const { createClient } = await import('../github/client.ts');
  return { config, log, occasion, client: createClient(token, signal), signal };
}

/**
 * A job must not be held up by a GitHub that does not answer: each part of publishing has so long, and one that is
 * given up takes no time from the others.
 */
export async function within<T>(part: keyof typeof LONGEST_MS, { signal }: Outlet, work: Promise<T>): Promise<T> {
  return orAborted(work, AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS[part])]));
}

const LONGEST_MS = { history: 60_000, artifacts: 120_000, diagnosis: 60_000, comment: 120_000 } as const;
