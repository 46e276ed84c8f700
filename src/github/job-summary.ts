import * as core from '@actions/core';

/** Adds to the job's summary, where the runner offers one. Never rejects: that must not fail a job. */
export async function writeJobSummary(text: string): Promise<void> {
  if (!process.env.GITHUB_STEP_SUMMARY) return;
  try {
    await core.summary.addRaw(text, true).write();
  } catch (error) {
    core.info(`the job summary could not be written: ${error instanceof Error ? error.message : error}`);
  }
}
