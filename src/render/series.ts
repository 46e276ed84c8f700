import type { CellResult, Report } from '../report.ts';
import { escapeTag } from './histograms.ts';
import { createLookup } from './lookup.ts';

/** One row of numbers that other tools follow from run to run. */
interface Series {
  /** The cell's id; with several arms `<arm>:<cell>`, as the histograms are tagged. */
  readonly name: string;
  readonly result: CellResult;
}

/**
 * What was measured, by names that stay the same from run to run. Those tools write names into Markdown unescaped, so
 * what is not a plain letter, digit or dash in an id (which only a forged report has) is percent-encoded.
 */
export function listSeries(report: Report): Series[] {
  const lookup = createLookup(report);
  const several = report.arms.length > 1;
  return report.cells
    .filter(({ state }) => state === 'measured')
    .flatMap((cell) =>
      report.arms.flatMap((arm) => {
        const result = lookup.result(cell, arm);
        const name = several ? `${escapeTag(arm.id)}:${escapeTag(cell.id)}` : escapeTag(cell.id);
        return result === null ? [] : [{ name, result }];
      }),
    );
}
