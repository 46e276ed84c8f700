import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf, withGitHub } from '../helpers/github/connect.ts';
import { forkOf, shaOf } from '../helpers/github/state.ts';

test('comments are created, read, changed and deleted, by the account of the token', () =>
  withGitHub(async (github, { rest }, repo) => {
    const { number } = github.addPull();
    const { data: made } = await rest.issues.createComment({ ...repo, issue_number: number, body: 'first' });
    assert.equal(made.user?.login, 'github-actions[bot]');
    assert.equal(made.user?.type, 'Bot');
    const { data: changed } = await rest.issues.updateComment({ ...repo, comment_id: made.id, body: 'second' });
    assert.equal(changed.body, 'second');
    assert.ok(changed.updated_at > changed.created_at);
    assert.equal((await rest.issues.getComment({ ...repo, comment_id: made.id })).data.body, 'second');
    assert.deepEqual(
      github.commentsOf(number).map(({ body }) => body),
      ['second'],
    );
    await rest.issues.deleteComment({ ...repo, comment_id: made.id });
    assert.deepEqual(github.commentsOf(number), []);
    const missing = await refusalOf(rest.issues.updateComment({ ...repo, comment_id: made.id, body: 'third' }));
    assert.equal(missing.status, 404);
    assert.deepEqual(
      github.requests.map(({ method, status, token }) => [method, status, token === github.token]),
      [
        ['POST', 201, true],
        ['PATCH', 200, true],
        ['GET', 200, true],
        ['DELETE', 204, true],
        ['PATCH', 404, true],
      ],
    );
    assert.deepEqual(github.requests[0]?.body, { body: 'first' });
  }));

test('121 comments come in two pages of 100, oldest first', () =>
  withGitHub(async (github, client, repo) => {
    const { number } = github.addPull();
    const other = github.addPull();
    github.addComment({ pull: other.number, body: 'elsewhere' });
    const comments = Array.from({ length: 121 }, (_, i) => github.addComment({ pull: number, body: `no. ${i}` }));
    const list = { ...repo, issue_number: number, per_page: 100 };
    const all = await client.paginate(client.rest.issues.listComments, list);
    assert.deepEqual(
      all.map(({ body }) => body),
      comments.map(({ body }) => body),
    );
    assert.equal(github.requests.length, 2);
    assert.equal(github.requests[1]?.query.page, '2');
    assert.equal((await client.rest.issues.listComments({ ...repo, issue_number: number })).data.length, 30);
  }));

test('pull requests are found by number, and by the label of their head', () =>
  withGitHub(async (github, { rest }, repo) => {
    github.addPull();
    const fork = forkOf(github.state.repository);
    const foreign = github.addPull({ head: { sha: shaOf('fork'), ref: 'main', repo: fork } });
    github.addPull({ state: 'closed', merged: true, head: { ...foreign.head } });
    const { data } = await rest.pulls.get({ ...repo, pull_number: foreign.number });
    assert.equal(data.head.repo?.full_name, 'mona/models');
    assert.equal(data.base.repo.full_name, 'octo/models');
    const numbersOf = async (query: { head?: string; state?: 'open' | 'all' }): Promise<number[]> =>
      (await rest.pulls.list({ ...repo, ...query })).data.map((pull) => pull.number);
    assert.deepEqual(await numbersOf({ head: 'mona:main' }), [foreign.number]);
    assert.equal((await numbersOf({ head: 'mona:main', state: 'all' })).length, 2);
    assert.equal((await numbersOf({ head: 'main' })).length, 2, 'a head without an owner filters nothing');
    // A deleted fork.
    foreign.head.repo = null;
    assert.equal((await rest.pulls.get({ ...repo, pull_number: foreign.number })).data.head.repo, null);
  }));

test('runs are filtered, newest first; their artifacts are listed by name and fetched without the token', () =>
  withGitHub(async (github, client, repo) => {
    const { rest } = client;
    github.addRun({ conclusion: 'failure' });
    const old = github.addRun();
    const run = github.addRun();
    github.addRun({ headBranch: 'elsewhere' });
    github.addRun({ path: '.github/workflows/other.yml', workflowId: 901 });
    const { data } = await rest.actions.listWorkflowRuns({
      ...{ ...repo, workflow_id: 'bench.yml', branch: 'main', event: 'push', status: 'success', per_page: 5 },
    });
    assert.deepEqual(
      data.workflow_runs.map(({ id }) => id),
      [run.id, old.id],
    );
    assert.equal(data.total_count, 2);
    assert.equal((await rest.actions.getWorkflowRun({ ...repo, run_id: run.id })).data.run_attempt, 1);
    const artifact = github.addArtifact({ run: run.id, name: 'report.json', files: { 'report.json': '{}' } });
    github.addArtifact({ run: run.id, name: 'other' });
    const list = { ...repo, run_id: run.id, name: 'report.json' };
    const { artifacts } = (await rest.actions.listWorkflowRunArtifacts(list)).data;
    assert.deepEqual(
      artifacts.map(({ id, workflow_run: of }) => [id, of?.head_sha]),
      [[artifact.id, run.headSha]],
    );
    const zip = { ...repo, artifact_id: artifact.id, archive_format: 'zip' };
    const fetched = await rest.actions.downloadArtifact(zip);
    assert.deepEqual(Buffer.from(fetched.data as ArrayBuffer), artifact.bytes);
    assert.equal(github.requests.at(-1)?.token, null);
    artifact.expired = true;
    assert.equal((await refusalOf(rest.actions.downloadArtifact(zip))).status, 410);
  }));
