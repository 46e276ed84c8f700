import type { Report } from '../report.ts';
import { confidence, count, duration, integer, percent, percentExact } from './format.ts';
import { describeConnections, describeOpenLoop } from './loop.ts';
import { capitalise, list, type Plain, type Prose, plain, say } from './prose.ts';

/** What a round is, and who waits for whom in it. */
export function describeLoop(report: Report): Prose {
  const { config, roundsDone, insideBlocks, arms } = report;
  const open = describeOpenLoop(report);
  const connections = describeConnections(report);
  const loop =
    open === null
      ? connections === null
        ? say`Closed loop, one request at a time`
        : say`Closed loop, ${connections}, each with one request after the other, REST and gRPC alike`
      : say`${capitalise(open)}, on ${connections ?? plain`1 connection`}, each with one request after the other, REST and gRPC alike`;
  const turn = arms.length > 1 ? plain`every cell of every arm` : plain`every cell`;
  const added = roundsDone > config.rounds;
  const which = added ? plain`in each of the first ${integer(config.rounds)}` : plain`in each of them`;
  const later = added ? plain`, later only those whose intervals were still too wide` : plain``;
  const inside = insideBlocks === null ? [] : say` ${percent(insideBlocks)} of the measuring time was inside blocks.`;
  const tells =
    open === null
      ? connections === null
        ? say`A closed loop shows service time, not what happens when requests queue.`
        : say`In a closed loop no more requests wait than there are connections: it does not show what callers see that do not wait for one another.`
      : say`Requests arrive whether or not earlier ones are answered; one takes a free connection or waits for one, and its waiting counts. One that has waited for longer than a block lasts, or than 100 ms where the block is shorter, is dropped and counted as such. Each block starts with an empty queue: near saturation, where queues grow for longer than a block lasts, waiting is understated.`;
  const own =
    connections === null
      ? say`Each block opens a connection of its own and warms it up with requests that are not counted.`
      : say`Each block opens connections of its own and warms them up with requests that are not counted.`;
  return say`${loop}: ${count(roundsDone, 'round')}, ${which} ${turn} once for ${duration(config.blockMs)} (never fewer than ${count(config.minRequests, 'request')}), in a fresh random order${later}. Requests are encoded before the run, replies decoded after the clock has stopped. ${own} ${tells}${inside}`;
}

const ENDS: Record<NonNullable<Report['stopping']>['ended'], Plain> = {
  precise: plain`all were narrow enough`,
  budget: plain`the time for measuring was used up`,
  rounds: plain`no further rounds were due`,
  stopped: plain`the run was stopped`,
};

/** How rounds were added, and what looking at the widths cost. */
export function describeStopping({ config, stopping, alpha, arms }: Report): Prose[] {
  if (stopping === null) return [];
  const what = arms.length > 1 ? plain`of the differences between arms` : plain`of the medians`;
  const wanted =
    config.precision === null
      ? plain`was narrow enough`
      : plain`reached no further than ${percentExact(config.precision)} from its centre`;
  const budget = config.budgetMs === null ? plain`` : plain` or ${duration(config.budgetMs)} of measuring were used up`;
  const looks = stopping.looks.map(
    ({ rounds, alpha, tooWide }) =>
      say`after ${count(rounds, 'round')} (${tooWide === 0 ? plain`none` : count(tooWide, 'cell')} too wide, ${percentExact(alpha)} spent)`,
  );
  const again =
    config.confirm && arms.length > 1
      ? plain`; but differences between arms that were measured again are decided at 5%, with 95% intervals, by rounds of their own, which were looked at once`
      : plain``;
  const seen = looks.length === 0 ? [] : say` The widths were looked at ${list(looks)}.`;
  return [
    say`Cells were given more rounds until every interval ${what} ${wanted}${budget}; it ended because ${ENDS[stopping.ended]}.${seen} Each look spends a part of the 5% error (Bonferroni), whether or not it was needed: verdicts are at ${percentExact(alpha)}, intervals at ${confidence(alpha)}${again}.`,
  ];
}

/** What became of alarms between arms before they were given. */
export function describeConfirmation({ config, comparisons }: Report): Prose[] {
  if (!config.confirm) return [say`Differences between arms were not measured a second time; Holm over all of them.`];
  const again = comparisons.flatMap(({ kind, confirmation }) => (kind === 'arm' ? (confirmation ?? []) : []));
  const held = again.filter(({ holds }) => holds).length;
  const found =
    again.length === 0
      ? say`None was measured again in this run.`
      : say`In this run ${integer(again.length)} ${again.length === 1 ? plain`was` : plain`were`}, and ${integer(held)} of them held.`;
  return [
    say`A difference between arms that seems to lie beyond the margin is measured again, in rounds of its own, and given only if these alone show it too (5% level, Holm over all that were measured again), with the size that they show; else it is inconclusive. ${found}`,
  ];
}
