import * as core from '@actions/core';

/** The runner drops a step's whole summary beyond 1 MiB without failing the step. */
const MAX_BYTES = 900 * 1024;

/**
 * Writes the first of `texts` that fits: the fullest comes first. Returns false where none fits or the runner offers
 * no summary; that must never fail a job.
 */
export async function writeJobSummary(texts: readonly string[]): Promise<boolean> {
  const text = texts.find((candidate) => Buffer.byteLength(candidate) <= MAX_BYTES);
  if (text === undefined || !process.env.GITHUB_STEP_SUMMARY) return false;
  try {
    await core.summary.addRaw(text, true).write();
    return true;
  } catch (error) {
    core.info(`the job summary could not be written: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}
