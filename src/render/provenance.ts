import type { Arm, Report } from '../report.ts';
import { studentQuantile } from '../stats/student-t.ts';
import { count, duration, percent, percentExact } from './format.ts';
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
      : say` Smallest difference that the median ${lookup.others.length > 0 ? plain`comparison of arms` : plain`pair`} could show with 80% power: ${visible}.`),
  ];
}

/** The commit, and on a pull request the merge into its base where that is what was checked out. */
function describeCommits({ provenance }: Report, sha: Plain): Prose {
  const merged = matchOrNull(provenance.mergeSha, SHA);
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

/**
 * The effect that a comparison of the run's median spread would show with 80 % power at the report's level:
 * exp((z + .84) s / sqrt R) - 1, where z is 1.96 at 5 %. Of the arms, where there are several. Null without comparisons.
 */
function smallestVisible({ report, comparisons, between, others }: Lookup): Plain | null {
  const errors = (others.length > 0 ? between : comparisons)
    .flatMap(({ spread, rounds }) => (spread === null || rounds < 2 ? [] : [spread / Math.sqrt(rounds)]))
    .sort((x, y) => x - y);
  const middle = errors.length >> 1;
  const upper = errors[middle];
  if (upper === undefined) return null;
  const lower = errors.length % 2 === 1 ? upper : (errors[middle - 1] ?? upper);
  // Student's t with a million degrees of freedom is as good as normal.
  const z = studentQuantile(1 - report.alpha / 2, 1e6);
  return percent(Math.expm1(((z + 0.84) * (lower + upper)) / 2));
}

const SHA = /^[0-9a-f]{7,64}$/;

/** The commit that was measured, where it is written as one. */
export function commitOf({ provenance }: Pick<Report, 'provenance'>): Plain | null {
  return matchOrNull(provenance.sha, SHA);
}

/** Null for a text that names no commit. */
export function readCommit(text: string | null): Plain | null {
  return matchOrNull(text ?? undefined, SHA);
}

/** As people write it. */
export function shortSha(sha: Plain): Plain {
  return sha.slice(0, 7) as Plain;
}

/** The run's page, where the address has the form of one. */
export function runUrlOf({ provenance }: Report): Plain | null {
  return matchOrNull(provenance.runUrl, RUN_URL);
}

const RUN =
  '^https?://[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?/[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}/actions/runs/[0-9]{1,20}';
const RUN_URL = new RegExp(`${RUN}(?:/attempts/[0-9]{1,6})?$`);
const ARTIFACT_URL = new RegExp(`${RUN}/artifacts/[0-9]{1,20}$`);

/** An artifact's page, where the address has the form of one. */
export function readArtifactUrl(url: string): Plain | null {
  return matchOrNull(url, ARTIFACT_URL);
}

export function runName(report: Report): Plain {
  const run = matchOrNull(report.provenance.runId, /^[0-9]{1,20}$/);
  const attempt = matchOrNull(report.provenance.runAttempt, /^[0-9]{1,6}$/);
  return attempt === null || run === null ? plain`run` : plain`run ${run}, attempt ${attempt}`;
}

function matchOrNull(text: string | undefined, form: RegExp): Plain | null {
  return text !== undefined && form.test(text) ? (text as Plain) : null;
}
