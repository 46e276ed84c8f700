import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkObserved } from '../../bench/chaos/check.ts';
import type { Observed } from '../../bench/chaos/fault.ts';
import type { CellReport } from '../../src/report.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const expected = { code: 0, outcomes: ['ok'], whole: true } as const;
const sound = sampleReport();
const observed: Observed = { code: 0, report: sound, stderr: '', requests: null, left: [] };

test('a run in which all holds has nothing wrong', () => {
  assert.deepEqual(checkObserved(expected, observed), []);
});

const first = sound.cells[0] as CellReport;
const result = first.results.base as NonNullable<CellReport['results'][string]>;
const withCell = (cell: Partial<CellReport>): Observed => ({
  ...observed,
  report: { ...sound, cells: [{ ...first, ...cell }, ...sound.cells.slice(1)] },
});

const WRONG: Readonly<Record<string, readonly [Observed, RegExp]>> = {
  'another exit code': [{ ...observed, code: 3 }, /expected exit code 0, found 3/],
  'a process that is left': [{ ...observed, left: ['process sleep'] }, /left behind: process sleep/],
  'no report': [{ ...observed, report: null }, /expected a report, found none/],
  'another outcome': [{ ...observed, report: { ...sound, outcome: 'infra-error' } }, /found infra-error/],
  'rounds that nobody misses': [
    { ...observed, report: { ...sound, roundsDone: sound.config.rounds - 1 } },
    /rounds are missing, and the report does not say so/,
  ],
  'a failed cell that nobody names': [withCell({ state: 'failed', reason: 'broken' }), /failed, and the warning names/],
  'a failed cell without a reason': [withCell({ state: 'failed' }), /does not say why/],
  'failures that nobody tells': [
    withCell({ results: { base: { ...result, errors: 3 } } }),
    /3 requests failed, and the report does not say so/,
  ],
  'more requests than its rounds had': [
    withCell({ results: { base: { ...result, requests: result.requests + 1 } } }),
    /but \d+ in its rounds/,
  ],
  'more answers than requests': [{ ...observed, requests: { rest: 0, grpc: 0 } }, /though 0 requests came through/],
  'a skipped cell with figures': [withCell({ state: 'skipped', reason: 'too large' }), /has figures/],
};
for (const [name, [seen, message]] of Object.entries(WRONG)) {
  test(`${name} is found`, () => {
    assert.match(checkObserved(expected, seen).join('\n'), message);
  });
}
