import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeArms } from '../../src/render/arm-conclusions.ts';
import { explainArms } from '../../src/render/arm-tables.ts';
import { describeArmVerdictBeside, describeArmVerdictBriefly } from '../../src/render/arm-verdicts.ts';
import { buildArmForest } from '../../src/render/forest.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { drawArm } from '../../src/render/mermaid.ts';
import { describeMethod } from '../../src/render/method.ts';
import { toText } from '../../src/render/plain-text.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import type { Comparison, Report } from '../../src/report.ts';
import { renderAll } from '../helpers/render-all.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const sample = sampleReport({ arms: ['base', 'new'], confirm: true });
const alarm = { effect: 0.2, low: 0.17, high: 0.23, verdict: 'slower' } as const;
const again = { rounds: 20, effect: 0.111, low: 0.082, high: 0.141, holds: true };

/** The sample where the comparisons of arms are equivalent, but for the first ones, which are as given. */
function withArms(changes: readonly Partial<Comparison>[], change: Partial<Report> = {}): Report {
  let i = 0;
  const comparisons = sample.comparisons.map((one): Comparison => {
    if (one.kind !== 'arm') return one;
    const { confirmation: _, roundsNeeded: __, ...rest } = one;
    return { ...rest, effect: 0.001, low: -0.01, high: 0.012, verdict: 'equivalent', ...changes[i++] };
  });
  return { ...sample, ...change, comparisons };
}

function lookUp(report: Report) {
  const lookup = createLookup(report);
  const [other] = lookup.others;
  assert.ok(other !== undefined);
  return { lookup, other };
}

test('conclusions, forest, chart and terminal quote an alarm with what measuring it again showed', () => {
  const report = withArms([{ ...alarm, confirmation: again }]);
  const { lookup, other } = lookUp(report);
  const quoted = '+11.1%\u00a0[+8.2%,\u00a0+14.1%]';
  const item = describeArms(lookup).map(toText).join('\n');
  assert.match(item, /1 of 24 cells slower, confirmed in 20 further rounds \(REST ndarray predict, batch 1: \+11\.1%/);
  assert.ok(item.includes(quoted) && !item.includes('+20.0%'), item);
  const [row] = lookup.groups.flatMap((group) => buildArmForest(lookup, group, other)?.rows ?? []);
  assert.equal(row?.difference, quoted);
  assert.equal(toText(row?.verdict ?? []), 'slower, confirmed (at first +20.0%)');
  assert.match(drawArm(lookup, lookup.groups, other) ?? '', /slower \+11\.1% :crit, 1082, 1141$/m);
  const terminal = renderTerminal(report, { colour: false, width: 100 });
  assert.match(terminal, /^REST ndarray predict .* \+11\.1%\u00a0\[\+8\.2%,\u00a0\+14\.1%\] {2}slower, confirmed$/m);
  assert.ok(!terminal.includes('+20.0%'));
});

test('the plot of a forest has room for what measuring again showed, and draws that', () => {
  const refuted = { ...again, effect: -0.6, low: -0.7, high: -0.5, holds: false };
  const { lookup, other } = lookUp(withArms([{ ...alarm, confirmation: refuted }]));
  const [panel] = lookup.groups.flatMap((group) => buildArmForest(lookup, group, other)?.panel ?? []);
  assert.ok(panel);
  assert.ok(panel.x.from < 0.3 && panel.x.to > 0.5);
  const spans = panel.marks.flatMap((mark) => (mark.kind === 'spans' ? mark.spans : []));
  const dots = panel.marks.flatMap((mark) => (mark.kind === 'dots' ? mark.points : []));
  assert.deepEqual(
    [spans[0]?.[0][0], dots[0]?.[0], spans[0]?.[1][0]].map((x) => x?.toFixed(9)),
    ['0.300000000', '0.400000000', '0.500000000'],
  );
});

test('alarms are named in the order of what measuring them again showed', () => {
  const { lookup } = lookUp(
    withArms([
      { ...alarm, effect: 0.3, confirmation: { ...again, effect: 0.08, low: 0.06, high: 0.1 } },
      { ...alarm, effect: 0.1, confirmation: { ...again, effect: 0.12, low: 0.09, high: 0.15 } },
    ]),
  );
  const item = describeArms(lookup).map(toText).join('\n');
  assert.match(item, /\(REST tensor predict, batch 1: \+12\.0%[^;]*; REST ndarray predict, batch 1: \+8\.0%/);
});

test('the tables quote what measuring again showed, and behind the verdict what the difference was at first', () => {
  const refuted = { ...alarm, verdict: 'inconclusive', confirmation: { ...again, holds: false } } as const;
  const { 'comment.md': comment, 'summary.md': summary } = renderAll(
    withArms([{ ...alarm, confirmation: again }, { ...refuted, roundsNeeded: 31 }, alarm]),
  );
  for (const page of [comment, summary]) {
    assert.match(page, /\| \+11\.1%[^|]* \| 🔴 \*\*slower\*\*, confirmed \(at first \+20\.0%\) \|/);
    assert.match(page, /\| ❔ inconclusive \(31 rounds\), slower at first \(\+20\.0%\), not confirmed \|/);
    assert.match(page, /\| \+20\.0%[^|]* \| 🔴 \*\*slower\*\*, not measured again \|/);
    assert.match(page, /behind the verdict stands that of the first rounds, which picked it for its size/);
  }
});

test('the note on the arms says in how many rounds differences were measured again', () => {
  const tell = (...rounds: number[]): string => {
    const { lookup } = lookUp(withArms(rounds.map((n) => ({ ...alarm, confirmation: { ...again, rounds: n } }))));
    return toText(explainArms(lookup, lookup.groups));
  };
  assert.match(tell(), /was measured again in rounds of its own, and these/);
  assert.match(tell(20, 20), /was measured again in 20 further rounds, and these/);
  assert.match(tell(40, 1, 20), /was measured again in 1 to 40 further rounds, and these/);
});

test('the CSV has both differences, and of what was not measured again only the first', () => {
  const [head = [], ...rows] = renderAll(withArms([{ ...alarm, confirmation: { ...again, low: null, high: null } }]))
    ['results.csv'].trim()
    .split('\n')
    .map((line) => line.split(','));
  const read = (row: readonly string[], names: readonly string[]): (string | undefined)[] =>
    names.map((name) => row[head.indexOf(name)]);
  const confirmed = ['', '_effect', '_low', '_high', '_rounds'].map((part) => `against_baseline_confirmed${part}`);
  assert.deepEqual(head.slice(-6, -1), confirmed);
  const [base = [], first = [], , second = []] = rows;
  assert.deepEqual(read(base, ['against_baseline_effect', ...confirmed]), ['', '', '', '', '', '']);
  assert.deepEqual(read(first, ['against_baseline_effect', ...confirmed]), ['0.2', 'true', '0.111', '', '', '20']);
  assert.deepEqual(read(second, ['against_baseline_effect', ...confirmed]), ['0.001', '', '', '', '', '']);
});

test('an interval that is not what its column or chart says it is gives its own level', () => {
  const report = withArms([{ ...alarm, confirmation: again }], { alpha: 0.0125 });
  const { lookup, other } = lookUp(report);
  const [found] = lookup.between;
  assert.ok(found !== undefined);
  assert.equal(toText(describeArmVerdictBriefly(lookup, found)), 'slower, confirmed (95% interval)');
  assert.match(drawArm(lookup, lookup.groups, other) ?? '', /98\.7% interval, 95% where measured again \(/);
  const { 'comment.md': comment } = renderAll(report);
  // Of two batches the cells of one were measured again.
  assert.equal(comment.match(/\| difference \[interval\] \| verdict \|/g)?.length, 1);
  assert.equal(comment.match(/\| difference \[98\.7% interval\] \| verdict \|/g)?.length, 1);
  assert.match(comment, /theirs, with a 95% interval \(the others have 98\.7%\), and behind/);
  assert.match(renderAll(report)['report.html'], /difference with 98\.7% interval, 95% where measured again, log/);
  const plain = lookUp(withArms([], { alpha: 0.0125 }));
  assert.match(drawArm(plain.lookup, plain.lookup.groups, plain.other) ?? '', /baseline, 98\.7% interval \(/);
  const equal = lookUp(withArms([{ ...alarm, confirmation: again }]));
  assert.match(drawArm(equal.lookup, equal.lookup.groups, equal.other) ?? '', /baseline, 95% interval \(/);
});

test('with added rounds the method says that confirmed differences are decided at 5%', () => {
  const stopping: Report['stopping'] = { looks: [{ rounds: 20, alpha: 0.0125, tooWide: 0 }], ended: 'precise' };
  const tell = (report: Report): string => describeMethod(createLookup(report)).map(toText).join('\n');
  const both = /verdicts are at 1\.25%, intervals at 98\.7%; but differences between arms that were measured again are/;
  const options = { stopping, alpha: 0.0125 };
  assert.match(tell(sampleReport({ arms: ['base', 'new'], ...options })), both);
  assert.doesNotMatch(tell(sampleReport({ arms: ['base', 'new'], confirm: false, ...options })), /decided at 5%/);
  assert.doesNotMatch(tell(sampleReport(options)), /decided at 5%/);
});

test('an alarm that was not confirmed says how many rounds would settle it, where that is known', () => {
  const refuted = { ...alarm, verdict: 'inconclusive', confirmation: { ...again, holds: false } } as const;
  const open = { effect: 0.04, low: 0.02, high: 0.06, verdict: 'inconclusive' } as const;
  const tell = (...changes: Partial<Comparison>[]): string =>
    describeArms(createLookup(withArms(changes)))
      .map(toText)
      .join('\n');
  const beside = ({ roundsNeeded }: Pick<Comparison, 'roundsNeeded'>): string => {
    const { lookup } = lookUp(withArms([{ ...refuted, roundsNeeded }]));
    return lookup.between
      .slice(0, 1)
      .map((one) => toText(describeArmVerdictBeside(lookup, one)))
      .join('');
  };
  assert.equal(beside({ roundsNeeded: 31 }), 'inconclusive (31 rounds), slower at first (+20.0%), not confirmed');
  assert.equal(beside({}), 'inconclusive, slower at first (+20.0%), not confirmed');
  const needs = { ...open, roundsNeeded: 50 };
  assert.match(tell(needs), /1 inconclusive \(about 50 rounds would settle it\)/);
  assert.match(tell(needs, needs), /2 inconclusive \(about 50 rounds would settle them\)/);
  assert.match(tell(refuted), /1 inconclusive \(1 alarm not confirmed\)/);
  assert.match(tell({ ...refuted, roundsNeeded: 31 }), /\(1 alarm not confirmed; about 31 rounds would settle it\)/);
  assert.match(tell(refuted, needs), /\(1 alarm not confirmed; about 50 rounds would settle the other\)/);
  assert.match(tell(refuted, needs, needs), /\(1 alarm not confirmed; about 50 rounds would settle the others\)/);
  const known = { ...refuted, roundsNeeded: 31 };
  assert.match(tell(known, needs), /\(1 alarm not confirmed; about 50 rounds would settle all 2\)/);
  assert.match(tell(refuted, known), /\(2 alarms not confirmed; about 31 rounds would settle 1 of them\)/);
  assert.match(tell(open, known), /about 31 rounds would settle 1 of them\)/);
  assert.match(tell(open, needs), /2 inconclusive \(about 50 rounds would settle 1 of them\)/);
});
