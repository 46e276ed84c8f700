export const MAX_FOREIGN_LENGTH = 120;

/**
 * What every sink does first with text that somebody else wrote: one normal form, no control, format (zero-width,
 * bidirectional) or unpaired characters, no line or paragraph separators, at most `most` code points.
 */
export function clean(text: string, most = MAX_FOREIGN_LENGTH): string {
  const safe = text
    .slice(0, 4 * most)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/gu, '\ufffd');
  const points = [...safe];
  return points.length <= most ? safe : `${points.slice(0, most - 1).join('')}…`;
}
