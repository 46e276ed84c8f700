import { isBroken } from '../gate-rules.ts';
import { quotedDifference } from '../quoted-difference.ts';
import type { Report } from '../report.ts';
import { describeArmVerdict } from './arm-verdicts.ts';
import { clean } from './foreign.ts';
import { describeRule } from './gate-findings.ts';
import { worstRules } from './gate-table.ts';
import { createLookup, type Lookup, opposeArms } from './lookup.ts';
import { toText } from './plain-text.ts';
import { say } from './prose.ts';
import { listByEffect, tallyArms } from './tally.ts';
import { describeWarning, weigh } from './warnings.ts';

/** One line beside the run. */
interface Finding {
  /** The cell or the rule that it is about. */
  readonly title: string;
  readonly message: string;
}

/** What a report's readers must not miss, the gravest first: broken limits, slower cells, then what makes it doubtful. */
export function listFindings(report: Report): Finding[] {
  const lookup = createLookup(report);
  return [...listBroken(lookup), ...listSlower(lookup), ...listDoubts(lookup)];
}

function listBroken(lookup: Lookup): Finding[] {
  const broken = worstRules(lookup.report.gate?.rules ?? []).filter(isBroken);
  return broken.map((rule) => ({ title: toText(say`Limit not kept`), message: toText(describeRule(lookup, rule)) }));
}

/** Cells that a broken limit has not told of already, the largest difference first. */
function listSlower(lookup: Lookup): Finding[] {
  const told = new Set(
    (lookup.report.gate?.rules ?? [])
      .filter(isBroken)
      .flatMap(({ metric, checks }) =>
        metric === 'regression' ? checks.filter(isBroken).map(({ arm, cell }) => `${arm} ${cell}`) : [],
      ),
  );
  const found = tallyArms(lookup).flatMap((tally) =>
    listByEffect(tally, 'slower')
      .filter(({ b }) => !told.has(`${b.arm} ${b.cell}`))
      .map((comparison) => ({ comparison, size: quotedDifference(comparison).effect, other: tally.other })),
  );
  return found
    .sort((x, y) => y.size - x.size)
    .map(({ comparison, other }) => ({
      title: clean(comparison.b.cell),
      message: toText(say`${opposeArms(lookup, other)}: ${describeArmVerdict(lookup, comparison)}`),
    }));
}

function listDoubts(lookup: Lookup): Finding[] {
  return lookup.report.warnings
    .filter((warning) => weigh(warning) !== 'note')
    .map((warning) => ({ title: 'Seldon payload benchmark', message: toText(describeWarning(lookup, warning)) }));
}
