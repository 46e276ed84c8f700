import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { UserError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import { benchStep } from '../../src/shell/bench-step.ts';
import { openEvidence } from '../../src/shell/evidence.ts';
import { occasionOf } from '../helpers/github/job.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';
import { makeFolder } from '../helpers/run-tool.ts';

/** With what the step ends on that event. Where it would measure it is stopped, which is told by the text. */
async function endOf(event: string, github: GitHub, folder: string): Promise<unknown> {
  const inputs: Record<string, string> = { target: 'reference', out: folder };
  const config = parseConfig((name) => inputs[name] ?? '', 'action');
  const occasion = { ...(await occasionOf(github, 'workflow_dispatch')), event };
  const evidence = await openEvidence(folder);
  const signal = AbortSignal.abort(new Error('stopped by the test'));
  const host = { log: silentLog, signal, recordCreated: () => () => {}, ...evidence.host };
  return benchStep(config, occasion, host, evidence, () => {}).then(
    () => 'measured',
    (error: unknown) => error,
  );
}

test('nothing is measured on events that anybody may start and that do not say whose code it is', async () => {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  for (const event of ['issue_comment', 'issues', 'discussion', 'discussion_comment']) {
    const error = await endOf(event, github, folder.path);
    assert.ok(error instanceof UserError, event);
    assert.match(error.message, new RegExp(`whose code is measured, found ${event}: .*workflow_dispatch`));
  }
  for (const event of ['workflow_dispatch', 'push', 'schedule', 'merge_group', 'pull_request']) {
    assert.match(String(await endOf(event, github, folder.path)), /stopped by the test/, event);
  }
});
