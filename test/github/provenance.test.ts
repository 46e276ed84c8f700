import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEndedRun, describeOwnRun } from '../../src/github/provenance.ts';
import { occasionOf } from '../helpers/github/job.ts';
import { startGitHub } from '../helpers/github/server.ts';

test('a report is of the commit that a pull request is at, and of its base where that is what is checked out', async () => {
  await using github = await startGitHub();
  const pull = github.addPull();
  const own = describeOwnRun(await occasionOf(github, 'pull_request'), { GITHUB_REF: 'refs/pull/7/merge' });
  assert.deepEqual([own.sha, own.mergeSha, own.pull], [pull.head.sha, pull.mergeCommitSha, pull.number]);
  assert.equal(own.ref, 'refs/pull/7/merge');
  const target = describeOwnRun(await occasionOf(github, 'pull_request_target'), {});
  assert.deepEqual([target.sha, target.mergeSha, target.pull], [pull.base.sha, undefined, pull.number]);
  const push = describeOwnRun(await occasionOf(github, 'push'), {});
  assert.deepEqual([push.sha, push.mergeSha, push.pull, push.event], [pull.base.sha, undefined, undefined, 'push']);
});

test('a run that ended is described by what GitHub says of it, not by the job that reports it', async () => {
  await using github = await startGitHub();
  const pull = github.addPull();
  const run = github.addRunOfPull(pull, { attempt: 3 });
  const after = describeEndedRun(await occasionOf(github, 'workflow_run', { ended: run.id }), pull.number);
  assert.deepEqual(after, {
    repository: 'octo/models',
    runId: String(run.id),
    runAttempt: '3',
    runUrl: `https://github.com/octo/models/actions/runs/${run.id}`,
    sha: pull.head.sha,
    pull: pull.number,
    event: 'pull_request',
  });
});
