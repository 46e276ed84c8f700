import * as core from '@actions/core';

/** The runner drops a step's whole summary beyond 1 MiB without failing the step. */
const MAX_BYTES = 1024 * 1024;

/**
 * Adds to the job's summary. Returns false where the text is too long or the runner offers no summary; that must never
 * fail a job.
 */
export async function writeJobSummary(text: string): Promise<boolean> {
  if (Buffer.byteLength(text) > MAX_BYTES || !process.env.GITHUB_STEP_SUMMARY) return false;
  try {
    await core.summary.addRaw(text, true).write();
    return true;
  } catch (error) {
    core.info(`the job summary could not be written: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}
