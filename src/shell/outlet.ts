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
  /** Ends waiting for GitHub. */
  readonly signal: AbortSignal;
}

/** A job must not be held up by a GitHub that does not answer. */
const LONGEST_MS = 180_000;

/** Opens the way to GitHub for the three minutes that publishing may take; `interrupted` ends it at once. */
export async function openOutlet(
  { config, log, occasion }: Pick<Outlet, 'config' | 'log' | 'occasion'>,
  interrupted: AbortSignal,
): Promise<Outlet> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(LONGEST_MS)]);
  const { token } = config.publishing;
  if (token === null || occasion === null) return { config, log, occasion, client: null, signal };
  const { createClient } = await import('../github/client.ts');
  return { config, log, occasion, client: createClient(token, signal), signal };
}
