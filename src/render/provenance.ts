import type { Arm, Report } from '../report.ts';
import { median } from '../stats/quantile.ts';
import { detectableDifference } from '../stats/verdict.ts';
import { count, duration, percent, percentExact } from './format.ts';
import { commitOf, readCommit, shortSha } from './identifiers.ts';
import type { Lookup } from './lookup.ts';
import { describeConnections } from './loop.ts';
import { code, foreign, join, type Plain, type Prose, plain, say } from './prose.ts';

/** Where the numbers come from, in one paragraph. */
export function describeProvenance(lookup: Lookup): Prose {
  const { report } = lookup;
  const { config, environment } = report;
  const sha = commitOf(report);
  const visible = smallestVisible(lookup);
  const connections = describeConnections(report);
  return [
    ...join(
      [
        ...(sha === null ? [] : [describeCommits(report, sha)]),
        describeArms(lookup),
        say`${count(report.roundsDone, 'round')} of ${duration(config.blockMs)} blocks`,
        ...(connections === null ? [] : [connections]),
        say`${foreign(environment.cpu.model)}, ${count(environment.cpu.cores, 'core')}`,
        say`${code(config.client as string as Plain)} client`,
        say`margin ${percentExact(config.margin)}`,
        say`took ${duration(report.durationMs)}`,
      ],
      ' · ',
    ),
    ...say`.`,
    ...(visible === null
      ? []
      : say` Smallest difference that the median ${lookup.others.length > 0 ? plain`comparison of arms` : plain`pair`} could tell from none with 80% power: ${visible}.`),
  ];
}

/** The commit, and on a pull request the merge into its base where that is what was checked out. */
function describeCommits({ provenance }: Report, sha: Plain): Prose {
  const merged = readCommit(provenance.mergeSha);
  const short = code(shortSha(sha));
  return merged === null || merged === sha
    ? say`${short}`
    : say`${short} (head of the pull request), measured as merged into its base (${code(shortSha(merged))})`;
}

/** The same where all reports are of the same commits; null where they are not, or nobody knows. */
export function describeCommonCommit(reports: readonly Report[]): Prose | null {
  const [first, ...others] = reports;
  const sha = first === undefined ? null : commitOf(first);
  if (first === undefined || sha === null) return null;
  const isSame = ({ provenance }: Report): boolean =>
    provenance.sha === sha && provenance.mergeSha === first.provenance.mergeSha;
  return others.every(isSame) ? describeCommits(first, sha) : null;
}

/** Of several arms the baseline, and how many stood beside it. */
function describeArms({ arm, others }: Lookup): Prose {
  if (others.length === 0) return describeTarget(arm);
  return say`baseline: ${describeTarget(arm)}, and ${count(others.length, 'other arm')}, measured side by side in every round`;
}

/** "Seldon Core 1.19.0 on Python 3.12.3 (target `process`)" */
export function describeTarget(arm: Arm): Prose {
  const python = arm.python === undefined ? [] : say` on Python ${foreign(arm.python.version)}`;
  const version = arm.seldonVersion === undefined ? [] : say` ${foreign(arm.seldonVersion)}`;
  return [...whoAnswers(arm), ...(arm.isSeldon === false ? [] : [...version, ...python]), ...targetOf(arm)];
}

/** "Seldon Core (target `process`)" */
export function describeKind(arm: Arm): Prose {
  return [...whoAnswers(arm), ...targetOf(arm)];
}

function whoAnswers({ isSeldon }: Arm): Prose {
  if (isSeldon === false) return say`no Seldon, the embedded reference server`;
  return isSeldon === true ? say`Seldon Core` : say`a server of which nobody said whether it is Seldon`;
}

function targetOf({ target }: Arm): Prose {
  return say` (target ${code(target as string as Plain)})`;
}

/** By the run's median standard error; of the arms, where there are several. Null without comparisons. */
function smallestVisible({ report, comparisons, between, others }: Lookup): Plain | null {
  const errors = (others.length > 0 ? between : comparisons).flatMap(({ spread, rounds }) =>
    spread === null || rounds < 2 ? [] : [spread / Math.sqrt(rounds)],
  );
  return errors.length === 0 ? null : percent(Math.expm1(detectableDifference(median(errors), report.alpha)));
}
