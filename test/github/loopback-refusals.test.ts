import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, refusalOf, withGitHub } from '../helpers/github/connect.ts';

test('a body of 65 536 characters is taken, one more is not, however many units a character has', () =>
  withGitHub(async (github, { rest }, repo) => {
    const { id } = github.addComment({ pull: github.addPull().number, body: 'x' });
    const update = (body: string) => rest.issues.updateComment({ ...repo, comment_id: id, body });
    assert.equal((await update('🚀'.repeat(65_536))).status, 200);
    const refusal = await refusalOf(update('x'.repeat(65_537)));
    assert.equal(refusal.status, 422);
    assert.match(refusal.errors?.[0]?.message ?? '', /^Body is too long/);
  }));

test('what a token may not do is refused in the words of GitHub', () =>
  withGitHub(async (github, { rest }, repo) => {
    const { number } = github.addPull();
    const locked = github.addPull({ locked: true });
    const gone = github.addPull({ gone: true });
    const own = github.addComment({ pull: number, body: 'ours' });
    const dependabot = { login: 'dependabot[bot]', id: 49_699_333, type: 'Bot' as const };
    const foreign = github.addComment({ pull: number, body: 'theirs', user: dependabot });
    const create = (issue_number: number, by = rest) => by.issues.createComment({ ...repo, issue_number, body: 'x' });
    const update = (comment_id: number, by = rest) => by.issues.updateComment({ ...repo, comment_id, body: 'x' });

    const reader = connect(github, github.readOnlyToken).rest;
    for (const request of [create(number, reader), update(own.id, reader)]) {
      const { status, message, headers } = await refusalOf(request);
      assert.deepEqual([status, message], [403, 'Resource not accessible by integration']);
      assert.equal(headers['x-accepted-github-permissions'], 'issues=write; pull_requests=write');
    }
    assert.match((await refusalOf(create(locked.number))).message, /issue is locked/);
    assert.equal((await refusalOf(create(gone.number))).status, 410);
    assert.equal((await refusalOf(create(999))).status, 404);
    assert.equal((await refusalOf(update(foreign.id))).status, 403);
    assert.equal((await refusalOf(rest.issues.deleteComment({ ...repo, comment_id: foreign.id }))).status, 403);
    assert.equal((await refusalOf(connect(github, 'ghs_unknown').rest.pulls.list(repo))).status, 401);
    assert.equal((await refusalOf(rest.pulls.list({ owner: 'octo', repo: 'other' }))).status, 404);
    assert.deepEqual(
      github.commentsOf(number).map(({ body }) => body),
      ['ours', 'theirs'],
    );

    const maintainer = github.addToken({ editsOthers: true });
    assert.equal((await update(foreign.id, connect(github, maintainer).rest)).status, 200);
    const person = { login: 'mona', id: 6_000, type: 'User' as const };
    const theirs = connect(github, github.addToken({ account: person, installation: false })).rest;
    assert.equal((await create(number, theirs)).data.user?.login, 'mona');
  }));

test('a private repository is not there for strangers, and a server of a company has its API below a path', () =>
  withGitHub(
    async (github, { rest }, repo) => {
      const { number } = github.addPull();
      assert.match(github.apiUrl, /\/api\/v3$/);
      assert.equal((await rest.pulls.get({ ...repo, pull_number: number })).data.number, number);
      const none = { contents: 'none', issues: 'none', pullRequests: 'none', actions: 'none' } as const;
      const stranger = connect(github, github.addToken({ installation: false, permissions: none })).rest;
      assert.equal((await refusalOf(stranger.pulls.get({ ...repo, pull_number: number }))).status, 404);
      const bare = connect(github, github.addToken({ permissions: none })).rest;
      const refusal = await refusalOf(bare.pulls.get({ ...repo, pull_number: number }));
      assert.equal(refusal.headers['x-accepted-github-permissions'], 'pull_requests=read');
    },
    { private: true, enterprise: true },
  ));
