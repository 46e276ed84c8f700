import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeMarker } from '../../src/comment-marker.ts';
import { createClient } from '../../src/github/client.ts';
import { writeComment } from '../../src/github/comment.ts';
import { repoOf } from '../helpers/github/connect.ts';
import { PATHS } from '../helpers/github/faults.ts';
import { badGateway } from '../helpers/github/reply.ts';
import { startGitHub } from '../helpers/github/server.ts';

test('a request that is not answered is asked again, and has as long once more', async (t) => {
  await using github = await startGitHub();
  const { number } = github.addPull();
  const given: AbortController[] = [];
  t.mock.method(AbortSignal, 'timeout', () => {
    given.push(new AbortController());
    return given.at(-1)?.signal;
  });
  const stall = github.fail({ path: PATHS.pull, answer: 'stall' });
  const client = createClient(github.token, new AbortController().signal, github.apiUrl);
  const asked = client.rest.pulls.get({ ...repoOf(github.state.repository), pull_number: number });
  await stall.firstHit;
  given[0]?.abort(new DOMException('too long', 'TimeoutError'));
  assert.equal((await asked).data.number, number);
  assert.equal(given.length, 2);
});

for (const [what, answer] of [
  ['answered with an error', { ...badGateway(), applied: true }],
  ['did not answer', 'reset-applied'],
] as const) {
  test(`a comment that GitHub made and ${what} is there once`, async () => {
    await using github = await startGitHub();
    const { number: pull, head } = github.addPull();
    const fault = github.fail({ method: 'POST', path: PATHS.comments, answer });
    const client = createClient(github.token, new AbortController().signal, github.apiUrl);
    const marker = { key: 'a'.repeat(16), head: head.sha, run: '5', attempt: '1' };
    const repository = repoOf(github.state.repository);
    const request = { repository, pull, marker, create: true, write: () => `${writeMarker(marker)}\nx` };
    assert.equal((await writeComment(client, request)).status, 'created');
    assert.deepEqual([fault.hits, github.commentsOf(pull).length], [1, 1]);
  });
}
