import { bench, type Result } from '../bench.ts';
import type { Config } from '../config.ts';
import { UserError } from '../errors.ts';
import type { Occasion } from '../github/occasion.ts';
import { describeOwnRun } from '../github/provenance.ts';
import { renderFiles } from '../render/render.ts';
import type { ShellHost } from '../target/target.ts';
import type { Evidence } from './evidence.ts';
import { openOutlet } from './outlet.ts';
import { toJson } from './output-folder.ts';
import { publish } from './publish.ts';
import { recall } from './recall.ts';
import { createStore } from './store.ts';
import { TITLE, type Upload, upload } from './upload.ts';
import { uploadDiagnosis } from './upload-diagnosis.ts';

/**
 * The step that measures and publishes. Calls `onPublished` once the report is before its readers; what could not be
 * written to the disk is thrown after that.
 */
export async function benchStep(
  config: Config,
  occasion: Occasion | null,
  host: ShellHost,
  evidence: Evidence,
  onPublished: () => void,
): Promise<Result> {
  refuseForeignCode(occasion);
  const provenance = occasion === null ? {} : describeOwnRun(occasion, process.env);
  return bench(config, host, provenance, async ({ report }) => {
    host.log.stage('render');
    const store = createStore(config.out);
    // What was measured is safe before anybody else is asked for anything.
    await store.writeFiles({ 'report.json': toJson(report) });
    const path = store.isWhole() ? {} : { 'report-path': '' };
    const outlet = await openOutlet({ config, occasion, log: host.log }, host.signal);
    const whole = await recall(report, outlet);
    const files = { 'report.json': toJson(whole), ...(await renderFiles(whole)) };
    await store.writeFiles(files);
    host.log.stage('publish');
    const isWritten = store.isWhole();
    const isLeftOut = !isWritten && config.publishing.artifacts;
    const uploaded = isLeftOut ? LEFT_OUT : await upload(whole, Object.keys(files), outlet);
    // A service that did not take the report would not take this either, and one warning is enough.
    const isServed = isLeftOut || uploaded.warnings.length === 0;
    const diagnosis = await uploadDiagnosis(whole.id, evidence, isServed, outlet);
    const links = [...uploaded.links, ...diagnosis.links];
    const warnings = [...uploaded.warnings, ...diagnosis.warnings];
    await publish([whole], occasion?.pull?.number ?? null, outlet, links, warnings, store);
    const outputs = { ...uploaded.outputs, ...diagnosis.outputs };
    store.writeOutputs({ ...outputs, ...path, 'history-status': whole.history?.status ?? 'off' });
    onPublished();
    store.settle();
  });
}

/** What lies in the folder then is not whole, or an older report. */
const LEFT_OUT: Upload = {
  links: [],
  outputs: { 'artifact-status': 'failed' },
  warnings: [{ title: TITLE, message: 'the report was not uploaded: its files could not be written' }],
};

/**
 * Started by what anybody may write, with the workflow of the default branch, a token that can write, and secrets. Their
 * payloads do not say whose code the job has checked out.
 */
const STARTED_BY_ANYBODY: ReadonlySet<string> = new Set([
  'issue_comment',
  'issues',
  'discussion',
  'discussion_comment',
]);

/**
 * On these events a job has a token that can write, and secrets; the model, its packages and its payloads come from the
 * branch. Somebody else's branch must not be run with that, and where the payload does not prove whose it is, it is
 * somebody else's.
 */
function refuseForeignCode(occasion: Occasion | null): void {
  const event = occasion?.event ?? process.env.GITHUB_EVENT_NAME ?? '';
  if (STARTED_BY_ANYBODY.has(event)) {
    throw new UserError(
      `expected an event that says whose code is measured, found ${event}: anybody may start it, and the job may have a token that writes, and secrets. ` +
        'Measure on pull_request, or on workflow_dispatch, which only those start who may write to the repository',
    );
  }
  const isOwn =
    event === 'pull_request_target'
      ? occasion?.pull?.isFork === false
      : event === 'workflow_run'
        ? occasion?.endedRun?.isFork === false
        : true;
  if (isOwn) return;
  throw new UserError(
    `expected event pull_request for a pull request from a fork, found ${event}: measuring would run a stranger's code with this job's permissions. ` +
      'Measure on pull_request, and let a second workflow on workflow_run write the comment with mode: report',
  );
}
