import { recallHistory } from '../analysis/history.ts';
import { explain } from '../errors.ts';
import { findEarlierRun } from '../github/earlier-run.ts';
import { type History, parseReport, type Report } from '../report.ts';
import { type Outlet, within } from './outlet.ts';

/** The report with what earlier runs on its base branch measured, where somebody asked for it. Never rejects. */
export async function recall(report: Report, outlet: Outlet): Promise<Report> {
  const { config, client, occasion, signal } = outlet;
  if (config.publishing.baseline === 'none' || signal.aborted) return { ...report, history: null };
  if (client === null || occasion === null) {
    const why = 'the input github-token is empty, or the runner does not say where it runs';
    return { ...report, history: { status: 'unreadable', branch: null, why } };
  }
  try {
    const found = await within('history', outlet, findEarlierRun(client, occasion, report.id, signal));
    if (found.status !== 'found') return { ...report, history: found };
    return { ...report, history: compare(report, found) };
  } catch (error) {
    return { ...report, history: { status: 'unreadable', branch: occasion.branch, why: explain(error).slice(0, 500) } };
  }
}

function compare(report: Report, found: { branch: string; runId: string; sha: string; json: string }): History {
  let earlier: Report;
  try {
    earlier = parseReport(found.json);
  } catch (error) {
    const why = `the report of run ${found.runId} there cannot be read: ${explain(error)}`;
    return { status: 'unreadable', branch: found.branch, why: why.slice(0, 500) };
  }
  return recallHistory(report, { ...found, report: earlier });
}
