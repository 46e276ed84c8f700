import { markdownTable } from 'markdown-table';
import { centre, type Score } from './contest.ts';
import { judge, type Row } from './limits.ts';
import { NOTES } from './notes.ts';
import type { Described, Outcome } from './outcome.ts';
import { compare, type Ratio } from './ratio.ts';

const BEGIN = '<!-- by hand: begin -->';
const END = '<!-- by hand: end -->';
const NOTHING = 'Nothing was written here yet.';

/** The whole page. What stands between the two marks in `before`, the page as it is, was written by hand and is kept. */
export function writePage(outcome: Outcome, before: string): string {
  const rows = judge(outcome.scores, outcome.duty?.cells ?? [], outcome.memory);
  const missed = rows.filter(({ reached }) => !reached);
  return [
    '# Beside other tools',
    'Written by `npm run bench:peers`, except what stands between the marks "by hand". One run on one machine: the ratios travel better than the times.',
    describeRun(outcome),
    '## What must be reached',
    tableOfRows(rows),
    missed.length === 0 ? 'Every limit is reached.' : `Missed: ${missed.map(describeMiss).join('; ')}.`,
    '## Why',
    [BEGIN, keepByHand(before), END].join('\n'),
    '## All values',
    'Medians over the rounds; ratios are ours over the other one, geometric mean over the rounds with its 95 % interval.',
    ...outcome.contests.flatMap((contest) => [`### ${contest.title}`, tableOfContest(contest, outcome.scores)]),
    ...describeExtremes(outcome),
    '## How each number is made',
    NOTES.map((note) => `- ${note}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** What stands between the marks; a page without them has nothing that was written by hand. */
export function keepByHand(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END, from);
  return (from < 0 || to < 0 ? '' : page.slice(from + BEGIN.length, to).trim()) || NOTHING;
}

/** The rows alone, for the terminal. */
export function tableOfRows(rows: readonly Row[]): string {
  return markdownTable([
    ['what', 'measured', 'limit', 'reached'],
    ...rows.map((row) => [row.what, describeMeasured(row), describeLimit(row), describeReached(row)]),
  ]);
}

function describeRun(outcome: Outcome): string {
  const { machine, versions } = outcome;
  const pinning = machine.pinning
    ? `load generators on core ${machine.pinning.load}, servers on core ${machine.pinning.server}`
    : 'nothing pinned';
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return markdownTable([
    ['', ''],
    ['date', outcome.startedAt],
    [
      'machine',
      `${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memoryBytes / 1e9)} GB, ${machine.system}`,
    ],
    ['placement', pinning],
    ['programs', [`node ${machine.node}`, ...programs].join(', ')],
    ['server', outcome.wrapper],
    ['command', `\`${outcome.command}\`, seed ${outcome.seed}`],
    [
      'size',
      `${outcome.rounds} rounds, ${outcome.runMs / 1000} s a run, ${Math.round(outcome.durationMs / 60_000)} minutes in all`,
    ],
  ]);
}

function describeMeasured({ measured }: Row): string {
  if (measured.kind === 'bytes') return `${(measured.value / 1e6).toFixed(0)} MB`;
  if (measured.kind === 'nothing') return 'too few requests';
  if (measured.kind === 'share') return `${measured.value.toFixed(4)} (${measured.cell})`;
  return describeRatio(measured);
}

function describeLimit({ measured, limit, atMost }: Row): string {
  if (measured.kind === 'bytes') return `< ${limit / 1e6} MB`;
  const sign = atMost ? '<=' : '>=';
  return measured.kind === 'share' ? `${sign} ${limit}` : `${sign} ${limit.toFixed(2)}x`;
}

function describeReached({ measured, limit, atMost, reached }: Row): string {
  const far = measured.kind !== 'ratio' ? null : atMost ? measured.high : measured.low;
  if (!reached) return '**no**';
  const certain = far === null || (atMost ? far <= limit : far >= limit);
  return certain ? 'yes' : 'yes, but its interval goes beyond';
}

function describeMiss({ what, measured, limit }: Row): string {
  if (measured.kind === 'nothing') return `${what}, for want of requests`;
  const off = Math.abs(measured.value / limit - 1) * 100;
  return `${what}, by ${off.toFixed(off < 10 ? 1 : 0)} % of the limit`;
}

function describeRatio({ value, low, high }: Ratio): string {
  const interval = low === null || high === null ? '' : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `${value.toFixed(3)}x${interval}`;
}

function tableOfContest({ id, contestants }: Described, scores: readonly Score[]): string {
  const [ours = ''] = contestants;
  const ratioOf = (name: string): string => {
    const ratio = name === ours ? null : compare(scores, id, [ours, name], 'p50Ms');
    return ratio ? describeRatio(ratio) : '';
  };
  return markdownTable(
    [
      ['client', 'p50 ms', 'p99 ms', 'requests/s', 'client CPU ms per request', 'p50, ours over it'],
      ...contestants.map((name) => [
        name,
        formatNumber(centre(scores, id, name, 'p50Ms')),
        formatNumber(centre(scores, id, name, 'p99Ms')),
        formatNumber(centre(scores, id, name, 'perSecond')),
        formatNumber(centre(scores, id, name, 'cpuMs')),
        ratioOf(name),
      ]),
    ],
    { align: ['l', 'r', 'r', 'r', 'r', 'l'] },
  );
}

function describeExtremes({ duty, memory }: Outcome): string[] {
  const parts: string[] = [];
  if (duty) {
    const rows = duty.cells.toSorted((a, b) => a.duty - b.duty);
    parts.push(
      '## Duty at concurrency 1',
      `Our wire client against the real wrapper, ${duty.rounds} rounds of ${duty.blockMs} ms a cell.`,
      markdownTable(
        [['cell', 'duty', 'requests'], ...rows.map((row) => [row.cell, row.duty.toFixed(4), String(row.requests)])],
        { align: ['l', 'r', 'r'] },
      ),
    );
  }
  if (memory) {
    parts.push(
      `## Memory at concurrency ${memory.concurrency}`,
      `A fresh load process held at most ${(memory.peakRssBytes / 1e6).toFixed(0)} MB (resident) while ${memory.concurrency} connections to the real wrapper ` +
        `sent ${memory.requests} large requests of method predict: every transport and encoding, one after the other.`,
    );
  }
  return parts;
}

/** Three significant digits; larger numbers whole. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
