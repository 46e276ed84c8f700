import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getOctokit } from '@actions/github';
import fc from 'fast-check';
import { type Marker, writeMarker } from '../../src/comment-marker.ts';
import { type Client, createClient } from '../../src/github/client.ts';
import { type CommentRequest, writeComment } from '../../src/github/comment.ts';
import { PATHS } from '../helpers/github/faults.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';
import { ACTIONS_BOT, shaOf } from '../helpers/github/state.ts';

const KEY = 'a1b2c3d4e5f60718';
const HEAD = shaOf('head');
const repository = { owner: 'octo', repo: 'models' };

interface Scene {
  readonly github: GitHub;
  readonly pull: number;
  write(
    change?: Partial<Omit<CommentRequest, 'marker'>> & { marker?: Partial<Marker>; token?: string; text?: string },
  ): ReturnType<typeof writeComment>;
}

/** A GitHub with one pull request at HEAD, and the means to write to it as run 100. */
async function withGitHub(use: (scene: Scene) => Promise<void>): Promise<void> {
  await using github = await startGitHub();
  const seeded = github.addPull();
  seeded.head.sha = HEAD;
  const pull = seeded.number;
  await use({
    github,
    pull,
    write({ marker: change = {}, token = github.token, text = 'all is well', ...rest } = {}) {
      const marker = { key: KEY, head: HEAD, run: '100', attempt: '1', ...change };
      const client = createClient(token, new AbortController().signal, github.apiUrl);
      return writeComment(client, {
        repository,
        pull,
        marker,
        create: true,
        write: (headNow) => body(marker, headNow === null ? text : `${text}, but the head is ${headNow}`),
        ...rest,
      });
    },
  });
  assert.deepEqual(github.violations, []);
}

function body(marker: Partial<Marker>, text: string): string {
  return `${writeMarker({ key: KEY, head: HEAD, run: '100', attempt: '1', ...marker })}\n${text}\n`;
}

function texts({ github, pull }: Scene): string[] {
  return github.commentsOf(pull).map((comment) => comment.body);
}

function calls({ github }: Scene): string[] {
  return github.requests.map(({ method, path, query }) => `${method} ${path}${query.page ? ` ${query.page}` : ''}`);
}

test('the first run makes the comment, the second says the same and writes nothing, the third updates it silently', () =>
  withGitHub(async (scene) => {
    const made = await scene.write();
    assert.equal(made.status, 'created');
    assert.match(made.url ?? '', /^https:\/\/github\.com\/octo\/models\/pull\//);
    assert.deepEqual(calls(scene), [
      `GET /repos/octo/models/pulls/${scene.pull}`,
      `GET /repos/octo/models/issues/${scene.pull}/comments 1`,
      `POST /repos/octo/models/issues/${scene.pull}/comments`,
      `GET /repos/octo/models/issues/${scene.pull}/comments 1`,
      'POST /graphql',
    ]);
    assert.equal((await scene.write()).status, 'unchanged');
    assert.equal((await scene.write({ marker: { run: '101' } })).status, 'updated', 'the marker tells runs apart');
    const updated = await scene.write({ marker: { run: '102' }, text: 'slower' });
    assert.deepEqual([updated.status, updated.url], ['updated', made.url]);
    assert.deepEqual(texts(scene), [body({ run: '102' }, 'slower')]);
  }));

test('where there is nothing to say no comment is begun, but one that is there is kept up to date', () =>
  withGitHub(async (scene) => {
    assert.equal((await scene.write({ create: false })).status, 'quiet');
    assert.deepEqual(texts(scene), []);
    scene.github.addComment({ pull: scene.pull, body: body({ run: '99' }, 'red') });
    assert.equal((await scene.write({ create: false, text: 'green' })).status, 'updated');
    assert.deepEqual(texts(scene), [body({}, 'green')]);
  }));

test('it is found among more comments than fit on a page', () =>
  withGitHub(async (scene) => {
    for (let i = 0; i < 121; i++) scene.github.addComment({ pull: scene.pull, body: `talk ${i}` });
    scene.github.addComment({ pull: scene.pull, body: body({ run: '99' }, 'old') });
    assert.equal((await scene.write()).status, 'updated');
    assert.equal(texts(scene).filter((text) => text.startsWith('<!--')).length, 1);
    assert.equal(calls(scene).length, 6);
  }));

test('other keys, quoted markers and other people are not ours', () =>
  withGitHub(async (scene) => {
    const { github, pull } = scene;
    const stranger = { login: 'mallory', id: 666, type: 'User' } as const;
    github.addComment({ pull, body: body({ key: 'f'.repeat(16), run: '999' }, 'another job') });
    github.addComment({ pull, body: `see\n${body({ run: '999' }, 'quoted')}` });
    github.addComment({ pull, body: body({ run: '999' }, 'forged'), user: stranger });
    github.addComment({ pull, body: body({ run: '999' }, 'of nobody'), user: null });
    assert.equal((await scene.write()).status, 'created');
    assert.equal(texts(scene).length, 5);
    assert.equal((await scene.write({ text: 'again' })).status, 'updated');
    assert.ok(texts(scene).includes(body({ run: '999' }, 'forged')));
  }));

test("a person's token finds the comments of that person", () =>
  withGitHub(async (scene) => {
    const me = { login: 'maintainer', id: 77, type: 'User' } as const;
    const token = scene.github.addToken({ account: me, installation: false, editsOthers: true });
    assert.equal((await scene.write({ token })).status, 'created');
    assert.equal((await scene.write({ token, text: 'again' })).status, 'updated');
    assert.equal(texts(scene).length, 1);
  }));

test("another bot's comment with our marker is left alone, also by a token that may edit it", () =>
  withGitHub(async (scene) => {
    const bot = { login: 'other-app[bot]', id: 5, type: 'Bot' } as const;
    const token = scene.github.addToken({ editsOthers: true });
    scene.github.addComment({ pull: scene.pull, body: body({ run: '999' }, 'parrot'), user: bot });
    assert.equal((await scene.write({ token })).status, 'created');
    assert.equal((await scene.write({ token, text: 'again' })).status, 'updated');
    assert.deepEqual(texts(scene), [body({ run: '999' }, 'parrot'), body({}, 'again')]);
  }));

test('where GitHub does not say who wrote what, bots are ours, people are not, and what may not be edited is not', () =>
  withGitHub(async (scene) => {
    const bot = { login: 'other-app[bot]', id: 5, type: 'Bot' } as const;
    scene.github.fail({ path: PATHS.graphql, times: Number.POSITIVE_INFINITY, answer: { status: 403 } });
    scene.github.addComment({ pull: scene.pull, body: body({ run: '1' }, 'parrot'), user: bot });
    assert.equal((await scene.write()).status, 'created');
    assert.deepEqual(texts(scene), [body({ run: '1' }, 'parrot'), body({}, 'all is well')]);
    assert.equal((await scene.write({ text: 'again' })).status, 'updated');
    assert.deepEqual(texts(scene), [body({ run: '1' }, 'parrot'), body({}, 'again')]);
  }));

test('an answer that says nothing of a comment leaves it to the kind of account', () =>
  withGitHub(async (scene) => {
    scene.github.fail({
      path: PATHS.graphql,
      times: Number.POSITIVE_INFINITY,
      answer: { status: 200, body: { data: { nodes: [null] }, errors: [{ type: 'FORBIDDEN', message: 'no' }] } },
    });
    assert.equal((await scene.write()).status, 'created');
    for (const run of ['101', '102']) assert.equal((await scene.write({ marker: { run } })).status, 'updated');
    assert.equal(texts(scene).length, 1);
  }));

test('a later run, or attempt, or one of the present head is not overwritten', () =>
  withGitHub(async (scene) => {
    const comment = scene.github.addComment({ pull: scene.pull, body: body({ run: '101' }, 'newer') });
    assert.equal((await scene.write()).status, 'superseded');
    comment.body = body({ attempt: '2' }, 'second attempt');
    assert.equal((await scene.write()).status, 'superseded');
    comment.body = body({ run: '9', attempt: '12' }, 'run numbers are numbers');
    assert.equal((await scene.write()).status, 'updated');
    const pull = scene.github.state.pulls.get(scene.pull);
    assert.ok(pull);
    pull.head.sha = shaOf('pushed meanwhile');
    comment.body = body({ run: '50', head: shaOf('pushed meanwhile') }, 'of the present head');
    assert.equal((await scene.write()).status, 'superseded');
    assert.deepEqual(texts(scene), [comment.body]);
  }));

test('a run of the present head takes the comment back from a later run of a commit that was pushed away', () =>
  withGitHub(async (scene) => {
    scene.github.addComment({ pull: scene.pull, body: body({ run: '200', head: shaOf('pushed away') }, 'of B') });
    assert.equal((await scene.write()).status, 'updated');
    assert.deepEqual(texts(scene), [body({}, 'all is well')]);
  }));

test('a later run that writes between the list and the update is not overwritten', () =>
  withGitHub(async (scene) => {
    const comment = scene.github.addComment({ pull: scene.pull, body: body({ run: '99' }, 'old') });
    scene.github.fail({
      method: 'GET',
      path: PATHS.comment,
      before: () => {
        comment.body = body({ run: '101' }, 'newer');
      },
    });
    assert.equal((await scene.write()).status, 'superseded');
    assert.deepEqual(texts(scene), [body({ run: '101' }, 'newer')]);
  }));

test('when the head has moved the comment says so', () =>
  withGitHub(async (scene) => {
    const pull = scene.github.state.pulls.get(scene.pull);
    assert.ok(pull);
    pull.head.sha = shaOf('pushed meanwhile');
    assert.equal((await scene.write()).status, 'created');
    assert.deepEqual(texts(scene), [body({}, `all is well, but the head is ${shaOf('pushed meanwhile')}`)]);
  }));

test('a comment that is deleted between the list and the update is made anew', () =>
  withGitHub(async (scene) => {
    const comment = scene.github.addComment({ pull: scene.pull, body: body({ run: '99' }, 'old') });
    scene.github.fail({
      method: 'PATCH',
      path: PATHS.comment,
      before: ({ state }) => void state.comments.delete(comment.id),
    });
    assert.equal((await scene.write()).status, 'created');
    assert.deepEqual(texts(scene), [body({}, 'all is well')]);
  }));

test('a comment that vanished is not made anew where none is wanted, or in a closed pull request', () =>
  withGitHub(async (scene) => {
    const pull = scene.github.state.pulls.get(scene.pull);
    assert.ok(pull);
    const vanish = (): void => {
      const comment = scene.github.addComment({ pull: scene.pull, body: body({ run: '99' }, 'old') });
      scene.github.fail({
        method: 'GET',
        path: PATHS.comment,
        before: ({ state }) => void state.comments.delete(comment.id),
      });
    };
    vanish();
    assert.equal((await scene.write({ create: false })).status, 'quiet');
    pull.state = 'closed';
    vanish();
    assert.equal((await scene.write()).status, 'closed');
    assert.deepEqual(texts(scene), []);
  }));

test('duplicates that earlier runs left are folded into the oldest', () =>
  withGitHub(async (scene) => {
    for (const run of ['97', '98', '99']) scene.github.addComment({ pull: scene.pull, body: body({ run }, run) });
    assert.equal((await scene.write()).status, 'updated');
    assert.deepEqual(texts(scene), [body({}, 'all is well')]);
  }));

for (const [when, found] of [
  ['before', 'between our list and our post'],
  ['after', 'between our post and our second look'],
] as const) {
  for (const [other, left] of [
    ['99', '100'],
    ['101', '101'],
  ] as const) {
    test(`of two runs that make one at the same time the later one's stays: ${other} makes one ${found}`, () =>
      withGitHub(async (scene) => {
        // The other has not looked again yet.
        scene.github.fail({
          method: 'POST',
          path: PATHS.comments,
          [when]: (github: GitHub) =>
            void github.addComment({ pull: scene.pull, body: body({ run: other }, `by ${other}`) }),
        });
        assert.equal((await scene.write({ text: 'by 100' })).status, other === '99' ? 'created' : 'superseded');
        assert.deepEqual(texts(scene), [body({ run: left }, `by ${left}`)]);
      }));
  }
}

/** Of several runs that write at once: the first `makers` find no comment, before any is made. Returns what is left. */
async function race(github: GitHub, runs: readonly (string | null)[], makers: number, pick: () => number) {
  const { number: pull } = github.addPull({ head: { ...github.addPull().head, sha: HEAD } });
  const turns = createTurns(runs.length, pick);
  await Promise.all(
    runs.map(async (run, i) => {
      const client = getOctokit(github.token, { baseUrl: github.apiUrl });
      let asked = 0;
      client.hook.wrap('request', async (request, options) => {
        asked += 1;
        // Reading the pull request and listing its comments; and a deletion, which nobody can make depend on what is there.
        await turns.take((i < makers && asked <= 2) || options.method === 'DELETE');
        return request(options);
      });
      const marker = { key: KEY, head: HEAD, run, attempt: run === null ? null : '1' };
      const write = () => `${writeMarker(marker)}\nby ${run}\n`;
      await writeComment(client as Client, { repository, pull, marker, create: true, write });
      turns.leave();
    }),
  );
  return github.commentsOf(pull).map((comment) => comment.body.split('\n')[1]);
}

const someRuns = fc.array(fc.constantFrom('100', '101', '102', null), { minLength: 2, maxLength: 4 });

test('of several that found none and make one each, one stays, in whatever order their requests come', () =>
  withGitHub(async ({ github }) => {
    await fc.assert(
      fc.asyncProperty(someRuns, fc.infiniteStream(fc.nat()), async (runs, picks) => {
        const latest = runs.toSorted((a, b) => Number(a) - Number(b)).at(-1);
        assert.deepEqual(await race(github, runs, runs.length, () => picks.next().value), [`by ${latest}`]);
      }),
      { numRuns: 40 },
    );
  }));

test('a later run that finds one of several being made is not lost', () =>
  withGitHub(async ({ github }) => {
    await fc.assert(
      fc.asyncProperty(someRuns, fc.infiniteStream(fc.nat()), async (runs, picks) => {
        const left = await race(github, [...runs, '103'], runs.length, () => picks.next().value);
        assert.ok(left.includes('by 103'), left.join());
      }),
      { numRuns: 60 },
    );
  }));

/** Lets one of `players` go on at a time: once all wait, the one that `pick` says, those in a hurry first. */
function createTurns(players: number, pick: () => number) {
  const waiting: { hurry: boolean; go(): void }[] = [];
  const next = (): void => {
    if (waiting.length < players || players === 0) return;
    const first = waiting.filter(({ hurry }) => hurry);
    const candidates = first.length > 0 ? first : waiting;
    const chosen = candidates[pick() % candidates.length];
    if (chosen) waiting.splice(waiting.indexOf(chosen), 1)[0]?.go();
  };
  return {
    take: (hurry: boolean): Promise<void> =>
      new Promise((resolve) => {
        waiting.push({ hurry, go: resolve });
        next();
      }),
    leave(): void {
      players--;
      next();
    },
  };
}

test('nothing is begun in a closed or locked pull request, but what is there is kept up to date', () =>
  withGitHub(async (scene) => {
    const pull = scene.github.state.pulls.get(scene.pull);
    assert.ok(pull);
    pull.locked = true;
    assert.equal((await scene.write()).status, 'locked');
    pull.locked = false;
    pull.state = 'closed';
    assert.equal((await scene.write()).status, 'closed');
    scene.github.addComment({ pull: scene.pull, body: body({ run: '99' }, 'old') });
    assert.equal((await scene.write()).status, 'updated');
  }));

test('a token that may only read is refused with the permission that it lacks, on making and on updating', () =>
  withGitHub(async (scene) => {
    const token = scene.github.readOnlyToken;
    const refused = await scene.write({ token });
    assert.equal(refused.status, 'forbidden');
    assert.deepEqual([refused.refusal?.status, refused.refusal?.needs], [403, 'issues=write; pull_requests=write']);
    assert.match(refused.refusal?.message ?? '', /Resource not accessible by integration/);
    scene.github.addComment({ pull: scene.pull, body: body({ run: '99' }, 'old'), user: ACTIONS_BOT });
    assert.equal((await scene.write({ token })).status, 'forbidden');
    assert.deepEqual(texts(scene), [body({ run: '99' }, 'old')]);
  }));

for (const [answer, status] of [
  [{ status: 404 }, 'not-found'],
  [{ status: 410 }, 'gone'],
  [{ status: 401 }, 'forbidden'],
  [{ status: 403, body: { message: 'Unable to create comment because issue is locked.' } }, 'locked'],
] as const) {
  test(`an answer of ${answer.status} is told as ${status}`, () =>
    withGitHub(async (scene) => {
      scene.github.fail({ method: 'POST', path: PATHS.comments, times: Number.POSITIVE_INFINITY, answer });
      assert.equal((await scene.write()).status, status);
    }));
}

test('what is longer than GitHub takes is told as rejected', () =>
  withGitHub(async (scene) => {
    const outcome = await scene.write({ text: 'x'.repeat(70_000) });
    assert.deepEqual([outcome.status, outcome.refusal?.status], ['rejected', 422]);
  }));

for (const answer of [
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 403, headers: { 'retry-after': '1' }, body: { message: 'You have exceeded a secondary rate limit.' } },
  { status: 502 },
  'reset',
] as const) {
  test(`${typeof answer === 'string' ? answer : answer.status}, then well: asked again`, () =>
    withGitHub(async (scene) => {
      const fault = scene.github.fail({ method: 'POST', path: PATHS.comments, answer });
      assert.equal((await scene.write()).status, 'created');
      assert.equal(fault.hits, 1);
      assert.equal(texts(scene).length, 1);
    }));
}

test('a comment that was made although the answer was lost is folded with the one of the second try', () =>
  withGitHub(async (scene) => {
    scene.github.fail({ method: 'POST', path: PATHS.comments, answer: { status: 502, applied: true } });
    const { status } = await scene.write();
    assert.ok(status === 'updated' || status === 'created', status);
    assert.deepEqual(texts(scene), [body({}, 'all is well')]);
  }));

test('a rate limit that wants more than a minute is not waited for', () =>
  withGitHub(async (scene) => {
    scene.github.fail({
      method: 'GET',
      path: PATHS.pull,
      times: Number.POSITIVE_INFINITY,
      answer: { status: 403, headers: { 'retry-after': '3600' }, body: { message: 'secondary rate limit' } },
    });
    assert.equal((await scene.write()).status, 'rate-limited');
    assert.equal(calls(scene).length, 1);
  }));
