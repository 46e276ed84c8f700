import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chart, describeRun, type Row, share, table, writePart } from './validate/document.ts';
import { runInjected, runWrapperTwice } from './validate/live.ts';
import { independent, MACHINES } from './validate/machine.ts';
import {
  countMedianCoverage,
  countRuns,
  covers,
  excludesZero,
  isAlarm,
  type Scene,
  simulateSequential,
} from './validate/simulate.ts';

/**
 * Checks the statistics: on simulated machines, on live servers whose differences are known, and on the real wrapper
 * against itself. `npm run validate` runs all; `-- --part simulation` one of them. Each writes its part of
 * docs/validation.md. `--quick` tries everything with few runs and writes nothing.
 */
const { values } = parseArgs({
  options: {
    part: { type: 'string' },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '2021' },
  },
});
const PARTS = { simulation: checkSimulated, live: checkLive, wrapper: checkWrapper } as const;
const seed = Number(values.seed);
const quick = values.quick === true;
const wanted = Object.keys(PARTS).filter(
  (part) => values.part === undefined || values.part === part,
) as (keyof typeof PARTS)[];
if (wanted.length === 0 || !Number.isSafeInteger(seed)) {
  process.stderr.write(`expected --part ${Object.keys(PARTS).join('|')}, and a whole number as --seed\n`);
  process.exit(2);
}
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
for (const part of wanted) {
  const startedAt = new Date();
  const text = await PARTS[part]();
  const command = `npm run validate -- --part ${part}${quick ? ' --quick' : ''} --seed ${seed}`;
  const whole = `${describeRun(command, seed, startedAt)}\n\n${text}`;
  process.stdout.write(`${whole}\n\n`);
  if (!quick) await writePart(join(import.meta.dirname, '..', 'docs', 'validation.md'), part, whole);
}

async function checkSimulated(): Promise<string> {
  const runs = quick ? 100 : 2000;
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
      countRuns(runs, seed, { ...pair, machine, effects: Array(6).fill(0), confirm: true }, (all) => all.some(isAlarm)),
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
        'six cells, margin 5 %, confirmed: any alarm',
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
    ...simulatePower(runs),
  ].join('\n\n');
}

function simulatePower(runs: number): string[] {
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

async function checkLive(): Promise<string> {
  const runs = quick ? 2 : 40;
  const effects = [0, 0.05, 0.1, 0.15, 0.2];
  const preset = quick ? { rounds: '6', block: '20ms' } : { rounds: '20', block: '50ms' };
  const { arms, baseMs, spread } = await runInjected(runs, effects, preset, seed, stop.signal, (run) =>
    process.stderr.write(`live: run ${run} of ${runs}\n`),
  );
  const rows = arms.map(({ effect, comparisons }) => {
    const mean = comparisons.reduce((total, one) => total + Math.log1p(one.effect), 0) / comparisons.length;
    const count = (holds: (one: (typeof comparisons)[number]) => boolean) =>
      share(comparisons.filter(holds).length, runs);
    return [
      effect === 0 ? 'nothing (A/A)' : `+${(effect * 100).toFixed(0)} %`,
      `${(100 * Math.expm1(mean)).toFixed(1)} %`,
      count(excludesZero),
      count(isAlarm),
    ];
  });
  return [
    `The embedded server computes for 1 ms before each reply (p50 ${baseMs.toFixed(2)} ms), five others for that and the injected share of the p50 more; all six are measured in the same rounds (REST, \`tensor\`, batch 1, ${preset.rounds} rounds of ${preset.block} blocks), in ${runs} runs. The median spread of a round's difference was ${spread.toFixed(3)}.`,
    table(['injected', 'found, on average', 'interval excludes 0', 'given as different (margin 5 %, confirmed)'], rows),
  ].join('\n\n');
}

async function checkWrapper(): Promise<string> {
  const runs = quick ? 1 : 5;
  const comparisons = await runWrapperTwice(runs, seed, stop.signal, (run) =>
    process.stderr.write(`wrapper: run ${run} of ${runs}\n`),
  );
  const all = comparisons.length;
  const of = (verdict: string) => String(comparisons.filter((one) => one.verdict === verdict).length);
  const largest = comparisons.toSorted((x, y) => Math.abs(y.effect) - Math.abs(x.effect))[0];
  return [
    `Two arms that are the same wrapper (seldon-core 1.19.0), all cells, ${runs} runs of preset quick: ${all} comparisons.`,
    table(
      [
        'interval excludes 0',
        'faster or slower (margin 5 %, confirmed)',
        'equivalent',
        'inconclusive',
        'not resolvable',
        'largest difference',
      ],
      [
        [
          share(comparisons.filter(excludesZero).length, all),
          share(comparisons.filter(isAlarm).length, all),
          of('equivalent'),
          of('inconclusive'),
          of('not-resolvable'),
          largest ? `${(100 * largest.effect).toFixed(1)} % (${largest.b.cell})` : '',
        ],
      ],
    ),
  ].join('\n\n');
}
