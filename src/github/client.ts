import { randomUUID } from 'node:crypto';
import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';

export type Client = ReturnType<typeof createClient>;

const MOST_RETRIES = 2;
const LONGEST_WAIT_S = 60;
/** For one request; what takes longer is asked again. */
const LONGEST_REQUEST_MS = 30_000;

/**
 * GitHub's API at GITHUB_API_URL, which is the runner's own server. Server errors are asked again up to three times,
 * rate limits twice where GitHub wants no more than a minute of waiting; `signal` ends it all.
 */
export function createClient(token: string, signal: AbortSignal, apiUrl = process.env.GITHUB_API_URL) {
  const again = (afterSeconds: number, _options: unknown, _octokit: unknown, retryCount: number): boolean =>
    retryCount < MOST_RETRIES && afterSeconds <= LONGEST_WAIT_S && !signal.aborted;
  const client = getOctokit(
    token,
    {
      // Without a name of its own a client would wait for every other one in the process.
      throttle: { onRateLimit: again, onSecondaryRateLimit: again, id: randomUUID() },
      log: SILENT,
      ...(apiUrl ? { baseUrl: apiUrl } : {}),
    },
    throttling,
    retry,
  );
  client.hook.before('request', (options) => {
    options.request.signal = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_REQUEST_MS)]);
  });
  return client;
}

/** What went wrong is told once, in our words. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}
