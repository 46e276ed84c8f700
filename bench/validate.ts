import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, writePart } from './document.ts';
import { checkLive, checkWrapper } from './validate/live-part.ts';
import { checkSimulated } from './validate/simulated-part.ts';

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
const seed = Number(values.seed);
const quick = values.quick === true;
const stop = new AbortController();
const PARTS = {
  simulation: () => checkSimulated(quick ? 100 : 2000, seed),
  live: () =>
    quick
      ? checkLive(2, { rounds: '6', block: '20ms' }, seed, stop.signal)
      : checkLive(40, { rounds: '20', block: '50ms' }, seed, stop.signal),
  wrapper: () => checkWrapper(quick ? 1 : 3, seed, stop.signal),
} as const;
const wanted = Object.keys(PARTS).filter(
  (part) => values.part === undefined || values.part === part,
) as (keyof typeof PARTS)[];
if (wanted.length === 0 || !Number.isSafeInteger(seed)) {
  process.stderr.write(`expected --part ${Object.keys(PARTS).join('|')}, and a whole number as --seed\n`);
  process.exit(2);
}
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
for (const part of wanted) {
  const startedAt = new Date();
  const text = await PARTS[part]();
  const command = `npm run validate -- --part ${part}${quick ? ' --quick' : ''} --seed ${seed}`;
  const minutes = (Date.now() - startedAt.getTime()) / 60_000;
  const whole = `${describeMachine(command, startedAt, minutes)}\n\n${text}`;
  process.stdout.write(`${whole}\n\n`);
  if (!quick) await writePart(join(import.meta.dirname, '..', 'docs', 'validation.md'), part, whole);
}
