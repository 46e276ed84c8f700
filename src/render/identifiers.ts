import type { Report } from '../report.ts';
import { type Plain, plain } from './prose.ts';

/** Commits, runs and artifacts: foreign texts that are written unescaped, or linked to, where they have the right form. */

const SHA = /^[0-9a-f]{7,64}$/;

/** The commit that was measured, where it is written as one. */
export function commitOf({ provenance }: Pick<Report, 'provenance'>): Plain | null {
  return readCommit(provenance.sha);
}

/** Null for a text that names no commit. */
export function readCommit(text: string | null | undefined): Plain | null {
  return matchOrNull(text, SHA);
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

function matchOrNull(text: string | null | undefined, form: RegExp): Plain | null {
  return text != null && form.test(text) ? (text as Plain) : null;
}
