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
        ...(sha === null ? [] : [say`${code(sha.slice(0, 7) as Plain)}`]),
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

/** The commit, where it is written as one. */
function commitOf({ provenance }: Report): Plain | null {
  return matchOrNull(provenance.sha, /^[0-9a-f]{7,64}$/);
}

/** The first line of a comment of ours: machine fields, in which no foreign text can stand. */
export function markerFields(report: Report): Plain {
  const head = commitOf(report) ?? plain`-`;
  const run = matchOrNull(report.provenance.runId, /^[0-9]{1,20}$/) ?? plain`-`;
  const attempt = matchOrNull(report.provenance.runAttempt, /^[0-9]{1,6}$/) ?? plain`-`;
  return plain`key=default head=${head} run=${run} attempt=${attempt}`;
}

/** The run's page, where the address has the form of one. */
export function runUrlOf({ provenance }: Report): Plain | null {
  return matchOrNull(
    provenance.runUrl,
    /^https?:\/\/[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?\/[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}\/actions\/runs\/[0-9]{1,20}(?:\/attempts\/[0-9]{1,6})?$/,
  );
}

export function runName(report: Report): Plain {
  const run = matchOrNull(report.provenance.runId, /^[0-9]{1,20}$/);
  const attempt = matchOrNull(report.provenance.runAttempt, /^[0-9]{1,6}$/);
  return attempt === null || run === null ? plain`run` : plain`run ${run}, attempt ${attempt}`;
}

function matchOrNull(text: string | undefined, form: RegExp): Plain | null {
  return text !== undefined && form.test(text) ? (text as Plain) : null;
}
