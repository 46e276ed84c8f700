import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, repoOf } from '../helpers/github/connect.ts';
import { readDescription } from '../helpers/github/description.ts';
import { type EventKind, environmentOf, eventOf } from '../helpers/github/events.ts';
import { startGitHub } from '../helpers/github/server.ts';
import { forkOf, shaOf } from '../helpers/github/state.ts';

test('a request that GitHub would not understand is reported', async () => {
  const comments = '/repos/octo/models/issues/7/comments';
  const cases: [method: string, path: string, body: unknown, expected: RegExp][] = [
    ['POST', comments, { body: 'x', bdy: 'x' }, /body must NOT have additional properties \(bdy\)/],
    ['POST', comments, { body: 1 }, /body \/body must be string/],
    ['POST', comments, {}, /body must have required property 'body'/],
    ['POST', comments, undefined, /the body is missing/],
    ['DELETE', '/repos/octo/models/issues/comments/7', { body: 'x' }, /no body is expected/],
    ['GET', `${comments}?per=100`, undefined, /query parameter per is not known/],
    ['GET', `${comments}?since=now`, undefined, /query parameter since/],
    ['GET', '/repos/octo/models/pulls?state=merged', undefined, /query parameter state.*found merged/],
    ['GET', '/repos/octo/models/pulls/seven', undefined, /path parameter pull_number.*found seven/],
    ['PATCH', '/repos/octo/models/issues/7', { title: 'x' }, /no such operation/],
  ];
  await using github = await startGitHub();
  github.addPull();
  const headers = { authorization: `token ${github.token}`, 'content-type': 'application/json', 'user-agent': 'test' };
  for (const [i, [method, path, body, expected]] of cases.entries()) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    await fetch(`${github.apiUrl}${path}`, { method, headers, ...sent });
    assert.equal(github.violations.length, i + 1, JSON.stringify(github.violations));
    assert.match(github.violations.at(-1) ?? '', expected);
    assert.match(github.violations.at(-1) ?? '', /^request /);
  }
});

test('a reply that GitHub would not give is reported', async () => {
  await using github = await startGitHub();
  const pull = github.addPull();
  const { rest } = connect(github);
  const get = () => rest.pulls.get({ ...repoOf(github.state.repository), pull_number: pull.number });
  await get();
  assert.deepEqual(github.violations, []);
  Object.assign(pull, { state: 'merged' });
  await get();
  assert.match(github.violations.join(), /^reply GET \/repos\/octo\/models\/pulls\/7: body \/state .*allowed/);
});

test('a reply may lack nothing, hold nothing more, and have no other status than is described', async () => {
  await using github = await startGitHub();
  github.addPull();
  const description = readDescription();
  const operation = description.find('GET', '/repos/octo/models/pulls/7');
  assert.ok(operation);
  const { pull_request: whole } = eventOf('pull_request', github) as { pull_request: Record<string, unknown> };
  const check = (status: number, body: unknown): string => description.checkReply(operation, status, body).join();
  assert.equal(check(200, whole), '');
  assert.match(check(200, { ...whole, head: undefined }), /required property 'head'/);
  assert.match(check(200, { ...whole, merge_base: 'x' }), /additional properties \(merge_base\)/);
  assert.match(check(200, { ...whole, created_at: '1 March 2026' }), /created_at/);
  assert.match(check(200, { ...whole, merged: null }), /merged must be boolean/);
  assert.match(check(202, whole), /status 202/);
  assert.match(check(200, undefined), /missing/);
  assert.equal(check(418, { message: 'no', documentation_url: 'https://example.com' }), '');
  assert.match(check(418, { message: 7 }), /message must be string/);
  assert.equal(description.find('PUT', '/repos/octo/models/pulls/7'), null);
});

test('a token that is sent on to the storage is reported', async () => {
  await using github = await startGitHub();
  const { id } = github.addArtifact({ run: github.addRun().id, name: 'data' });
  const zip = `${github.apiUrl}/repos/octo/models/actions/artifacts/${id}/zip`;
  const headers = { authorization: `token ${github.token}`, 'user-agent': 'test' };
  const { headers: found } = await fetch(zip, { headers, redirect: 'manual' });
  const reply = await fetch(found.get('location') ?? '', { headers });
  assert.equal(reply.status, 400);
  assert.match(github.violations.join(), /a token was sent to the storage/);
});

test('every event has its payload and its environment', async () => {
  await using github = await startGitHub();
  const fork = github.addPull({ head: { sha: shaOf('fork'), ref: 'main', repo: forkOf(github.state.repository) } });
  const own = github.addPull();
  const ended = github.addRunOfPull(own);
  const places: Record<EventKind, [ref: string, sha: string, headRef: string]> = {
    pull_request: [`refs/pull/${own.number}/merge`, own.mergeCommitSha ?? '', own.head.ref],
    pull_request_target: ['refs/heads/main', own.base.sha, own.head.ref],
    push: ['refs/heads/main', shaOf('base'), ''],
    schedule: ['refs/heads/main', shaOf('base'), ''],
    merge_group: [
      `refs/heads/gh-readonly-queue/main/pr-${own.number}-${own.base.sha}`,
      shaOf(`queued ${own.number}`),
      '',
    ],
    workflow_dispatch: ['refs/heads/main', shaOf('base'), ''],
    workflow_run: ['refs/heads/main', shaOf('base'), ''],
  };
  for (const [kind, expected] of Object.entries(places) as [EventKind, string[]][]) {
    const options = { pull: own.number, ended: ended.id };
    const env = environmentOf(github, kind, options);
    const payload = eventOf(kind, github, options);
    assert.deepEqual([env.GITHUB_REF, env.GITHUB_SHA, env.GITHUB_HEAD_REF], expected, kind);
    assert.equal(env.GITHUB_EVENT_NAME, kind);
    assert.equal((payload.repository as { full_name: string }).full_name, 'octo/models');
    assert.equal('pull_request' in payload, kind.startsWith('pull_request'), kind);
    assert.equal(github.state.runs.get(Number(env.GITHUB_RUN_ID))?.event, kind);
    assert.deepEqual(JSON.parse(JSON.stringify(payload)), payload, kind);
  }
  assert.equal(environmentOf(github, 'push', { run: ended.id }).GITHUB_RUN_ID, String(ended.id));

  const ofFork = eventOf('pull_request', github, { pull: fork.number });
  assert.deepEqual(ofFork.number, fork.number);
  const description = readDescription();
  const operation = description.find('GET', '/repos/octo/models/actions/runs/1');
  assert.ok(operation);
  for (const [pull, numbers] of [
    [own, [own.number]],
    [fork, []],
  ] as const) {
    const { id } = github.addRunOfPull(pull);
    const { workflow_run: run } = eventOf('workflow_run', github, { ended: id });
    const { head_sha, pull_requests } = run as { head_sha: string; pull_requests: { number: number }[] };
    assert.equal(head_sha, pull.head.sha);
    assert.deepEqual(
      pull_requests.map(({ number }) => number),
      numbers,
    );
    assert.deepEqual(description.checkReply(operation, 200, run), []);
  }
});
