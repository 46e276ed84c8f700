import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { type GitHub, type GitHubOptions, startGitHub } from './server.ts';
import type { Repository } from './state.ts';

/**
 * GitHub's own client for the loopback GitHub, with the plug-in for retries as an action has it; only a second's wait is
 * a millisecond here. With `limits` it has the plug-in for GitHub's limits, too, which makes writing slow: a second lies
 * between two writes. `token` is that which may write where it is not given.
 */
export function connect(github: GitHub, token = github.token, { limits = false } = {}) {
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const again = (_seconds: number, _request: object, _octokit: object, count: number): boolean => count < 2;
  const options = {
    baseUrl: github.apiUrl,
    log: quiet,
    retry: { retryAfterBaseValue: 1, retries: 2 },
    // Limits belong to a client here, and not to the process.
    throttle: {
      ...{ enabled: limits, id: randomUUID(), retryAfterBaseValue: 1 },
      ...{ onRateLimit: again, onSecondaryRateLimit: again },
    },
  };
  return getOctokit(token, options, retry, throttling);
}

/** The parameters that name the repository. */
export function repoOf({ owner, name }: Repository): { owner: string; repo: string } {
  return { owner: owner.login, repo: name };
}

/** What the server said when it refused. Throws an AssertionError when it did not. */
export async function refusalOf(request: Promise<unknown>) {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error && 'status' in error && 'response' in error) {
      const { headers, data } = error.response as {
        headers: Record<string, string>;
        data: { message: string; errors?: { message?: string; code: string }[] };
      };
      return { status: error.status, headers, message: data.message, errors: data.errors };
    }
    throw error;
  }
  throw new assert.AssertionError({ message: 'expected the request to be refused' });
}

/** Runs a test against a server of its own, and holds all traffic to the description at the end. */
export async function withGitHub(
  use: (github: GitHub, client: ReturnType<typeof connect>, repo: ReturnType<typeof repoOf>) => Promise<void>,
  options: GitHubOptions = {},
): Promise<void> {
  await using github = await startGitHub(options);
  await use(github, connect(github), repoOf(github.state.repository));
  assert.deepEqual(github.violations, []);
}
