import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readMarker } from '../../src/comment-marker.ts';
import type { Report } from '../../src/report.ts';
import { PATHS } from '../helpers/github/faults.ts';
import { startJob } from '../helpers/github/job.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';
import { forkOf, shaOf } from '../helpers/github/state.ts';
import { makeFolder, readReport } from '../helpers/run-tool.ts';
import { sampleReport } from '../helpers/sample-report.ts';

/** Of cells that nobody measures: broken however quiet the machine is, which numbers of a few milliseconds are not. */
const NEVER_KEPT = 'p50 over 5ms in predict.rest.tensor.7';

/** Requests that count against the token's limit: the artifact service and the storage are others. */
function callsOf(github: GitHub): number {
  return github.requests.filter(({ path }) => path.startsWith('/repos/') || path === '/graphql').length;
}

const SMALL = { target: 'reference', rounds: '6', block: '5ms', batches: '1,50', encodings: 'tensor' };

function errors(stdout: string): string[] {
  return stdout.split('\n').filter((line) => line.startsWith('::error'));
}

/** Warnings about publishing; those about the numbers depend on the machine. */
function warnings(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('::warning') && /title=(Pull request comment|Report artifacts)/.test(line));
}

test('a pull request gets a comment, artifacts and outputs; the next attempt replaces them in their places', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const run = github.addRunOfPull(pull);
  const job = await startJob(github, folder.path, 'pull_request', { run: run.id });
  const { code, stdout } = await (await job.main(SMALL)).ended;
  assert.equal(code, 0, stdout);
  const outputs = await job.readOutputs();
  assert.deepEqual(
    [outputs['comment-status'], outputs['artifact-status'], outputs['history-status'], outputs.gate],
    ['created', 'uploaded', 'off', 'none'],
    stdout,
  );
  const [comment, ...others] = github.commentsOf(pull.number);
  assert.ok(comment && others.length === 0);
  const marker = readMarker(comment.body);
  assert.deepEqual([marker?.head, marker?.run, marker?.attempt], [pull.head.sha, String(run.id), '1']);
  // The comment leads to the artifacts by their ids, and says which commit it is about.
  for (const id of [outputs['html-artifact-id'], outputs['data-artifact-id']]) {
    assert.match(comment.body, new RegExp(`/actions/runs/${run.id}/artifacts/${id}\\)`));
  }
  assert.ok(comment.body.includes(pull.head.sha.slice(0, 7)));
  assert.equal(comment.body, await readFile(join(folder.path, 'bench-results', 'comment.md'), 'utf8'));

  const uploaded = [...github.state.artifacts.values()];
  assert.deepEqual(
    uploaded.map(({ name, mimeType }) => [name, mimeType]),
    [
      ['seldon-bench-default', 'application/zip'],
      ['seldon-bench-default.html', 'text/html'],
    ],
  );
  const page = uploaded[1]?.bytes.toString('utf8') ?? '';
  assert.equal(page, await readFile(join(folder.path, 'bench-results', 'report.html'), 'utf8'));

  run.attempt = 2;
  const again = await startJob(github, folder.path, 'pull_request', { run: run.id });
  const second = await (await again.main(SMALL)).ended;
  assert.equal(second.code, 0, second.stdout);
  assert.equal((await again.readOutputs())['comment-status'], 'updated');
  assert.equal((await again.readOutputs())['artifact-status'], 'uploaded');
  assert.equal(github.commentsOf(pull.number).length, 1);
  assert.equal(readMarker(github.commentsOf(pull.number)[0]?.body ?? '')?.attempt, '2');
  assert.equal(github.state.artifacts.size, 2, 'the same names, the newer bytes');
  assert.ok([...github.state.artifacts.values()].every(({ id }) => !uploaded.some((old) => old.id === id)));
  assert.deepEqual(github.violations, []);
  assert.ok(callsOf(github) <= 2 * 10, `${callsOf(github)} calls`);
});

test("a fork's job may not comment: one warning names the permission and the way, and the summary has the report", async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  pull.head.repo = forkOf(github.state.repository, 'mallory');
  const job = await startJob(github, folder.path, 'pull_request', { token: github.readOnlyToken });
  const { code, stdout } = await (await job.main(SMALL)).ended;
  assert.equal(code, 0, stdout);
  const told = warnings(stdout);
  assert.equal(told.length, 1, stdout);
  assert.match(told[0] ?? '', /`pull-requests: write`.*403.*issues=write; pull_requests=write.*mode: report/);
  const outputs = await job.readOutputs();
  assert.deepEqual([outputs['comment-status'], outputs['artifact-status']], ['forbidden', 'uploaded']);
  assert.match(await job.readSummary(), /<details>/);
  assert.deepEqual(github.commentsOf(pull.number), []);
});

for (const kind of ['push', 'schedule', 'merge_group', 'workflow_dispatch'] as const) {
  test(`${kind}: no pull request, so no comment and no warning, but a summary and artifacts`, async () => {
    await using github = await startGitHub();
    await using folder = await makeFolder();
    github.addPull();
    const job = await startJob(github, folder.path, kind);
    const { code, stdout } = await (await job.main(SMALL)).ended;
    assert.equal(code, 0, stdout);
    assert.deepEqual(warnings(stdout), []);
    const outputs = await job.readOutputs();
    assert.deepEqual([outputs['comment-status'], outputs['artifact-status']], ['no-pull', 'uploaded']);
    assert.match(await job.readSummary(), /<details>/);
    assert.deepEqual(github.violations, []);
  });
}

test('workflow_run: the measuring half of a fork is published by the half that may write, from its numbers alone', async () => {
  await using github = await startGitHub();
  await using measuring = await makeFolder();
  await using reporting = await makeFolder();
  const pull = github.addPull();
  pull.head.repo = forkOf(github.state.repository, 'mallory');
  const run = github.addRunOfPull(pull, { status: 'in_progress', conclusion: null });
  const first = await startJob(github, measuring.path, 'pull_request', { run: run.id, token: github.readOnlyToken });
  assert.equal((await (await first.main({ ...SMALL, gate: 'p50 over 1000s' })).ended).code, 0);
  Object.assign(run, { status: 'completed', conclusion: 'success' });

  const second = await startJob(github, reporting.path, 'workflow_run', { ended: run.id });
  const { code, stdout } = await (await second.main({ mode: 'report', gate: NEVER_KEPT })).ended;
  assert.equal(code, 1, stdout);
  const outputs = await second.readOutputs();
  assert.deepEqual(
    [outputs['comment-status'], outputs.gate, outputs.outcome],
    ['created', 'not-measured', 'regression'],
  );
  const [comment] = github.commentsOf(pull.number);
  assert.ok(comment);
  assert.deepEqual(
    [readMarker(comment.body)?.head, readMarker(comment.body)?.run],
    [pull.head.sha, String(run.id)],
    'what the artifact says of itself is not asked',
  );
  assert.match(comment.body, new RegExp(`/actions/runs/${run.id}/artifacts/\\d+\\)`));
  // The limits that were held here are in the files that lie here.
  const report = await readReport(join(reporting.path, 'bench-results'));
  assert.deepEqual([report.gate?.result, report.provenance.runId], ['not-measured', String(run.id)]);
  assert.ok((await readFile(join(reporting.path, 'bench-results', 'junit.xml'), 'utf8')).includes(NEVER_KEPT));
  assert.equal(outputs['fastest-small'], undefined, 'names of a stranger are no outputs');
  assert.deepEqual(github.violations, []);
});

test('what a report says its outcome was does not switch the gate off', async () => {
  await using github = await startGitHub();
  await using reporting = await makeFolder();
  const pull = github.addPull();
  pull.head.repo = forkOf(github.state.repository, 'mallory');
  const run = github.addRunOfPull(pull);
  const forged: Report = { ...sampleReport({ provenance: { sha: pull.head.sha } }), outcome: 'infra-error' };
  github.addArtifact({ run: run.id, name: 'seldon-bench-default', files: { 'report.json': JSON.stringify(forged) } });
  github.addArtifact({ run: run.id, name: 'seldon-bench-logs', files: { 'log.txt': 'not a report' } });
  const job = await startJob(github, reporting.path, 'workflow_run', { ended: run.id });
  const { code, stdout } = await (await job.main({ mode: 'report', gate: 'p50 over 0.000001ms' })).ended;
  assert.equal(code, 1, stdout);
  assert.match(stdout, /artifact \d+ of run \d+ has no report in it and is left out/);
});

test('after workflow_run a report that cannot be published is told in the pull request', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  pull.head.repo = forkOf(github.state.repository, 'mallory');
  const run = github.addRunOfPull(pull);
  const job = await startJob(github, folder.path, 'workflow_run', { ended: run.id });
  const { code, stdout } = await (await job.main({ mode: 'report' })).ended;
  assert.equal(code, 3, stdout);
  assert.match(github.commentsOf(pull.number)[0]?.body ?? '', /There is no report/);
  assert.equal((await job.readOutputs()).outcome, 'infra-error');
});

test('a job that is cancelled while an artifact stalls ends at once, and as cancelled', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const run = github.addRunOfPull(pull);
  const report = sampleReport({ provenance: { sha: pull.head.sha } });
  github.addArtifact({ run: run.id, name: 'seldon-bench-default', files: { 'report.json': JSON.stringify(report) } });
  const stall = github.fail({ path: PATHS.storage, answer: 'stall', times: Number.POSITIVE_INFINITY });
  const job = await startJob(github, folder.path, 'workflow_run', { ended: run.id });
  const running = await job.main({ mode: 'report' });
  await stall.firstHit;
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130, stdout);
  assert.equal((await job.readOutputs()).outcome, 'aborted');
  assert.deepEqual(github.commentsOf(pull.number), []);
});

test('what was measured on the command line of the job is published with the job', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  await writeFile(join(folder.path, 'own.json'), JSON.stringify(sampleReport()));
  const job = await startJob(github, folder.path, 'pull_request');
  const { code, stdout } = await (await job.main({ mode: 'report', reports: 'own.json' })).ended;
  assert.equal(code, 0, stdout);
  assert.ok(github.commentsOf(pull.number)[0]?.body.includes(pull.head.sha.slice(0, 7)));
});

test('a report of another commit is refused, and none of its numbers published', async () => {
  await using github = await startGitHub();
  await using measuring = await makeFolder();
  await using reporting = await makeFolder();
  const pull = github.addPull();
  const run = github.addRunOfPull(pull);
  const first = await startJob(github, measuring.path, 'pull_request', { run: run.id });
  assert.equal((await (await first.main({ ...SMALL, comment: 'never' })).ended).code, 0);
  run.headSha = shaOf('another');
  const second = await startJob(github, reporting.path, 'workflow_run', { ended: run.id });
  const { code, stdout } = await (await second.main({ mode: 'report' })).ended;
  assert.equal(code, 2, stdout);
  assert.match(errors(stdout)[0] ?? '', /expected reports of commit .*found one of another commit/);
  assert.match(github.commentsOf(pull.number)[0]?.body ?? '', /There is no report/);
  assert.doesNotMatch(github.commentsOf(pull.number)[0]?.body ?? '', /batch 50/);
});

test('a matrix of reports becomes one comment', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const run = github.addRunOfPull(pull);
  for (const id of ['one', 'two']) {
    await using leg = await makeFolder();
    const job = await startJob(github, leg.path, 'pull_request', { run: run.id });
    assert.equal((await (await job.main({ ...SMALL, comment: 'never', 'report-id': id })).ended).code, 0);
    assert.equal((await job.readOutputs())['comment-status'], 'off');
  }
  const job = await startJob(github, folder.path, 'pull_request', { run: run.id, job: 'fold' });
  const { code, stdout } = await (await job.main({ mode: 'report' })).ended;
  assert.equal(code, 0, stdout);
  const [comment, ...others] = github.commentsOf(pull.number);
  assert.ok(comment && others.length === 0);
  for (const id of ['one', 'two']) assert.match(comment.body, new RegExp(`\\b${id}\\b`));
  assert.equal(github.state.artifacts.size, 4);
  assert.deepEqual(github.violations, []);
});

test('files that are no reports fail mode report with a sentence, and nothing is published', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  await writeFile(join(folder.path, 'report.json'), '{"schema": 1, "__proto__": {"x": 1}}');
  const job = await startJob(github, folder.path, 'pull_request');
  const { code, stdout } = await (await job.main({ mode: 'report', reports: 'report.json' })).ended;
  assert.equal(code, 2, stdout);
  assert.match(errors(stdout)[0] ?? '', /report\.json: expected a report of schema 1/);
  assert.equal((await (await job.main({ mode: 'report', rounds: '7', reports: 'gone' })).ended).code, 2);
  assert.match(github.commentsOf(pull.number)[0]?.body ?? '', /There is no report/);
  assert.equal((await job.readOutputs()).outcome, 'usage-error');
});

test("somebody else's branch is not measured where the job has a token that writes", async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  pull.head.repo = forkOf(github.state.repository, 'mallory');
  const job = await startJob(github, folder.path, 'pull_request_target');
  const { code, stdout } = await (await job.main(SMALL)).ended;
  assert.equal(code, 2, stdout);
  assert.match(errors(stdout)[0] ?? '', /stranger's code/);
  // Nor where the event does not say whose branch it is.
  await writeFile(join(folder.path, '_event'), '{"pull_request": {"head": {"sha": "no sha"}}}');
  assert.equal((await (await job.main(SMALL)).ended).code, 2);
  const after = await startJob(github, folder.path, 'workflow_run', { ended: github.addRunOfPull(pull).id });
  assert.match(errors((await (await after.main(SMALL)).ended).stdout)[0] ?? '', /stranger's code/);
  // A comment may be anybody's, and says nothing of what was checked out.
  const asked = await startJob(github, folder.path, 'workflow_dispatch', {
    env: { GITHUB_EVENT_NAME: 'issue_comment' },
  });
  const refused = await (await asked.main(SMALL)).ended;
  assert.equal(refused.code, 2, refused.stdout);
  assert.match(errors(refused.stdout)[0] ?? '', /whose code is measured, found issue_comment/);
});

test('a gate fails the step after everything was published, and turns green when the next run keeps it', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  await writeFile(join(folder.path, 'own.json'), JSON.stringify(sampleReport()));
  const inputs = { mode: 'report', reports: 'own.json', comment: 'on-failure' };
  const red = await startJob(github, folder.path, 'pull_request');
  const first = await (await red.main({ ...inputs, gate: 'p50 over 0.001ms in predict.rest' })).ended;
  assert.equal(first.code, 1, first.stdout);
  assert.match(errors(first.stdout)[0] ?? '', /1 of 1 limits of the gate not kept: p50 over 0\.001ms in predict\.rest/);
  const report = await readReport(join(folder.path, 'bench-results'));
  assert.deepEqual([report.outcome, report.gate?.result], ['regression', 'failed']);
  assert.match(github.commentsOf(pull.number)[0]?.body ?? '', /🔴/);
  const green = await startJob(github, folder.path, 'pull_request');
  const second = await (await green.main({ ...inputs, gate: 'p50 over 1000s' })).ended;
  assert.equal(second.code, 0, second.stdout);
  assert.equal((await green.readOutputs())['comment-status'], 'updated');
  const [comment, ...others] = github.commentsOf(pull.number);
  assert.equal(others.length, 0);
  assert.doesNotMatch(comment?.body ?? '', /🔴/);
  const quiet = github.addPull();
  const third = await startJob(github, folder.path, 'pull_request', { pull: quiet.number });
  await (await third.main({ ...inputs, gate: 'p50 over 1000s' })).ended;
  assert.equal((await third.readOutputs())['comment-status'], 'quiet');
  assert.deepEqual(github.commentsOf(quiet.number), []);
});

test('a run without a report says so in the comment that an earlier one left', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const good = await startJob(github, folder.path, 'pull_request');
  assert.equal((await (await good.main({ ...SMALL, artifacts: 'false' })).ended).code, 0);
  const bad = await startJob(github, folder.path, 'pull_request');
  const inputs = { target: 'url', methods: 'predict', 'rest-url': 'http://127.0.0.1:9', 'grpc-address': '127.0.0.1:9' };
  const { code, stdout } = await (await bad.main({ ...inputs, comment: 'on-change' })).ended;
  assert.equal(code, 3, stdout);
  assert.match(github.commentsOf(pull.number)[0]?.body ?? '', /🔴 .*no report/);
  assert.equal((await bad.readOutputs()).outcome, 'infra-error');
  assert.equal((await bad.post()).code, 0);
});

test('earlier runs on the base branch stand in a table of their own', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const earlier = await startJob(github, folder.path, 'push');
  assert.equal((await (await earlier.main(SMALL)).ended).code, 0);
  const before = callsOf(github);
  for (const run of github.state.runs.values()) Object.assign(run, { status: 'completed', conclusion: 'success' });
  const job = await startJob(github, folder.path, 'pull_request');
  const { code, stdout } = await (await job.main({ ...SMALL, baseline: 'artifact' })).ended;
  assert.equal(code, 0, stdout);
  assert.equal((await job.readOutputs())['history-status'], 'found', stdout);
  const { history } = await readReport(join(folder.path, 'bench-results'));
  assert.ok(history?.status === 'found' && history.runs.length === 1);
  assert.equal(github.commentsOf(pull.number).length, 1);
  assert.deepEqual(github.violations, []);
  assert.ok(callsOf(github) - before <= 10, `${callsOf(github) - before} calls`);
});

test('two legs of a matrix under one name: the second is told, and the first keeps its artifacts', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const run = github.addRunOfPull(github.addPull());
  const first = await startJob(github, folder.path, 'pull_request', { run: run.id });
  assert.equal((await (await first.main(SMALL)).ended).code, 0);
  const before = [...github.state.artifacts.keys()];
  const second = await startJob(github, folder.path, 'pull_request', { run: run.id });
  const { code, stdout } = await (await second.main(SMALL)).ended;
  assert.equal(code, 0, stdout);
  const told = warnings(stdout);
  assert.equal(told.length, 1, stdout);
  assert.match(told[0] ?? '', /uploaded seldon-bench-default already; give each leg of a matrix a report-id/);
  assert.deepEqual([...github.state.artifacts.keys()], before);
});

for (const [what, env, status] of [
  ['the runner has no artifact service', { ACTIONS_RUNTIME_TOKEN: '' }, 'no-runtime'],
  ['GitHub Enterprise Server', { GITHUB_SERVER_URL: 'https://github.example.com' }, 'unsupported'],
  ['the artifact service is not there', { ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/' }, 'failed'],
] as const) {
  test(`artifacts: ${what}: a warning, and the comment all the same`, async () => {
    await using github = await startGitHub();
    await using folder = await makeFolder();
    const pull = github.addPull();
    const job = await startJob(github, folder.path, 'pull_request', { env });
    const { code, stdout } = await (await job.main(SMALL)).ended;
    assert.equal(code, 0, stdout);
    const told = warnings(stdout);
    assert.equal(told.length, 1, stdout);
    assert.match(told[0] ?? '', /the report was not uploaded/);
    assert.equal((await job.readOutputs())['artifact-status'], status);
    assert.equal(github.commentsOf(pull.number).length, 1);
  });
}

test('a company server is asked at its own address', async () => {
  await using github = await startGitHub({ enterprise: true });
  await using folder = await makeFolder();
  const pull = github.addPull();
  const job = await startJob(github, folder.path, 'pull_request');
  const { code, stdout } = await (await job.main(SMALL)).ended;
  assert.equal(code, 0, stdout);
  assert.equal((await job.readOutputs())['comment-status'], 'created');
  assert.match(github.commentsOf(pull.number)[0]?.body ?? '', new RegExp(github.serverUrl));
  assert.deepEqual(github.violations, []);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} while GitHub does not answer ends the step, with everything but the comment published`, async () => {
    await using github = await startGitHub();
    await using folder = await makeFolder();
    const pull = github.addPull();
    const stall = github.fail({ path: PATHS.pull, answer: 'stall', times: Number.POSITIVE_INFINITY });
    const job = await startJob(github, folder.path, 'pull_request');
    const running = await job.main({ ...SMALL, artifacts: 'false' });
    await stall.firstHit;
    running.child.kill(signal);
    const { code, stdout } = await running.ended;
    assert.equal(code, signal === 'SIGINT' ? 130 : 143, stdout);
    assert.equal((await job.readOutputs())['comment-status'], 'aborted');
    assert.match(await job.readSummary(), /<details>/);
    assert.deepEqual(github.commentsOf(pull.number), []);
    assert.equal((await job.post()).code, 0);
  });
}

test('a cancelled run reports what was measured in its summary, and leaves the pull request to the run that follows', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const job = await startJob(github, folder.path, 'pull_request');
  const running = await job.main({ ...SMALL, rounds: '500', block: '20ms' });
  await running.until(/round 1 of 500/);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130, stdout);
  const outputs = await job.readOutputs();
  assert.deepEqual(
    [outputs.outcome, outputs['comment-status'], outputs['artifact-status']],
    ['aborted', 'aborted', 'aborted'],
  );
  assert.match(await job.readSummary(), /stopped/);
  assert.deepEqual([github.commentsOf(pull.number).length, github.state.artifacts.size], [0, 0]);
});

test('on an old runner without a summary the step works all the same', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  github.addPull();
  const job = await startJob(github, folder.path, 'pull_request', { env: { GITHUB_STEP_SUMMARY: '' } });
  assert.equal((await (await job.main({ ...SMALL, artifacts: 'false' })).ended).code, 0);
});
