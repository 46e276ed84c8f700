import { join } from 'node:path';
import { applyGate } from '../analysis/gate.ts';
import { ServerError } from '../errors.ts';
import { describeEndedRun, describeOwnRun } from '../github/provenance.ts';
import { renderFiles } from '../render/render.ts';
import type { Report } from '../report.ts';
import { findPlace } from './find-place.ts';
import { gatherReports } from './gather-reports.ts';
import type { Outlet } from './outlet.ts';
import { toJson } from './output-folder.ts';
import { publish } from './publish.ts';
import { recall } from './recall.ts';
import { createStore, type Store } from './store.ts';

/**
 * The step that publishes what other jobs or runs have measured, and measures nothing. After `workflow_run` it has a
 * token that the measuring run had not. Everything in the report is then what its author's code wrote; where it belongs
 * and whether it keeps the limits is said anew. Calls `onPublished` once the reports are before their readers; what
 * could not be written to the disk is thrown after that.
 */
export async function reportStep(outlet: Outlet, onPublished: () => void): Promise<readonly Report[]> {
  const { occasion, config, log } = outlet;
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
  const place = await findPlace(outlet);
  log.stage('summarise');
  const settle = (report: Report): Report => judgeAnew(report, outlet, place.pull);
  const reports: [Report, ...Report[]] = [settle(first), ...others.map(settle)];
  if (reports.length > 1 && config.publishing.baseline !== 'none') {
    log.warn('input baseline is for one report; of several, each measuring job can show its own earlier runs');
  } else if (occasion !== null) {
    reports[0] = await recall(reports[0], { ...outlet, occasion: { ...occasion, branch: place.branch } });
  }
  log.stage('render');
  const store = createStore(config.out);
  await writeReports(reports, store);
  log.stage('publish');
  await publish(reports, place.pull, outlet, gathered.links, [], store);
  store.writeOutputs({ 'artifact-status': 'off', 'history-status': reports[0].history?.status ?? 'off' });
  onPublished();
  store.settle();
  return reports;
}

/** One report's files lie in the folder itself, of several each has a folder of its own. */
async function writeReports(reports: readonly Report[], store: Store): Promise<void> {
  for (const [i, report] of reports.entries()) {
    const own = reports.length === 1 ? '' : `${i + 1}-${report.id}`;
    const files = { 'report.json': toJson(report), ...(await renderFiles(report)) };
    await store.writeFiles(Object.fromEntries(Object.entries(files).map(([name, text]) => [join(own, name), text])));
  }
}

/** Reports of this very run are as much to be believed as this job is; only limits are held anew, where there are any. */
function judgeAnew(report: Report, { config, occasion }: Outlet, pull: number | null): Report {
  if (occasion === null) return report;
  if (occasion.endedRun === null) {
    const own =
      report.provenance.sha === undefined ? { ...report, provenance: describeOwnRun(occasion, process.env) } : report;
    return config.gate.length > 0 ? applyGate(own, config.gate) : own;
  }
  const own = { ...report, provenance: describeEndedRun(occasion, pull), history: null };
  return applyGate(own, config.gate);
}
