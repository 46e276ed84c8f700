import { describeMachine, table } from '../document.ts';
import { type Judged, TOLERANCE, type Unit } from './judge.ts';
import type { Kind } from './tool-run.ts';

interface Outcome {
  readonly startedAt: Date;
  readonly minutes: number;
  readonly command: string;
  readonly runs: Readonly<Record<Kind, number>>;
  /** Before the first run, and those after each. */
  readonly warmUpBlocks: number;
  readonly blocks: number;
  readonly judged: readonly Judged[];
  readonly faults: readonly string[];
}

/** The soak's part of docs/robustness.md. */
export function describeSoak(outcome: Outcome): string {
  const { runs, warmUpBlocks, blocks, judged, faults, minutes } = outcome;
  const growing = judged.filter(({ grows }) => grows !== false);
  const counts = Object.entries(runs).map(([kind, count]) => `${count} ${NAMES[kind as Kind]}`);
  return [
    describeMachine(outcome.command, outcome.startedAt, minutes),
    `In ${minutes.toFixed(1)} minutes one after the other: ${counts.join(', ')}. After each of them the load process that ` +
      `was kept alive ran every kind of block (wire and library client, REST and gRPC, 1 and 100000 values, one and four ` +
      `connections, open loop, a port where nobody listens), each on new connections: ${blocks} blocks in all. Before that it ran ${warmUpBlocks}, during which ` +
      `V8 goes on compiling and keeps what it compiles.`,
    table(
      ['what', 'readings', 'first half', 'second half', 'most', 'trend of the second half, per hour', 'grows'],
      judged.map(describeRow),
    ),
    `Halves are given by their medians. The trend is the median of the slopes between all pairs of readings (Theil 1950) ` +
      `with its 95 % interval (Sen 1968). A figure grows when the interval's lower end adds up to more than ` +
      `${TOLERANCE.MB} MB, or ${TOLERANCE.count} for what is counted, within the second half.`,
    growing.length === 0
      ? 'Nothing grows.'
      : `**Grows, or could not be told: ${growing.map(({ name }) => name).join('; ')}.**`,
    faults.length === 0
      ? 'Every run ended as it should, and left no process and no file behind.'
      : `**Not as it should be (${faults.length}):** ${faults.slice(0, 10).join(' · ').replaceAll('\n', ' ')}`,
  ].join('\n\n');
}

const NAMES: Readonly<Record<Kind, string>> = {
  reference: 'runs against the embedded server',
  wrapper: 'against the real wrapper',
  action: 'of the bundled Action with its post step',
  interrupted: 'that were interrupted while they measured',
};

function describeRow({ name, unit, points, firstHalf, secondHalf, most, trend, grows }: Judged): string[] {
  const value = (number: number): string => format(number, unit);
  const change = trend && `${signed(trend.slope, unit)} [${signed(trend.low, unit)}, ${signed(trend.high, unit)}]`;
  const verdict = grows === null ? 'too few readings' : grows ? '**yes**' : 'no';
  return [name, `${points}`, value(firstHalf), value(secondHalf), value(most), change ?? '', verdict];
}

function format(value: number, unit: Unit): string {
  return unit === 'MB' ? `${value.toFixed(1)} MB` : `${Number(value.toFixed(2))}`;
}

function signed(value: number, unit: Unit): string {
  return `${value > 0 ? '+' : ''}${unit === 'MB' ? value.toFixed(2) : Number(value.toFixed(2))}`;
}
