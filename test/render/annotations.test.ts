import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyGate } from '../../src/analysis/gate.ts';
import { parseGate } from '../../src/gate-rules.ts';
import { quotedDifference } from '../../src/quoted-difference.ts';
import { listFindings } from '../../src/render/annotations.ts';
import { sampleReport } from '../helpers/sample-report.ts';

test('nothing is told beside a run in which nothing is amiss', () => {
  assert.deepEqual(listFindings(sampleReport()), []);
});

test('broken limits come before slower cells, the largest first, and doubts last', () => {
  const report = sampleReport({ arms: ['base', 'newer', 'new'], noise: 0.03, noisyCanary: true });
  const slower = report.comparisons.filter(({ kind, verdict }) => kind === 'arm' && verdict === 'slower');
  assert.ok(slower.length > 1);
  const findings = listFindings(applyGate(report, parseGate('p50 over 0.001ms in *.*.*.7')));
  assert.equal(findings[0]?.title, 'Limit not kept');
  assert.match(findings[0]?.message ?? '', /^p50 over 0\.001ms in \*\.\*\.\*\.7: there is nothing/);
  const cells = findings.slice(1, 1 + slower.length);
  const bySize = slower.toSorted((x, y) => quotedDifference(y).effect - quotedDifference(x).effect);
  assert.deepEqual(
    cells.map(({ title }) => title),
    bySize.map(({ b }) => b.cell),
  );
  for (const { message } of cells) assert.match(message, /^newe?r? against base: slower/);
  assert.match(findings.at(-1)?.message ?? '', /differed from itself/);
});

test('a slower cell that a limit has told of is told once', () => {
  const report = sampleReport({ arms: ['base', 'new'], noise: 0.03 });
  const slower = report.comparisons.filter(({ kind, verdict }) => kind === 'arm' && verdict === 'slower');
  const findings = listFindings(applyGate(report, parseGate('regression')));
  const told = new Set(
    applyGate(report, parseGate('regression')).gate?.rules[0]?.checks.flatMap(({ cell, result }) =>
      result === 'failed' ? [cell] : [],
    ),
  );
  assert.ok(told.size > 0);
  assert.ok(findings.every(({ title }) => !told.has(title)));
  assert.equal(findings.length, 1 + slower.filter(({ b }) => !told.has(b.cell)).length);
});
