import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../src/github/client.ts';
import { silentLog } from '../../src/log.ts';
import { findPlace, type Place } from '../../src/shell/find-place.ts';
import type { Outlet } from '../../src/shell/outlet.ts';
import { PATHS } from '../helpers/github/faults.ts';
import { occasionOf } from '../helpers/github/job.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';
import { forkOf, type Run } from '../helpers/github/state.ts';

/** The place of a report after `workflow_run`. */
async function placeAfter(github: GitHub, { id }: Run, warnings: string[] = []): Promise<Place> {
  const { signal } = new AbortController();
  const occasion = await occasionOf(github, 'workflow_run', { ended: id });
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  return findPlace({ occasion, client: createClient(github.token, signal, github.apiUrl), log, signal } as Outlet);
}

test('a report of a fork has its pull request, and stands in a row with the runs of the base branch', async () => {
  await using github = await startGitHub();
  const pull = github.addPull();
  pull.head.repo = forkOf(github.state.repository, 'mallory');
  const run = github.addRunOfPull(pull);
  assert.deepEqual(await placeAfter(github, run), { pull: pull.number, branch: 'main' });
  github.fail({ path: PATHS.pulls, answer: { status: 403 } });
  const warnings: string[] = [];
  assert.deepEqual(await placeAfter(github, run, warnings), { pull: null, branch: null });
  assert.match(warnings.join(), /the pull request of run \d+ could not be looked for/);
  pull.state = 'closed';
  assert.deepEqual(await placeAfter(github, run), { pull: null, branch: null });
});

test("what was no pull request's stands in a row with its own branch, but for a fork's", async () => {
  await using github = await startGitHub();
  const nightly = github.addRun({ event: 'schedule', headBranch: 'next' });
  assert.deepEqual(await placeAfter(github, nightly), { pull: null, branch: 'next' });
  const foreign = github.addRun({ event: 'push', headRepository: forkOf(github.state.repository, 'mallory') });
  assert.deepEqual(await placeAfter(github, foreign), { pull: null, branch: null });
});
