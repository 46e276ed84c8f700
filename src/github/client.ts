import { randomUUID } from 'node:crypto';
import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';

export type Client = ReturnType<typeof createClient>;

const MOST_RETRIES = 2;
const LONGEST_WAIT_S = 60;
/** What takes longer is asked again. */
const LONGEST_ATTEMPT_MS = 30_000;

/**
 * GitHub's API at GITHUB_API_URL, which is the runner's own server. Server errors are asked again up to three times,
 * rate limits twice where GitHub wants no more than a minute of waiting; `signal` ends it all.
 */
export function createClient(token: string, signal: AbortSignal, apiUrl = process.env.GITHUB_API_URL) {
  const again = (afterSeconds: number, _options: unknown, _octokit: unknown, retryCount: number): boolean =>
    retryCount < MOST_RETRIES && afterSeconds <= LONGEST_WAIT_S && !signal.aborted;
  // Hooks of the first plug-in stand nearest to the wire: each attempt has as long, however long was waited before it.
  const limit = (octokit: Parameters<typeof retry>[0]): void =>
    octokit.hook.before('request', ({ request }) => {
      request.signal = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_ATTEMPT_MS)]);
    });
  return getOctokit(
    token,
    {
      // Without a name of its own a client would wait for every other one in the process.
      throttle: { onRateLimit: again, onSecondaryRateLimit: again, id: randomUUID() },
      log: SILENT,
      ...(apiUrl ? { baseUrl: apiUrl } : {}),
    },
    limit,
    throttling,
    retry,
  );
}

/** What went wrong is told once, in our words. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}
