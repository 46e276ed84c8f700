import type { Arm, CellReport, Report } from '../report.ts';
import { compileTemplate } from './compile-template.ts';
import { clean } from './foreign.ts';
import { count, estimate, millisWithUnit, significant } from './format.ts';
import { describeCheck, describeEmptyRule, type Told } from './junit-checks.ts';
import { createLookup, type Lookup } from './lookup.ts';
import { toText } from './plain-text.ts';
import { say } from './prose.ts';

type State = 'passed' | 'failed' | 'error' | 'skipped';

interface Case {
  readonly classname: string;
  readonly name: string;
  readonly seconds: number;
  readonly state: State;
  /** Of a failure or an error, for readers that group by it. */
  readonly type: string;
  readonly told: Told;
}

/** As long as the schema lets a reason be: who opens a failed test wants all of it. */
const MOST_TEXT = 2000;

/**
 * JUnit XML for whatever shows test results: a suite for each gate rule, named as the rule was written, with a test for
 * each check, and a suite with a test for each cell of each arm.
 *
 * A check that is inconclusive is `skipped`: that fails nothing in any reader, and green would say that the limit is
 * kept. One that nothing was measured for is an `error`. Readers take `time` for how long a test ran and add it up, so
 * a cell has the seconds that its blocks took (its latencies are in the text) and a check, which ran nothing, has 0.
 * Some readers know a test by its classname and name alone, or show the text of an element and not its message: a
 * check's name holds its rule, and the text begins with the message.
 */
export function renderJunit(report: Report): string {
  const lookup = createLookup(report);
  const rules = (report.gate?.rules ?? []).map((rule) => {
    const name = clean(rule.rule, MOST_TEXT);
    const checks = rule.checks.map((check): Case => {
      const about = check.cell === null ? name : `${name}: ${clean(check.cell)}`;
      const told = describeCheck(rule, check);
      const [state, type] = [CHECKS[check.result], check.result === 'failed' ? 'gate' : check.result];
      return { classname: classOf(report, check.arm), name: about, seconds: 0, state, type, told };
    });
    return { name, cases: checks.length > 0 ? checks : [reportEmptyRule(report, name)] };
  });
  const cells = report.cells.flatMap((cell) => report.arms.map((arm) => reportCell(lookup, cell, arm)));
  const suites = [...rules, { name: 'cells', cases: cells }];
  return compileTemplate('junit.xml.hbs')({
    name: `seldon-bench ${report.id}`,
    ...total(suites.flatMap(({ cases }) => cases)),
    suites: suites.map(({ name, cases }) => ({
      name,
      ...total(cases),
      timestamp: new Date(report.startedAt).toISOString().slice(0, 19),
      properties: listProperties(report),
      cases: cases.map(view),
    })),
  });
}

const CHECKS = { passed: 'passed', failed: 'failed', inconclusive: 'skipped', 'not-measured': 'error' } as const;

function classOf({ id }: Report, arm: string): string {
  return `seldon-bench.${id}.${clean(arm)}`;
}

/** A suite without a test would look as if the rule had never been there. */
function reportEmptyRule(report: Report, name: string): Case {
  const told = describeEmptyRule(name);
  return { classname: classOf(report, 'gate'), name, seconds: 0, state: 'error', type: 'not-measured', told };
}

function reportCell(lookup: Lookup, cell: CellReport, arm: Arm): Case {
  const result = lookup.result(cell, arm);
  const base = { classname: classOf(lookup.report, arm.id), name: clean(cell.id) };
  const tell = (state: State, message: string, type: string = state): Case => ({
    ...base,
    seconds: (result?.rounds ?? []).reduce((sum, { wallMs }) => sum + wallMs, 0) / 1000,
    state,
    type,
    told: { message, text: message },
  });
  const reason = cell.reason === undefined ? 'no reason is given' : clean(cell.reason, MOST_TEXT);
  if (cell.state === 'failed') return tell('error', `failed: ${reason}`, 'failed-cell');
  if (cell.state === 'skipped') return tell('skipped', `skipped: ${reason}`);
  if (result === null) return tell('error', 'there are no results of this arm', 'not-measured');
  const { p50Ms, percentilesMs, throughput, requests, errors, rounds } = result;
  const p99 = percentilesMs.p99 === null ? say`` : say`, p99 ${millisWithUnit(percentilesMs.p99)}`;
  const times = say`p50 ${estimate(p50Ms)} ms${p99}, ${significant(throughput)} requests/s`;
  const counts = say`${count(requests, 'request')} and ${count(errors, 'error')} in ${count(rounds.length, 'round')}`;
  return tell('passed', toText(say`${times}; ${counts}`));
}

function listProperties({ tool, outcome, gate, provenance }: Report): { name: string; value: string }[] {
  const properties = { tool: `${tool.name} ${tool.version}`, outcome, gate: gate?.result, commit: provenance.sha };
  return Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: clean(value) }],
  );
}

function total(cases: readonly Case[]): { counts: Record<string, number>; seconds: string } {
  const having = (state: State): number => cases.filter((one) => one.state === state).length;
  const counts = {
    tests: cases.length,
    failures: having('failed'),
    errors: having('error'),
    skipped: having('skipped'),
  };
  return { counts, seconds: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3) };
}

function view({ state, told, seconds, ...rest }: Case): Record<string, unknown> {
  const flags = { isPassed: state === 'passed', isFailed: state === 'failed' };
  const more = { isError: state === 'error', isSkipped: state === 'skipped' };
  return { ...rest, ...told, ...flags, ...more, seconds: seconds.toFixed(3) };
}
