import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticeComment } from '../../src/github/comment-notice.ts';

const FORBIDDEN = {
  status: 'forbidden',
  url: null,
  refusal: { kind: 'forbidden', status: 403, message: 'Resource not accessible', needs: 'pull_requests=write' },
} as const;

test('a refusal is told with the permission that is lacking, and for a fork with the way out', () => {
  const told =
    'no comment was written: the token lacks the permission `pull-requests: write` (GitHub answered 403: Resource not accessible). GitHub takes pull_requests=write.';
  const own = noticeComment(FORBIDDEN, false)?.message;
  assert.equal(own, `${told} The job summary has the report.`);
  const foreign = noticeComment(FORBIDDEN, true)?.message ?? '';
  assert.ok(foreign.startsWith(`${told} On pull requests from forks`) && foreign.includes('`mode: report`'), foreign);
});

test('what went as it was meant to is no warning', () => {
  for (const status of ['created', 'updated', 'unchanged', 'quiet', 'superseded', 'closed', 'aborted'] as const) {
    assert.equal(noticeComment({ status, url: null, refusal: null }, false), null);
  }
});
