import type { InputName } from '../../src/inputs.ts';
import { chart, share, table } from '../document.ts';
import { runInjected, runWrapperTwice } from './live.ts';
import { excludesZero, isAlarm } from './simulate.ts';

type Preset = Partial<Record<InputName, string>>;

/** Embedded servers that differ by known amounts, as Markdown. */
export async function checkLive(runs: number, preset: Preset, seed: number, signal: AbortSignal): Promise<string> {
  const effects = [0, 0.05, 0.1, 0.15, 0.2];
  const { arms, baseMs, spread } = await runInjected(runs, effects, preset, seed, signal, (run) =>
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
      count(({ verdict }) => verdict === 'slower'),
      count(({ verdict }) => verdict === 'faster'),
    ];
  });
  return [
    `The embedded server computes for 1 ms before each reply (p50 ${baseMs.toFixed(2)} ms), five others for that and the injected share of the p50 more; all six are measured in the same rounds (REST, \`tensor\`, batch 1, ${preset.rounds} rounds of ${preset.block} blocks), in ${runs} runs. The median spread of a round's difference was ${spread.toFixed(3)}.`,
    table(
      ['injected', 'found, on average', 'interval excludes 0', '`slower` (margin 5 %, confirmed)', '`faster`'],
      rows,
    ),
    chart(
      'given as slower',
      'injected, %',
      arms.map(({ effect }) => (effect * 100).toFixed(0)),
      [arms.map(({ comparisons: all }) => (100 * all.filter(({ verdict }) => verdict === 'slower').length) / runs)],
    ),
    'Wanted: without a margin 3 to 7 % of A/A runs, with it at most 1 %; +10 % excludes 0 and +15 % is given as `slower` in at least 80 %. The blocks are shorter than those of preset standard (250 ms), so that 40 runs take minutes: that makes it harder, not easier.',
  ].join('\n\n');
}

/** The real wrapper against itself, as Markdown. */
export async function checkWrapper(runs: number, seed: number, signal: AbortSignal): Promise<string> {
  const comparisons = await runWrapperTwice(runs, seed, signal, (run) =>
    process.stderr.write(`wrapper: run ${run} of ${runs}\n`),
  );
  const all = comparisons.length;
  const count = (holds: (one: (typeof comparisons)[number]) => boolean) =>
    `${comparisons.filter(holds).length} of ${all}`;
  const of = (verdict: string) => count((one) => one.verdict === verdict);
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
          count(excludesZero),
          count(isAlarm),
          of('equivalent'),
          of('inconclusive'),
          of('not-resolvable'),
          largest ? `${(100 * largest.effect).toFixed(1)} % (${largest.b.cell})` : '',
        ],
      ],
    ),
  ].join('\n\n');
}
