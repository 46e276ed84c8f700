import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyGate } from '../../src/analysis/gate.ts';
import { parseGate } from '../../src/gate-rules.ts';
import { renderJunit } from '../../src/render/junit.ts';
import { type GateCheck, type GateRule, type Report, report as schema } from '../../src/report.ts';
import { type SampleOptions, sampleReport } from '../helpers/sample-report.ts';
import { HOSTILE, plantEverywhere } from './hostile-strings.ts';

interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Element[];
}

/** Python's XML parser (expat), which refuses what is not well-formed; many documents in one process. */
function parseXml(documents: readonly string[]): Element[] {
  const script = `
import json, sys, xml.etree.ElementTree as tree
def tell(e):
    return {'tag': e.tag, 'attributes': dict(e.attrib), 'text': e.text or '', 'children': [tell(c) for c in e]}
json.dump([tell(tree.fromstring(text.encode())) for text in json.load(sys.stdin)], sys.stdout)`;
  const input = JSON.stringify(documents);
  return JSON.parse(execFileSync('python3', ['-c', script], { input, encoding: 'utf8', maxBuffer: 2 ** 28 }));
}

const GATE = [
  'regression over 10%',
  'regression over 1%',
  'claim raw-faster',
  'claim grpc-faster',
  'errors over 0%',
  'p50 over 0.7ms',
  'p99 over 1.2345ms in *.rest',
  'throughput under 1400',
  'p90 over 5ms in predict.rest.tensor.77',
].join('\n');

const VARIANTS: readonly SampleOptions[] = [
  {},
  { arms: ['base', 'new'], noise: 0.005 },
  { arms: ['base', 'new', 'v1.18'], batches: [1], failed: { 'predict.rest.ndarray.1.c1': 'expected HTTP 200 <500>' } },
  { skipped: { 'predict.grpc.ndarray.100000.c1': 'larger than 4 MiB' } },
  { roundsDone: 0 },
  { rounds: 1, arms: ['base', 'new'] },
  { noisyCanary: true, batches: [1], concurrencies: [1, 8] },
];
const reports = VARIANTS.map((options) => applyGate(sampleReport(options), parseGate(GATE)));

test('all kinds of result occur, and a parser takes every report', () => {
  const results = new Set(reports.flatMap(({ gate }) => gate?.rules.flatMap(listResults) ?? []));
  assert.deepEqual([...results].sort(), ['failed', 'inconclusive', 'not-measured', 'passed']);
  for (const report of reports) assert.equal(schema.safeParse(report).error, undefined);
});

test('a suite for each rule and one for the cells, with a test for each check and each cell of each arm', () => {
  for (const [i, root] of parseXml(reports.map(renderJunit)).entries()) compareWithData(root, reports[i] as Report);
});

test('without limits there is the suite of the cells alone', () => {
  const report = sampleReport();
  const [root] = parseXml([renderJunit(report)]);
  assert.ok(root);
  assert.deepEqual(
    root.children.map(({ attributes }) => attributes.name),
    ['cells'],
  );
  compareWithData(root, report);
});

test('a failure says metric, cell, limit, the end of the interval that was held against it, and the value', () => {
  const check: GateCheck = {
    ...{ arm: 'base', cell: 'predict.rest.tensor.1.c1', value: 5.6, low: 5.4, high: 5.8 },
    ...{ bound: 'low', result: 'failed' },
  };
  const rule: GateRule = {
    rule: 'p50 over 5.25ms',
    metric: 'p50',
    scope: '*',
    limit: 5.25,
    result: 'failed',
    checks: [check],
  };
  const [root] = parseXml([renderJunit({ ...sampleReport(), gate: { rules: [rule], result: 'failed' } })]);
  const failure = root?.children[0]?.children.find(({ tag }) => tag === 'testcase')?.children[0];
  assert.equal(failure?.tag, 'failure');
  assert.equal(
    failure.attributes.message?.replaceAll('\u00a0', ' '),
    'predict.rest.tensor.1.c1: 5.60 [5.40, 5.80] ms; p50 at most 5.25 ms: exceeded (held against it: lower end)',
  );
  assert.ok(failure.text.startsWith(`${failure.attributes.message}\n`));
});

test('a test is known by its class and name alone, and the seconds are those of the blocks', () => {
  for (const [i, root] of parseXml(reports.map(renderJunit)).entries()) {
    const cases = root.children.flatMap(listCases);
    const keys = cases.map(({ attributes }) => JSON.stringify([attributes.classname, attributes.name]));
    assert.equal(new Set(keys).size, keys.length);
    const results = reports[i]?.cells.flatMap((cell) => Object.values(cell.results)) ?? [];
    const seconds = results.flatMap(({ rounds }) => rounds.map(({ wallMs }) => wallMs / 1000));
    const expected = seconds.reduce((sum, one) => sum + one, 0);
    assert.ok(Math.abs(Number(root.attributes.time) - expected) < 0.001 * (cases.length + 1));
  }
});

test('foreign text changes nothing but texts: what others wrote makes no element and no attribute', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 60 });
  const texts = ['harmless', ...HOSTILE, ']]>', '\ufffe\uffff\u0000', ...fc.sample(anyText, { seed: 11, numRuns: 40 })];
  const [expected, ...others] = parseXml(texts.map((text) => renderJunit(plantWithGate(text)))).map(shapeOf);
  for (const [i, shape] of others.entries()) assert.deepEqual(shape, expected, JSON.stringify(texts[i + 1]));
});

test('hostile text is still to be read', () => {
  const [root] = parseXml([renderJunit(plantWithGate('a < b && "c" \'d\' `e` = f'))]);
  assert.equal(root?.children[0]?.attributes.name, 'a < b && "c" \'d\' `e` = f');
});

test('for any results the counts are those of the data', () => {
  const report = sampleReport({ arms: ['base', 'new'], batches: [1], encodings: ['tensor'] });
  const ids = report.cells.map(({ id }) => id);
  const number = fc.double({ min: -1, max: 1e5, noNaN: true });
  const check = fc.record({
    arm: fc.constantFrom('base', 'new'),
    cell: fc.option(fc.constantFrom(...ids)),
    value: fc.option(number),
    low: fc.option(number),
    high: fc.option(number),
    bound: fc.option(fc.constantFrom('low', 'high', 'value', 'verdict')),
    result: fc.constantFrom('passed', 'failed', 'inconclusive', 'not-measured'),
  });
  const rule = fc.record({
    rule: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    metric: fc.constantFrom('regression', 'claim', 'errors', 'p50', 'p90', 'p95', 'p99', 'throughput'),
    scope: fc.string({ maxLength: 20 }),
    limit: fc.option(number),
    result: fc.constantFrom('passed', 'failed', 'inconclusive', 'not-measured'),
    checks: fc.array(check, { maxLength: 5 }),
  });
  const gates = fc.sample(fc.array(rule, { maxLength: 6 }), { seed: 12, numRuns: 100 }) as GateRule[][];
  const states = fc.sample(fc.array(fc.constantFrom('measured', 'failed', 'skipped'), { minLength: 4, maxLength: 4 }), {
    seed: 13,
    numRuns: 100,
  });
  const generated = gates.map((rules, i): Report => {
    const cells = report.cells.map((cell, j) => ({ ...cell, state: states[i]?.[j] ?? 'measured' }));
    return { ...report, cells, gate: { rules, result: 'passed' } };
  });
  for (const [i, root] of parseXml(generated.map(renderJunit)).entries()) compareWithData(root, generated[i] as Report);
});

function listResults({ checks }: GateRule): GateCheck['result'][] {
  // A rule that nothing fits is one test that nothing was measured for.
  return checks.length > 0 ? checks.map(({ result }) => result) : ['not-measured'];
}

function compareWithData(root: Element, report: Report): void {
  const rules = (report.gate?.rules ?? []).map(listResults);
  const cells = report.cells.flatMap(({ state, results }) =>
    report.arms.map(({ id }) =>
      state === 'failed'
        ? 'not-measured'
        : state === 'skipped'
          ? 'inconclusive'
          : id in results
            ? 'passed'
            : 'not-measured',
    ),
  );
  const suites = [...rules, cells];
  assert.equal(root.children.length, suites.length);
  for (const [i, suite] of root.children.entries()) {
    const expected = suites[i] ?? [];
    assert.deepEqual(countOf(suite), tally(expected));
    assert.deepEqual(listCases(suite).map(resultOf), expected);
  }
  assert.deepEqual(countOf(root), tally(suites.flat()));
}

function tally(results: readonly string[]): Record<string, string> {
  const having = (result: string): string => String(results.filter((one) => one === result).length);
  return {
    tests: String(results.length),
    failures: having('failed'),
    errors: having('not-measured'),
    skipped: having('inconclusive'),
  };
}

function countOf({ attributes }: Element): Record<string, string | undefined> {
  const { tests, failures, errors, skipped } = attributes;
  return { tests, failures, errors, skipped };
}

function listCases(suite: Element): readonly Element[] {
  return suite.children.filter(({ tag }) => tag === 'testcase');
}

function resultOf({ children }: Element): string | undefined {
  assert.equal(children.length, 1);
  const [child] = children;
  const names = { failure: 'failed', error: 'not-measured', skipped: 'inconclusive', 'system-out': 'passed' };
  return names[child?.tag as keyof typeof names];
}

/** Tags, names of attributes, and the numbers in them. */
function shapeOf({ tag, attributes, children }: Element): unknown {
  const { tests, failures, errors, skipped, time } = attributes;
  const values = [tests, failures, errors, skipped, time];
  return [tag, Object.keys(attributes).sort(), values, children.map(shapeOf)];
}

function plantWithGate(text: string): Report {
  const report = plantEverywhere(text);
  const arm = report.arms[1]?.id ?? '';
  const check = { value: 1, low: 0.5, high: 2, bound: 'low', result: 'failed' } as const;
  const checks: GateCheck[] = [
    { ...check, arm, cell: `${text.slice(0, 90)}` },
    { ...check, arm: text.slice(0, 60), cell: null },
  ];
  const rule = { rule: text, metric: 'p50', scope: text, limit: 1, result: 'failed' } as const;
  return {
    ...report,
    gate: {
      rules: [
        { ...rule, checks },
        { ...rule, checks: [] },
      ],
      result: 'failed',
    },
  };
}
