import { MAX_SERVER_THROTTLED } from '../limits.ts';
import type { BlockFlag, Warning } from '../report.ts';
import { count, effect, integer, percent, percentExact } from './format.ts';
import { cellName, floorName, type Lookup } from './lookup.ts';
import { code, foreign, list, type Plain, type Prose, plain, say } from './prose.ts';

const MOST_CELLS = 4;

const FLAGS: Record<BlockFlag, Plain> = {
  steal: plain`the host took CPU time away`,
  throttled: plain`a CPU limit held the load process back`,
  gc: plain`the client collected garbage for over 5% of the time`,
  'busy-loop': plain`the client's event loop was over 90% busy`,
};

/** How much a warning weighs: with `bad` something is missing, with `doubt` the numbers are not to be trusted as they are. */
export type Weight = 'bad' | 'doubt' | 'note';

const WEIGHTS: Record<Warning['code'], Weight> = {
  'failed-cells': 'bad',
  'stopped-early': 'bad',
  'low-duty': 'doubt',
  'noisy-canary': 'doubt',
  'few-rounds': 'doubt',
  little: 'doubt',
  dropped: 'doubt',
  'failed-requests': 'doubt',
  'not-seldon': 'note',
  fallback: 'note',
  'tensorflow-stand-in': 'note',
  'floor-without-path': 'note',
  'floor-ended': 'note',
  'server-throttled': 'note',
  'skipped-cells': 'note',
  'floor-share': 'note',
  'flagged-blocks': 'note',
};

export function weigh(warning: Warning): Weight {
  return WEIGHTS[warning.code];
}

type StoppedEarly = Extract<Warning, { code: 'stopped-early' }>;

/** `most`: how many cells are named before the rest is counted. */
export function describeWarning(lookup: Lookup, warning: Warning, most = MOST_CELLS): Prose {
  const cells = (ids: readonly string[]): Prose =>
    list(
      ids.map((id) => cellName(lookup, id)),
      most,
    );
  switch (warning.code) {
    case 'not-seldon':
      return NOT_SELDON;
    case 'tensorflow-stand-in':
      return say`${code(plain`tftensor`)} was read and written by a stand-in for TensorFlow${describeArms(lookup, warning.arms)}, which answers the same and takes less time: the figures of this encoding are the stand-in's, not TensorFlow's.`;
    case 'floor-without-path':
      return say`The floor${describeArms(lookup, warning.arms)} was measured on this machine's loopback: the way to the cluster is not part of it, and counts as the server's in every time.`;
    case 'floor-ended':
      return say`The null server failed in ${cells(warning.cells)}: their floor is that of the rounds before, where there were any.`;
    case 'server-throttled':
      return say`Its own CPU limit held the server back for more than ${percentExact(MAX_SERVER_THROTTLED)} of the time in ${cells(warning.cells)}: these times are as much the limit's as the server's.`;
    case 'fallback':
      return say`Wanted was ${foreign(warning.wanted)}, used was ${foreign(warning.used)}: ${foreign(warning.why)}.`;
    case 'low-duty':
      return lookup.report.config.rate === null
        ? say`The client was busy outside requests (duty below 95%) in ${cells(warning.cells)}: not trustworthy.`
        : say`The client itself was late (duty below 95%) in ${cells(warning.cells)}: not trustworthy.`;
    case 'floor-share':
      return warning.over === '50%'
        ? say`More than half of ${cells(warning.cells)} is ${floorName(lookup)}: these cells take part in no claim.`
        : say`More than a fifth of ${cells(warning.cells)} is ${floorName(lookup)}.`;
    case 'noisy-canary':
      return say`One cell ran twice under two names and differed from itself by ${effect(warning.effect)}: the run is noisy, and so may be every verdict in it.`;
    case 'flagged-blocks':
      return say`In ${integer(warning.blocks)} of ${count(warning.of, 'block')} (${percent(warning.of === 0 ? 0 : warning.blocks / warning.of)}) ${FLAGS[warning.flag]}. They are counted; the table of all cells has the medians with and without.`;
    case 'little':
      return say`Throughput times mean latency is more than 2% off the number of connections in ${cells(warning.cells)}: by Little's law the connections did not have one request each in flight all the time.`;
    case 'dropped':
      return say`${integer(warning.dropped)} of ${count(warning.arrivals, 'arrival')} were not sent any more, in ${cells(warning.cells)}: they had waited for a connection for longer than a block lasts (or than 100 ms, where that is more). Their waiting is in no latency, so the latencies look better than they were.`;
    case 'failed-requests':
      return say`${integer(warning.errors)} of ${count(warning.requests, 'request')} failed, in ${cells(warning.cells)}: the times are those of the others.`;
    case 'few-rounds':
      return say`Some cells have only ${count(warning.rounds, 'round')}: six is the least that gives intervals.`;
    case 'failed-cells':
      return [...say`Failed: ${cells(warning.cells)}`, ...firstReason(lookup, warning.cells), ...say`.`];
    case 'skipped-cells':
      return [...say`Skipped: ${cells(warning.cells)}`, ...firstReason(lookup, warning.cells), ...say`.`];
    case 'stopped-early':
      return say`The run stopped ${describeStop(warning)}: ${foreign(warning.why)}.`;
  }
}

export const NOT_SELDON = say`This is not Seldon: the embedded reference server answered. The numbers show how the tool and this machine behave, and say nothing about a Seldon deployment.`;

/** "after 9 of 20 rounds", "while narrowing intervals (after 33 rounds)": for behind "stopped". */
export function describeStop({
  during,
  roundsDone,
  roundsPlanned,
}: Pick<StoppedEarly, 'during' | 'roundsDone' | 'roundsPlanned'>): Plain {
  const all = roundsDone === roundsPlanned ? plain`all ` : plain``;
  const done = plain`after ${all}${count(roundsDone, 'round')}`;
  switch (during) {
    case 'planned':
      return roundsDone < roundsPlanned
        ? plain`after ${integer(roundsDone)} of ${count(roundsPlanned, 'round')}`
        : done;
    case 'narrowing':
      return plain`while narrowing intervals (${done})`;
    case 'confirming':
      return plain`while confirming differences between arms, ${done}`;
  }
}

function firstReason(lookup: Lookup, ids: readonly string[]): Prose {
  const reason = ids.map((id) => lookup.cell(id)?.reason).find((text) => text !== undefined);
  if (reason === undefined) return [];
  return ids.length === 1 ? say` – ${foreign(reason)}` : say` – the first because of ${foreign(reason)}`;
}

/** Nothing where all arms are meant. */
function describeArms({ others }: Lookup, arms: readonly string[]): Prose {
  return others.length === 0
    ? []
    : say` in ${list(
        arms.map((id) => foreign(id)),
        MOST_CELLS,
      )}`;
}
