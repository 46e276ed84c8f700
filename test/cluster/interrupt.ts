import assert from 'node:assert/strict';
import { listDescendants, listSurvivors } from '../helpers/descendants.ts';
import type { Running } from '../helpers/run-tool.ts';
import type { ClusterJob } from './job.ts';
import { listLeftOvers } from './left-overs.ts';

/**
 * Cancels a job as the runner does, and asserts that the step ends as cancelled and leaves nothing: no process, and
 * nothing of what it had on its record. `kubeconfig` is that of a cluster that stays.
 */
export async function interrupt(job: ClusterJob, running: Running, kubeconfig: string | null = null): Promise<void> {
  const family = await listDescendants(running.child.pid as number);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130, stdout);
  assert.equal((await job.readOutputs()).outcome, 'aborted');
  assert.deepEqual(await listSurvivors(family), []);
  assert.deepEqual(await listLeftOvers(job, kubeconfig), []);
  assert.equal((await job.readSaved('created')).at(-1), '[]', 'the post step has nothing to do');
}
