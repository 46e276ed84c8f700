import { styleText } from 'node:util';
import type { Report } from '../report.ts';
import { describeArms } from './arm-conclusions.ts';
import { buildDifferencesTable } from './arm-differences.ts';
import { buildArmTable, withinBaseline } from './arm-tables.ts';
import { describeConclusions } from './conclusions.ts';
import { count } from './format.ts';
import { describeBroken, describeKept } from './gate-findings.ts';
import { buildHeadline, isReference, type State } from './headline.ts';
import { explainHistory } from './history-table.ts';
import { createLookup, floorName, type Lookup, pickGroups } from './lookup.ts';
import { buildPivot, explainPivots, pivotTable } from './pivot.ts';
import { toText } from './plain-text.ts';
import { foreign, join, type Plain, type Prose, plain, say } from './prose.ts';
import { describeProvenance } from './provenance.ts';
import { left, type Table } from './table.ts';
import { buildThroughput } from './throughput.ts';
import { describeWarning, NOT_SELDON, weigh } from './warnings.ts';

interface TerminalOptions {
  readonly colour: boolean;
  /** Columns; lines are not longer where words can be broken. */
  readonly width: number;
}

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red';
type Paint = (style: Style, text: string) => string;

const MIN_WIDTH = 40;
const GAP = '  ';
const SIGNS: Record<State, { readonly sign: string; readonly style: Style }> = {
  good: { sign: '●', style: 'green' },
  open: { sign: '○', style: 'bold' },
  doubt: { sign: '▲', style: 'yellow' },
  bad: { sign: '✖', style: 'red' },
};

/** The report for a terminal: the verdict, the comparison of the arms, the medians of up to three batches, the conclusions, the warnings. */
export function renderTerminal(report: Report, { colour, width }: TerminalOptions): string {
  const lookup = createLookup(report);
  const columns = Math.max(width, MIN_WIDTH);
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const parts = [
    renderHead(lookup, columns, paint),
    renderLimits(lookup, columns, paint),
    ...renderArms(lookup, columns, paint),
    ...renderPivots(lookup, columns, paint),
    renderNumbered(describeConclusions(lookup), columns),
    renderWarnings(lookup, columns, paint),
    renderHistory(lookup, columns, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function renderHead(lookup: Lookup, width: number, paint: Paint): string {
  const { state, text } = buildHeadline(lookup);
  const { sign, style } = SIGNS[state];
  const lead = isReference(lookup.report) ? [paint('yellow', wrap(toText(NOT_SELDON), width, ''))] : [];
  return [
    ...lead,
    `${paint(style, sign)} ${paint('bold', wrap(toText(text), width - 2, '  '))}`,
    paint('dim', `  ${wrap(toText(describeProvenance(lookup)), width - 2, '  ')}`),
  ].join('\n');
}

/** Broken limits one by one; kept ones in a line. */
function renderLimits(lookup: Lookup, width: number, paint: Paint): string {
  const broken = describeBroken(lookup);
  if (broken !== null) {
    const [, ...items] = broken;
    return renderItems(
      items.map((item) => ({ sign: paint('red', '✖'), item })),
      width,
    );
  }
  const kept = describeKept(lookup);
  return kept === null ? '' : wrap(toText(kept), width, '');
}

/** Earlier runs have a column each, for which a terminal is too narrow. */
function renderHistory(lookup: Lookup, width: number, paint: Paint): string {
  const { history } = lookup.report;
  if (history === null) return '';
  const note =
    history.status === 'found'
      ? say`Earlier runs on ${foreign(history.branch)}: ${count(history.runs.length, 'run')}, in report.html.`
      : explainHistory(lookup);
  return note === null ? '' : paint('dim', wrap(toText(note), width, ''));
}

/** What differs between the arms, what was found, and the cells of each arm against the baseline's. */
function renderArms(lookup: Lookup, width: number, paint: Paint): string[] {
  if (lookup.others.length === 0) return [];
  const differences = buildDifferencesTable(lookup);
  const groups = pickGroups(lookup.groups);
  const tables = lookup.others.flatMap((other) =>
    groups.map((group) => buildArmTable(lookup, group, other, { isNarrow: true })),
  );
  return [
    differences === null ? '' : listRows(differences, width),
    renderNumbered(describeArms(lookup), width),
    ...tables.map((table) => renderTitled(table, plain`p50 ms`, width, paint)),
    paint('bold', wrap(toText(withinBaseline(lookup)), width, '')),
  ];
}

/** "setting GUNICORN_THREADS: base (baseline) –; new 4": values of any length, which no column could hold. */
function listRows({ columns, rows }: Table, width: number): string {
  const lines = rows.map(([head = [], ...cells]) => {
    const values = cells.map((cell, i) => `${toText(columns[i + 1]?.title ?? [])} ${toText(cell)}`);
    return wrap(`${toText(head)}: ${values.join('; ')}`, width - 2, '  ');
  });
  return lines.join('\n');
}

function renderPivots(lookup: Lookup, width: number, paint: Paint): string[] {
  const groups = pickGroups(lookup.groups).filter(({ cells }) => cells.some(({ state }) => state === 'measured'));
  const pivots = groups.map((group) => buildPivot(lookup, group));
  const notes = toText(join(explainPivots(pivots, floorName(lookup)), '; '));
  return [
    ...groups.flatMap((group, i) => {
      const throughput = buildThroughput(lookup, group);
      return [
        ...pivots.slice(i, i + 1).map((pivot) => renderTitled(pivotTable(pivot), plain`encoding`, width, paint)),
        throughput === null ? '' : renderTitled(throughput, plain`encoding`, width, paint),
      ];
    }),
    notes === '' ? '' : paint('dim', wrap(notes, width, '')),
  ];
}

/** The batch stands above the table: its name as a column head would cost the width of the last column. */
function renderTitled(table: Table, first: Plain, width: number, paint: Paint): string {
  const columns = [left(first), ...table.columns.slice(1)];
  return [paint('bold', table.caption), renderTable({ ...table, columns }, width, paint)].join('\n');
}

function renderWarnings(lookup: Lookup, width: number, paint: Paint): string {
  const shown = lookup.report.warnings.filter(({ code }) => code !== 'not-seldon');
  const items = shown.map((warning) => {
    const style = weigh(warning) === 'bad' ? 'red' : weigh(warning) === 'doubt' ? 'yellow' : 'dim';
    return { sign: paint(style, '!'), item: describeWarning(lookup, warning) };
  });
  return renderItems(items, width);
}

function renderNumbered(items: readonly Prose[], width: number): string {
  return renderItems(
    items.map((item, i) => ({ sign: `${i + 1}.`, item })),
    width,
  );
}

function renderItems(items: readonly { readonly sign: string; readonly item: Prose }[], width: number): string {
  return items.map(({ sign, item }) => `${sign} ${wrap(toText(item), width - 3, '   ')}`).join('\n');
}

/** Columns as wide as their widest cell; what does not fit is wrapped within the last one. */
function renderTable({ columns, rows }: Table, width: number, paint: Paint): string {
  const cells = [columns.map(({ title }) => toText(title)), ...rows.map((row) => row.map(toText))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const last = columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, w) => sum + w + GAP.length, 0);
  const lines = cells.map((row, r) => {
    const padded = row.map((text, i) => {
      if (i === last && columns[i]?.align === 'left')
        return wrap(text, Math.max(width - before, 12), ' '.repeat(before));
      return columns[i]?.align === 'right' ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
    });
    return r === 0 ? paint('dim', padded.join(GAP).trimEnd()) : padded.join(GAP).trimEnd();
  });
  return lines.join('\n');
}

function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${indent}`);
}
