import type { Encoding, Transport } from '../../plan.ts';
import type { Verdict } from '../../report.ts';
import type { Ink, Shape } from './marks.ts';

/** Beyond these no dash is told from another. */
export const MOST_ARMS = 4;

const DASHES: readonly (readonly number[] | undefined)[] = [undefined, [6, 3], [2, 2], [8, 3, 2, 3]];

/** Transports differ in colour and in whether their dots are filled, arms in the dashes of their lines. */
export function inkOf(transport: Transport, arm: number): Ink {
  const dash = DASHES[arm % MOST_ARMS];
  return {
    colour: transport === 'rest' ? 'var(--rest)' : 'var(--grpc)',
    hollow: transport === 'grpc',
    ...(dash === undefined ? {} : { dash }),
  };
}

export const SHAPES: Record<Encoding, Shape> = { ndarray: 'circle', tensor: 'square', tftensor: 'triangle' };

/** Verdicts differ in colour and in their dots: filled where something differs, hollow where nothing was found to. */
export const TONES: Record<Verdict, { readonly ink: Ink; readonly shape: Shape }> = {
  faster: { ink: { colour: 'var(--good)' }, shape: 'circle' },
  slower: { ink: { colour: 'var(--bad)' }, shape: 'triangle' },
  equivalent: { ink: { colour: 'var(--soft)' }, shape: 'square' },
  inconclusive: { ink: { colour: 'var(--soft)', hollow: true }, shape: 'circle' },
  'not-resolvable': { ink: { colour: 'var(--soft)' }, shape: 'cross' },
};
