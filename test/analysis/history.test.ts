import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recallHistory } from '../../src/analysis/history.ts';
import { weighNews } from '../../src/analysis/news.ts';
import type { Report } from '../../src/report.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const at = { branch: 'main', runId: '41', sha: 'a'.repeat(40) };

test("an earlier run's medians stand beside this one's, with those that stood beside its own, five in all", () => {
  const now = sampleReport();
  let earlier: Report = { ...sampleReport(), startedAt: '2025-01-01T00:00:00.000Z' };
  for (let run = 1; run <= 7; run++) {
    const history = recallHistory(now, { ...at, runId: String(run), report: earlier });
    assert.equal(history.status, 'found');
    earlier = { ...earlier, history };
  }
  const history = recallHistory(now, { ...at, report: earlier });
  assert.ok(history.status === 'found');
  assert.deepEqual(
    history.runs.map(({ runId }) => runId),
    ['41', '7', '6', '5', '4'],
  );
  const again = recallHistory(now, { ...at, runId: '7', report: earlier });
  assert.equal(again.status === 'found' && again.runs.map(({ runId }) => runId).join(), '7,6,5,4,3', 'each run once');
  const [cell] = now.cells;
  assert.equal(history.runs[0]?.p50Ms[cell?.id ?? ''], cell?.results.base?.p50Ms.value);
});

test('what moves latencies by itself makes runs incomparable, and is named', () => {
  const now = sampleReport();
  const other = (change: (report: Report) => void): string[] => {
    const report = structuredClone(now);
    change(report);
    const history = recallHistory(now, { ...at, report });
    return history.status === 'not-comparable' ? history.differences.map(({ what }) => what) : [history.status];
  };
  assert.deepEqual(
    other((report) => {
      report.environment.cpu.model = 'another';
      report.environment.cpu.cores = 64;
    }),
    ['processor', 'cores'],
  );
  assert.deepEqual(
    other((report) => {
      const [arm] = report.arms;
      if (arm) arm.seldonVersion = '0.0.1';
    }),
    ['Seldon Core'],
  );
  assert.deepEqual(
    other((report) => {
      for (const { request } of report.cells) request.sha256 = '0'.repeat(64);
    }),
    ['payloads'],
  );
  assert.deepEqual(
    // A cell that is new has no other bytes.
    other((report) => {
      report.cells.pop();
      report.environment.node = report.environment.node.replace(/\.\d+$/, '.99');
    }),
    ['found'],
  );
});

test('news is a failure of any report, else a change of any arm', () => {
  const quiet = sampleReport();
  const changed = sampleReport({ arms: ['base', 'new'], noise: 0.03 });
  assert.ok(changed.comparisons.some(({ kind, verdict }) => kind === 'arm' && verdict === 'slower'));
  assert.equal(weighNews([quiet]), 'quiet');
  assert.equal(weighNews([{ ...quiet, outcome: 'untrustworthy' }]), 'quiet');
  assert.equal(weighNews([quiet, changed]), 'change');
  assert.equal(weighNews([changed, { ...quiet, outcome: 'regression' }]), 'failure');
  assert.equal(weighNews([{ ...quiet, outcome: 'infra-error' }]), 'failure');
});
