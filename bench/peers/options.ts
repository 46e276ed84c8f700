import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { explain, UserError } from '../../src/errors.ts';

/** wrapper: the real one, by our clients, vegeta, ghz; floors: nginx and nghttpd; extremes: duty and memory. */
const PARTS = ['wrapper', 'floors', 'extremes'] as const;
type Part = (typeof PARTS)[number];

export interface Options {
  readonly parts: ReadonlySet<Part>;
  readonly seed: number;
  readonly rounds: number;
  readonly runMs: number;
  readonly dutyRounds: number;
  readonly dutyBlockMs: number;
  /** Whether it measures what the page needs. */
  readonly whole: boolean;
}

const WHOLE = { rounds: 10, runMs: 2000, dutyRounds: 4, dutyBlockMs: 500 } as const;
const QUICK = { rounds: 2, runMs: 1000, dutyRounds: 1, dutyBlockMs: 150 } as const;
const MAX_ROUNDS = 100;

/** Throws a UserError where the words are not understood. */
export function parseOptions(args: readonly string[]): Options {
  const { quick, seed, rounds, parts } = readWords(args);
  const chosen = parts === undefined ? PARTS : parts.split(',');
  const unknown = chosen.filter((part) => !(PARTS as readonly string[]).includes(part));
  if (unknown.length > 0)
    throw new UserError(`--parts: expected some of ${PARTS.join(',')}, found ${unknown.join(',')}`);
  const size = quick ? QUICK : WHOLE;
  return {
    ...size,
    parts: new Set(chosen as readonly Part[]),
    seed: readNumber('seed', seed, 0, 2 ** 32 - 1) ?? randomInt(2 ** 32),
    rounds: readNumber('rounds', rounds, 2, MAX_ROUNDS) ?? size.rounds,
    whole: !quick && rounds === undefined && parts === undefined,
  };
}

function readWords(args: readonly string[]) {
  try {
    const options = {
      quick: { type: 'boolean' },
      seed: { type: 'string' },
      rounds: { type: 'string' },
      parts: { type: 'string' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UserError(`${explain(error)}; options: --quick, --seed N, --rounds N, --parts ${PARTS.join(',')}`);
  }
}

function readNumber(name: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && value >= least && value <= most) return value;
  throw new UserError(`--${name}: expected a whole number from ${least} to ${most}, found ${JSON.stringify(text)}`);
}
