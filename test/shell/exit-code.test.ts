import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interrupted, ServerError, UserError } from '../../src/errors.ts';
import type { Outcome } from '../../src/report.ts';
import { exitCodeOf, exitCodeOfError } from '../../src/shell/exit-code.ts';

const CASES: readonly (readonly [Outcome, unknown, boolean, number])[] = [
  ['ok', null, false, 0],
  ['ok', null, true, 0],
  ['regression', null, false, 1],
  ['infra-error', new ServerError('gone'), false, 3],
  ['untrustworthy', null, false, 0],
  ['untrustworthy', null, true, 4],
  ['aborted', new Interrupted('SIGINT'), false, 130],
  ['aborted', new Interrupted('SIGTERM'), true, 143],
];
for (const [outcome, stopped, strict, code] of CASES) {
  test(`outcome ${outcome}${stopped ? `, ${stopped}` : ''}${strict ? ', strict' : ''}: exit code ${code}`, () => {
    assert.equal(exitCodeOf({ outcome }, stopped, strict), code);
  });
}

test('without a report the error decides; what should not have happened is 1', () => {
  assert.equal(exitCodeOfError(new UserError('wrong word')), 2);
  assert.equal(exitCodeOfError(new ServerError('no Python')), 3);
  assert.equal(exitCodeOfError(new Interrupted('SIGINT')), 130);
  assert.equal(exitCodeOfError(new TypeError('ours')), 1);
});
