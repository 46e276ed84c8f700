import { applyGate } from '../analysis/gate.ts';
import { ServerError } from '../errors.ts';
import { findPullOfRun } from '../github/find-pull.ts';
import { writeOutputs } from '../github/outputs.ts';
import { describeEndedRun } from '../github/provenance.ts';
import { readRefusal } from '../github/refusal.ts';
import type { Report } from '../report.ts';
import { gatherReports } from './gather-reports.ts';
import type { Outlet } from './outlet.ts';
import { publish } from './publish.ts';
import { recall } from './recall.ts';

/**
 * The step that publishes what other jobs or runs have measured, and measures nothing. After `workflow_run` it has a
 * token that the measuring run had not, so that it believes nothing of a report but its numbers: where they belong and
 * whether they keep the limits is said anew.
 */
export async function reportStep(outlet: Outlet): Promise<readonly Report[]> {
  const { occasion, client, log } = outlet;
  const ended = occasion?.endedRun ?? null;
  const commit = ended?.headSha ?? occasion?.pull?.headSha ?? occasion?.sha ?? null;
  log.stage('provision');
  const gathered = await gatherReports(outlet, commit);
  const [first, ...others] = gathered.reports;
  if (first === undefined) {
    throw new ServerError(
      `expected artifacts with reports (seldon-bench-...) in run ${ended?.id ?? occasion?.runId ?? 'unknown'}, found none: did the measuring job fail, or have artifacts: false?`,
    );
  }
  let pull = occasion?.pull?.number ?? null;
  let base = occasion?.branch ?? null;
  if (ended !== null && occasion !== null && client !== null) {
    const found = await findPullOfRun(client, occasion).catch((error: unknown) => {
      log.warn(`the pull request of run ${ended.id} could not be looked for: ${readRefusal(error).message}`);
      return null;
    });
    pull = found?.number ?? null;
    base = found?.baseRef ?? null;
  }
  log.stage('summarise');
  const trusted = (report: Report): Report => trust(report, outlet, pull);
  const reports: [Report, ...Report[]] = [trusted(first), ...others.map(trusted)];
  if (reports.length === 1 && occasion !== null) {
    reports[0] = await recall(reports[0], { ...outlet, occasion: { ...occasion, branch: base } });
  }
  log.stage('publish');
  await publish(reports, pull, outlet, gathered.links, []);
  writeOutputs({ 'artifact-status': 'off', 'history-status': reports[0].history?.status ?? 'off' });
  return reports;
}

/** Reports of this very run are as much to be believed as this job is. */
function trust(report: Report, { config, occasion }: Outlet, pull: number | null): Report {
  const isForeign = occasion !== null && occasion.endedRun !== null;
  if (!isForeign) return config.gate.length > 0 ? applyGate(report, config.gate) : report;
  const own = { ...report, provenance: describeEndedRun(occasion, pull), history: null };
  return applyGate(own, config.gate);
}
