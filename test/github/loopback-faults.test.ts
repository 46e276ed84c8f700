import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, repoOf } from '../helpers/github/connect.ts';
import { type FaultRule, PATHS } from '../helpers/github/faults.ts';
import { badGateway, primaryLimit, secondaryLimit } from '../helpers/github/reply.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';

interface Stage {
  readonly github: GitHub;
  readonly number: number;
  create(body: string): Promise<{ status: number }>;
  update(id: number, body: string): Promise<{ status: number }>;
  bodies(): string[];
  /** Method and status of every request, null for one that was never answered. */
  traffic(): string[];
}

async function onStage(use: (stage: Stage) => Promise<void>, options: { limits?: boolean } = {}): Promise<void> {
  await using github = await startGitHub();
  const { rest } = connect(github, github.token, options);
  const repo = repoOf(github.state.repository);
  const { number } = github.addPull();
  await use({
    github,
    number,
    create: (body) => rest.issues.createComment({ ...repo, issue_number: number, body }),
    update: (id, body) => rest.issues.updateComment({ ...repo, comment_id: id, body }),
    bodies: () => github.commentsOf(number).map(({ body }) => body),
    traffic: () => github.requests.map(({ method, status }) => `${method} ${status}`),
  });
  assert.deepEqual(github.violations, []);
}

const POST: FaultRule = { method: 'POST', path: PATHS.comments };
const PATCH: FaultRule = { method: 'PATCH', path: PATHS.comment };

test('a status is answered as often as asked for, and the request takes no effect', () =>
  onStage(async ({ github, create, bodies, traffic }) => {
    const fault = github.fail({ ...POST, times: 2, answer: badGateway() });
    assert.equal((await create('once')).status, 201);
    assert.equal(fault.hits, 2);
    assert.deepEqual(traffic(), ['POST 502', 'POST 502', 'POST 201']);
    assert.deepEqual(bodies(), ['once']);
  }));

test('a request may take effect although the answer is an error or a reset: who tries again does it twice', () =>
  onStage(async ({ github, create, bodies, traffic }) => {
    github.fail({ ...POST, answer: { ...badGateway(), applied: true } });
    await create('one');
    github.fail({ ...POST, answer: 'reset-applied' });
    await create('two');
    assert.deepEqual(bodies(), ['one', 'one', 'two', 'two']);
    assert.deepEqual(traffic(), ['POST 502', 'POST 201', 'POST null', 'POST 201']);
  }));

test('a reset before the request takes effect leaves nothing behind', () =>
  onStage(async ({ github, create, bodies }) => {
    const fault = github.fail({ ...POST, answer: 'reset', times: Number.POSITIVE_INFINITY });
    await assert.rejects(create('lost'));
    assert.equal(fault.hits, 3);
    assert.deepEqual(bodies(), []);
  }));

test('limits are told in the ways that GitHub tells them', async () => {
  const now = Math.floor(Date.now() / 1000);
  const answers = [
    ...[secondaryLimit(403, 1), secondaryLimit(429, 1), secondaryLimit(403, null)],
    ...[primaryLimit(403, now), primaryLimit(429, now)],
  ];
  const tryOne = (answer: (typeof answers)[number]): Promise<void> =>
    onStage(
      async ({ github, update, traffic }) => {
        const { id } = github.addComment({ body: 'before' });
        github.fail({ ...PATCH, answer });
        assert.equal((await update(id, 'after')).status, 200);
        assert.deepEqual(traffic(), [`PATCH ${answer.status}`, 'PATCH 200']);
      },
      { limits: true },
    );
  // Together, for the client takes a second over each.
  await Promise.all(answers.map(tryOne));
});

test('something happens just before a request takes effect, and just after', () =>
  onStage(async ({ github, number, create, update, bodies }) => {
    const { id } = github.addComment({ body: 'ours' });
    github.fail({ ...PATCH, before: ({ state }) => void state.comments.delete(id) });
    await assert.rejects(update(id, 'new'), { status: 404 });
    github.fail({ ...POST, before: () => void github.addComment({ pull: number, body: 'the other racer' }) });
    await create('the first racer');
    github.fail({ ...POST, after: () => void github.addComment({ pull: number, body: 'later still' }) });
    await create('the second racer');
    assert.deepEqual(bodies(), ['the other racer', 'the first racer', 'the second racer', 'later still']);
  }));

test('a stalled request waits until it is released, and rules can begin late', () =>
  onStage(async ({ github, create, bodies }) => {
    const fault = github.fail({ ...POST, skip: 2, answer: 'stall' });
    await create('at once');
    await create('at once, too');
    let over = false;
    const stalled = create('late').finally(() => {
      over = true;
    });
    assert.deepEqual((await fault.firstHit).body, { body: 'late' });
    await create('meanwhile');
    assert.deepEqual([over, bodies()], [false, ['at once', 'at once, too', 'meanwhile']]);
    fault.release();
    await stalled;
    assert.deepEqual(bodies(), ['at once', 'at once, too', 'meanwhile', 'late']);
  }));

test('a reply breaks off in its middle', async () => {
  await using github = await startGitHub();
  const bytes = Buffer.alloc(1000, 'x');
  const { id } = github.addArtifact({ run: github.addRun().id, name: 'data', bytes });
  const zip = { ...repoOf(github.state.repository), artifact_id: id, archive_format: 'zip' };
  const request = { redirect: 'manual' } as const;
  const { headers } = await connect(github).rest.actions.downloadArtifact({ ...zip, request });
  const download = async (): Promise<number> => (await (await fetch(headers.location ?? '')).arrayBuffer()).byteLength;
  const fault = github.fail({ path: PATHS.storage, answer: 'truncate' });
  await assert.rejects(download());
  assert.equal(fault.hits, 1);
  assert.equal(await download(), 1000);
});

test('the latest rule wins, methods and paths are told apart, and released rules are over', () =>
  onStage(async ({ github, create, update, bodies }) => {
    const { id } = github.addComment({ body: 'ours' });
    const everything = github.fail({ path: /comments/, times: Number.POSITIVE_INFINITY, answer: { status: 410 } });
    github.fail({ ...PATCH, answer: { status: 404 } });
    await assert.rejects(update(id, 'new'), { status: 404 });
    await assert.rejects(create('new'), { status: 410 });
    await assert.rejects(update(id, 'new'), { status: 410 });
    everything.release();
    await create('at last');
    assert.deepEqual(bodies(), ['ours', 'at last']);
  }));

test('what goes wrong in a callback is reported', async () => {
  await using github = await startGitHub();
  github.fail({
    path: PATHS.pulls,
    before: () => {
      throw new Error('in the callback');
    },
  });
  await connect(github).rest.pulls.list(repoOf(github.state.repository));
  assert.match(github.violations.join(), /in the callback/);
});

test('closing the server frees whoever is stalled', async () => {
  const github = await startGitHub();
  const fault = github.fail({ path: PATHS.pulls, times: Number.POSITIVE_INFINITY, answer: 'stall' });
  const stalled = assert.rejects(connect(github).rest.pulls.list(repoOf(github.state.repository)));
  await fault.firstHit;
  await github[Symbol.asyncDispose]();
  await stalled;
});
