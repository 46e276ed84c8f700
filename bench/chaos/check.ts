import type { CellReport, CellResult, Report } from '../../src/report.ts';
import type { Expected, Observed } from './fault.ts';

/** Everything that is not as it must be; empty where all holds. */
export function checkObserved(expected: Expected, observed: Observed): string[] {
  const { code, report, stderr, left, requests, faults = [] } = observed;
  const wrong: string[] = [...faults, ...left.map((what) => `left behind: ${what}`)];
  if (code !== expected.code) wrong.push(`expected exit code ${expected.code}, found ${code}: ${stderr.slice(-1500)}`);
  if (expected.says && !expected.says.test(collectWords(stderr, report))) {
    wrong.push(`expected to be told ${expected.says}, found ${collectWords(stderr, report).slice(-1500)}`);
  }
  if (expected.outcomes === null) {
    if (report !== null) wrong.push('expected no report, found one');
    return wrong;
  }
  if (report === null) return [...wrong, 'expected a report, found none'];
  if (!expected.outcomes.includes(report.outcome)) {
    wrong.push(`expected the outcome ${expected.outcomes.join(' or ')}, found ${report.outcome}`);
  }
  if (expected.whole && report.roundsDone !== report.config.rounds) {
    wrong.push(`expected ${report.config.rounds} rounds, found ${report.roundsDone}`);
  }
  const more = expected.also?.(report) ?? null;
  return [...wrong, ...(more === null ? [] : [more]), ...findUnsaid(report), ...findInvented(report, requests)];
}

function collectWords(stderr: string, report: Report | null): string {
  const reasons = report?.cells.map(({ reason }) => reason ?? '') ?? [];
  return [stderr, JSON.stringify(report?.warnings ?? []), ...reasons].join('\n');
}

/** What was lost and is not told. */
function findUnsaid(report: Report): string[] {
  const wrong: string[] = [];
  const { roundsDone, config, warnings, cells } = report;
  const early = warnings.find((warning) => warning.code === 'stopped-early');
  const allFailed = cells.every(({ state }) => state === 'failed');
  if (roundsDone < config.rounds && !allFailed && early?.roundsDone !== roundsDone) {
    wrong.push(`${config.rounds - roundsDone} rounds are missing, and the report does not say so`);
  }
  const failed = cells.filter(({ state }) => state === 'failed').map(({ id }) => id);
  const told = warnings.flatMap((warning) => (warning.code === 'failed-cells' ? warning.cells : []));
  if (failed.join() !== told.join()) wrong.push(`cells ${failed} failed, and the warning names ${told}`);
  for (const { id, state, reason } of cells) {
    if (state !== 'measured' && !reason) wrong.push(`${id} is ${state}, and the report does not say why`);
  }
  // Those of a cell that failed are the reason why it did.
  const errors = sum(
    cells.filter(({ state }) => state === 'measured').flatMap(({ results }) => Object.values(results)),
    (result) => result.errors,
  );
  if (errors > 0 && !warnings.some(({ code }) => code === 'failed-requests')) {
    wrong.push(`${errors} requests failed, and the report does not say so`);
  }
  return wrong;
}

/** Figures that nothing measured stands behind. */
function findInvented(report: Report, requests: Observed['requests']): string[] {
  const wrong: string[] = [];
  for (const cell of report.cells) {
    // A failed cell keeps what was measured of it before.
    if (cell.state === 'skipped' && Object.keys(cell.results).length > 0) wrong.push(`${cell.id} has figures`);
    for (const result of Object.values(cell.results)) wrong.push(...checkResult(cell, result, report.roundsDone));
  }
  for (const transport of ['rest', 'grpc'] as const) {
    const ours = report.cells.filter((cell) => cell.transport === transport);
    const counted = sum(
      ours.flatMap(({ results }) => Object.values(results)),
      (result) => result.requests,
    );
    const reached = requests?.[transport] ?? Number.POSITIVE_INFINITY;
    if (counted > reached) wrong.push(`${counted} answers over ${transport}, though ${reached} requests came through`);
  }
  for (const { stage, startMs, durationMs } of report.timeline) {
    if (startMs < 0 || durationMs < 0 || startMs > report.durationMs) {
      wrong.push(`stage ${stage} of ${durationMs} ms from ${startMs} ms in a run of ${report.durationMs} ms`);
    }
  }
  return wrong;
}

function checkResult({ id }: CellReport, result: CellResult, roundsDone: number): string[] {
  const wrong: string[] = [];
  const { rounds, requests, minMs, maxMs, p50Ms } = result;
  const counted = sum(rounds, (round) => round.requests);
  if (counted !== requests) wrong.push(`${id}: ${requests} requests, but ${counted} in its rounds`);
  // The round that was broken off may have its share.
  if (rounds.length > roundsDone + 1) wrong.push(`${id}: ${rounds.length} rounds of ${roundsDone}`);
  if (new Set(rounds.map(({ round }) => round)).size !== rounds.length) wrong.push(`${id}: a round counts twice`);
  if (!(minMs > 0 && minMs <= p50Ms.value && p50Ms.value <= maxMs)) {
    wrong.push(`${id}: latencies of ${minMs}, ${p50Ms.value} and ${maxMs} ms`);
  }
  return wrong;
}

function sum<T>(items: readonly T[], read: (item: T) => number): number {
  return items.reduce((total, item) => total + read(item), 0);
}
