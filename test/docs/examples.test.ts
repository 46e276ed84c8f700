import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startJob } from '../helpers/github/job.ts';
import { startGitHub } from '../helpers/github/server.ts';
import { forkOf } from '../helpers/github/state.ts';
import { makeFolder } from '../helpers/run-tool.ts';
import { readWorkflows, type Workflow } from './workflows.ts';

const workflows = readWorkflows();

function example(file: string): Workflow {
  const found = workflows.get(file);
  assert.ok(found, `there is no examples/${file}`);
  return found;
}

/**
 * What a machine without the wrapper demands: the embedded server, and little time. Everything else is the example's.
 * With nothing replaced the first two are in test/e2e/examples.test.ts.
 */
const HERE = { target: 'reference', rounds: '6', block: '5ms', batches: '1,50' };

/** The first arm slow by what no machine makes up for: the gate of the example must not depend on the machine. */
const TWO_ARMS = 'base: { delay: 5ms }\nchange:\n';

test('every example gives no permission that it does not name, and ends by itself', () => {
  for (const { file, permissions, jobs, text } of workflows.values()) {
    assert.deepEqual(permissions, {}, file);
    for (const job of Object.values(jobs)) {
      assert.ok(job.permissions, `${file}: the job names no permissions`);
      assert.ok(job['timeout-minutes'], `${file}: the job has no time limit`);
      for (const name of Object.keys(job.permissions)) {
        assert.match(text, new RegExp(`${name}: (read|write) +# `), `${file}: ${name} is given without a reason`);
      }
    }
    assert.equal(/checkout@/.test(text), /persist-credentials: false/.test(text), file);
  }
});

test('pull-request.yml: one comment with the figures', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const job = await startJob(github, folder.path, 'pull_request');
  const { code, stdout } = await (await job.main({ ...example('pull-request.yml').inputs, ...HERE })).ended;
  assert.equal(code, 0, stdout);
  const [comment, ...others] = github.commentsOf(pull.number);
  assert.equal(others.length, 0);
  assert.match(comment?.body ?? '', /24 cells measured/);
  assert.match(comment?.body ?? '', /\| batch 1 · p50 ms \| REST predict \| REST raw \| gRPC predict \| gRPC raw \|/);
});

test('own-model.yml: two arms, compared and held against the limits', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const job = await startJob(github, folder.path, 'pull_request');
  // The embedded server has no models: here its arms differ in their delay.
  const inputs = { ...example('own-model.yml').inputs, ...HERE, arms: TWO_ARMS };
  const { code, stdout } = await (await job.main(inputs)).ended;
  assert.equal(code, 0, stdout);
  const body = github.commentsOf(pull.number)[0]?.body ?? '';
  assert.match(body, /change<\/code> against <code>base/);
  assert.match(body, /regression/);
  assert.doesNotMatch(body, /gRPC raw/);
});

test('fork-measure.yml and fork-comment.yml: a fork is measured without any right, and gets its comment', async () => {
  await using github = await startGitHub();
  await using measuring = await makeFolder();
  await using reporting = await makeFolder();
  const pull = github.addPull();
  pull.head.repo = forkOf(github.state.repository, 'mallory');
  const run = github.addRunOfPull(pull, { status: 'in_progress', conclusion: null });
  const options = { run: run.id, token: github.readOnlyToken };
  const first = await startJob(github, measuring.path, 'pull_request', options);
  const measured = await (await first.main({ ...example('fork-measure.yml').inputs, ...HERE })).ended;
  assert.equal(measured.code, 0, measured.stdout);
  assert.doesNotMatch(measured.stdout, /^::warning title=Pull request comment/m);
  assert.deepEqual(github.commentsOf(pull.number), []);
  Object.assign(run, { status: 'completed', conclusion: 'success' });

  const second = await startJob(github, reporting.path, 'workflow_run', { ended: run.id });
  const { code, stdout } = await (await second.main(example('fork-comment.yml').inputs)).ended;
  assert.equal(code, 0, stdout);
  assert.match(github.commentsOf(pull.number)[0]?.body ?? '', /24 cells measured/);
  assert.deepEqual(github.violations, []);
});

test('nightly.yml: the second night has the first in its table', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const inputs = { ...example('nightly.yml').inputs, ...HERE };
  const night = async (): Promise<string | undefined> => {
    const job = await startJob(github, folder.path, 'schedule');
    const { code, stdout } = await (await job.main(inputs)).ended;
    assert.equal(code, 0, stdout);
    for (const run of github.state.runs.values()) Object.assign(run, { status: 'completed', conclusion: 'success' });
    return (await job.readOutputs())['history-status'];
  };
  assert.equal(await night(), 'none');
  assert.equal(await night(), 'found');
});
