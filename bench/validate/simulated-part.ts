import { chart, type Row, share, table } from '../document.ts';
import { independent, MACHINES } from './machine.ts';
import {
  countMedianCoverage,
  countRuns,
  covers,
  excludesZero,
  isAlarm,
  type Scene,
  simulateSequential,
} from './simulate.ts';

/** False alarms, coverage and power on simulated machines, as Markdown. */
export function checkSimulated(runs: number, seed: number): string {
  const pair: Omit<Scene, 'machine'> = { effects: [0], rounds: 20, margin: 0.05, confirm: false };
  const rows: Row[] = Object.entries(MACHINES).map(([name, machine]) => [
    name,
    share(
      countRuns(runs, seed, { ...pair, machine, margin: 0 }, ([c]) => c !== undefined && isAlarm(c)),
      runs,
    ),
    share(
      countRuns(runs, seed, { ...pair, machine }, ([c]) => c !== undefined && isAlarm(c)),
      runs,
    ),
    share(
      countRuns(runs, seed, { ...pair, machine, margin: 0, effects: Array(6).fill(0), confirm: true }, (all) =>
        all.some(isAlarm),
      ),
      runs,
    ),
  ]);
  const coverage: Row[] = Object.entries(MACHINES).map(([name, machine]) => {
    const scene = { ...pair, machine, effects: [Math.log(1.1)] };
    const sequential = simulateSequential(runs, seed, machine, Math.log(1.1), { rounds: 20, precision: 0.03 });
    return [
      name,
      share(
        countRuns(runs, seed, scene, ([c]) => c !== undefined && covers(0.1)(c)),
        runs,
      ),
      share(countMedianCoverage(runs, seed, machine, 20), runs),
      `${share(sequential.covered, runs)}, ${sequential.meanRounds.toFixed(0)} rounds on average`,
    ];
  });
  return [
    '**False alarms.** Two arms that are the same, 20 rounds: in how many runs are they called different?',
    table(
      [
        'noise',
        'margin 0 (wanted: 3 to 7 %)',
        'margin 5 % (wanted: at most 1 %)',
        'six cells, margin 0, confirmed: any alarm (wanted: at most 5 %)',
      ],
      rows,
    ),
    '**Coverage.** In how many runs does the 95 % interval hold the true value (wanted: at least 93 %)?',
    table(
      [
        'noise',
        'difference of a pair (true: +10 %)',
        'median of a cell',
        'difference, `--precision 3%` (98.75 % intervals)',
      ],
      coverage,
    ),
    ...simulatePower(runs, seed),
  ].join('\n\n');
}

function simulatePower(runs: number, seed: number): string[] {
  const machine = independent(0.08);
  const effects = [0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25];
  const curves = [8, 20, 40].map((rounds) =>
    effects.map((effect) => {
      const scene = { machine, effects: [Math.log1p(effect)], rounds, margin: 0.05, confirm: true };
      return countRuns(runs, seed, scene, ([c]) => c?.verdict === 'slower');
    }),
  );
  const zero = effects.map((effect) => {
    const scene = { machine, effects: [Math.log1p(effect)], rounds: 20, margin: 0.05, confirm: false };
    return countRuns(runs, seed, scene, ([c]) => c !== undefined && excludesZero(c));
  });
  const percent = (count: number): string => `${((100 * count) / runs).toFixed(1)} %`;
  const rows = effects.map((effect, i) => [
    `+${(effect * 100).toFixed(1)} %`,
    ...curves.map((curve) => percent(curve[i] as number)),
    percent(zero[i] as number),
  ]);
  const among = (confirm: boolean, shifted: number): string => {
    const scene = {
      machine,
      rounds: 20,
      margin: 0.05,
      confirm,
      effects: Array.from({ length: 24 }, (_, i) => (i < shifted ? Math.log(1.15) : 0)),
    };
    const some = Math.ceil(runs / 4);
    return share(
      countRuns(some, seed, scene, ([c]) => c?.verdict === 'slower'),
      some,
    );
  };
  return [
    `**Power.** Independent noise, the differences of a round spread by .08; ${runs} runs a point. In how many runs is a server that really is slower given as \`slower\` (margin 5 %, confirmed)? And in how many does the interval exclude 0?`,
    table(
      [
        'truly',
        '`slower`, quick (8 rounds)',
        '`slower`, standard (20)',
        '`slower`, thorough (40)',
        'interval excludes 0, standard',
      ],
      rows,
    ),
    chart(
      'given as slower: quick, standard and thorough preset',
      'truly slower by, %',
      effects.map((effect) => (effect * 100).toFixed(1)),
      curves.map((curve) => curve.map((count) => (100 * count) / runs)),
    ),
    'One cell of 24 that is slower by 15 %, the others unchanged; then all 24 slower (the first is counted; standard preset):',
    table(
      ['', 'Holm over all 24, no confirmation', 'confirmed (the default)'],
      [
        ['one of 24', among(false, 1), among(true, 1)],
        ['all 24', among(false, 24), among(true, 24)],
      ],
    ),
  ];
}
