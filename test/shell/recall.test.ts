import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { createClient } from '../../src/github/client.ts';
import { silentLog } from '../../src/log.ts';
import type { Report } from '../../src/report.ts';
import { type Outlet, within } from '../../src/shell/outlet.ts';
import { recall } from '../../src/shell/recall.ts';
import { PATHS } from '../helpers/github/faults.ts';
import { occasionOf } from '../helpers/github/job.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';
import { sampleReport } from '../helpers/sample-report.ts';

/** A job of a pull request that asks for earlier runs. */
async function openJob(github: GitHub, signal = new AbortController().signal): Promise<Outlet> {
  const occasion = await occasionOf(github, 'pull_request');
  const inputs: Record<string, string> = { baseline: 'artifact', target: 'reference' };
  const config = parseConfig((name) => inputs[name] ?? '', 'action');
  return { config, log: silentLog, occasion, client: createClient(github.token, signal, github.apiUrl), signal };
}

/** What is recalled where an earlier run left this text as its report.json. */
async function recallFrom(json: string | null): Promise<Report['history']> {
  await using github = await startGitHub();
  github.addPull();
  if (json !== null) {
    const run = github.addRun();
    github.addArtifact({ run: run.id, name: 'seldon-bench-default', files: { 'report.json': json } });
  }
  const { history } = await recall(sampleReport(), await openJob(github));
  assert.deepEqual(github.violations, []);
  return history;
}

test('an earlier report stands beside this one', async () => {
  const history = await recallFrom(JSON.stringify(sampleReport()));
  assert.ok(history?.status === 'found' && history.branch === 'main' && history.runs.length === 1);
});

test('one of another machine is not shown, and what differs is named', async () => {
  const earlier = sampleReport();
  earlier.environment.cpu.model = 'something else';
  const history = await recallFrom(JSON.stringify(earlier));
  assert.ok(history?.status === 'not-comparable');
  assert.deepEqual(
    history.differences.map(({ what }) => what),
    ['processor'],
  );
});

for (const [what, json, told] of [
  ['no JSON', '{', /the report of run \d+ there cannot be read/],
  ['of another schema', '{"schema": 2}', /cannot be read: expected a report of schema 1/],
  ['of foreign keys', '{"__proto__": {"schema": 1}}', /expected a report of schema 1/],
] as const) {
  test(`an earlier report that is ${what} is told as unreadable`, async () => {
    const history = await recallFrom(json);
    assert.ok(history?.status === 'unreadable');
    assert.match(history.why, told);
  });
}

test('without an earlier run there is an explicit none, and without a token a reason', async () => {
  assert.equal((await recallFrom(null))?.status, 'none');
  await using github = await startGitHub();
  github.addPull();
  const outlet = await openJob(github);
  const { history } = await recall(sampleReport(), { ...outlet, client: null });
  assert.ok(history?.status === 'unreadable' && /github-token is empty/.test(history.why));
});

test('an artifact of 70 MiB is not downloaded', async () => {
  await using github = await startGitHub();
  github.addPull();
  const run = github.addRun();
  github.addArtifact({ run: run.id, name: 'seldon-bench-default', files: {}, size: 70 * 1024 * 1024 });
  const { history } = await recall(sampleReport(), await openJob(github));
  assert.ok(history?.status === 'unreadable' && /at most \d+ bytes/.test(history.why));
  assert.ok(github.requests.every(({ path }) => !path.startsWith('/storage/')));
});

test('a cancelled job does not wait for what GitHub stalls', async () => {
  await using github = await startGitHub();
  github.addPull();
  const job = new AbortController();
  const outlet = await openJob(github, job.signal);
  const stall = github.fail({ path: PATHS.workflowRuns, answer: 'stall' });
  const recalled = recall(sampleReport(), outlet);
  await stall.firstHit;
  job.abort(new Error('cancelled'));
  assert.equal((await recalled).history?.status, 'unreadable');
});

test('a part of publishing that takes too long is given up, alone', async () => {
  // Node can mock it; its types do not know yet.
  mock.timers.enable({ apis: ['AbortSignal.timeout' as 'setTimeout'] });
  try {
    const outlet = { signal: new AbortController().signal } as Outlet;
    const stalled = within('artifacts', outlet, new Promise(() => {}));
    const told = assert.rejects(stalled, /abort|time/i);
    mock.timers.tick(120_000);
    await told;
    assert.equal(await within('comment', outlet, Promise.resolve('written')), 'written');
  } finally {
    mock.timers.reset();
  }
});
