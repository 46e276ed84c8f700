import type { Comparison } from '../report.ts';
import { count, effectWithInterval, effect as showEffect } from './format.ts';
import { describeOwnLevel } from './interval-levels.ts';
import type { Lookup } from './lookup.ts';
import { describeVerdict, VERDICTS } from './pairs-table.ts';
import { type Plain, type Prose, plain, say, strong } from './prose.ts';

/**
 * "slower, confirmed in 20 further rounds: +11.2% [+9.0%, +13.4%]". An alarm that did not come again is inconclusive,
 * and says what it was at first.
 */
export function describeArmVerdict(lookup: Lookup, comparison: Comparison): Prose {
  const { confirmation } = comparison;
  const alarm = describeAlarm(lookup, comparison);
  const again =
    confirmation === undefined
      ? []
      : say`: ${effectWithInterval(confirmation.effect, confirmation.low, confirmation.high)}`;
  return say`${describeWords(comparison)}${alarm === null ? [] : say`, ${alarm}`}${again}`;
}

/**
 * "slower, confirmed (at first +13.5%)", "inconclusive (326 rounds), slower at first (+6.5%), not confirmed": for a place
 * beside the quoted difference, which the further rounds showed.
 */
export function describeArmVerdictBeside(lookup: Lookup, comparison: Comparison): Prose {
  const { confirmation, effect } = comparison;
  if (confirmation === undefined) return describeArmVerdict(lookup, comparison);
  const words = describeWords(comparison);
  const first = showEffect(effect);
  return confirmation.holds ? say`${words}, confirmed (at first ${first})` : say`${words} (${first}), not confirmed`;
}

/** "slower, confirmed", for a narrow column beside the quoted difference, whose interval may have another level. */
export function describeArmVerdictBriefly(lookup: Lookup, comparison: Comparison): Prose {
  const { confirmation } = comparison;
  if (confirmation === undefined) return describeArmVerdict(lookup, comparison);
  const level = describeOwnLevel(lookup.report, comparison);
  const again = confirmation.holds ? plain`confirmed` : plain`not confirmed`;
  return say`${describeWords(comparison)}, ${again}${level === null ? [] : say` (${level})`}`;
}

/** An alarm that did not come again says what it was. */
function describeWords(comparison: Comparison): Prose {
  const { verdict, confirmation, effect } = comparison;
  const word = isAlarm(comparison) ? say`${strong(VERDICTS[verdict])}` : describeVerdict(comparison);
  return confirmation?.holds === false ? say`${word}, ${effect > 0 ? plain`slower` : plain`faster`} at first` : word;
}

/** "confirmed in 20 further rounds"; null where there was nothing to confirm or nobody asked for it. */
export function describeAlarm({ report }: Lookup, comparison: Comparison): Plain | null {
  const { confirmation } = comparison;
  if (confirmation === undefined)
    return isAlarm(comparison) && report.config.confirm ? plain`not measured again` : null;
  const rounds = count(confirmation.rounds, 'further round');
  return confirmation.holds ? plain`confirmed in ${rounds}` : plain`not confirmed in ${rounds}`;
}

function isAlarm({ verdict }: Comparison): boolean {
  return verdict === 'slower' || verdict === 'faster';
}
