import assert from 'node:assert/strict';
import type { Created } from '../../src/target/target.ts';
import { listDescendants, listSurvivors } from '../helpers/descendants.ts';
import type { Running } from '../helpers/run-tool.ts';
import type { ClusterJob } from './job.ts';
import { listLeftOvers, look } from './left-overs.ts';

/** Cancels a job as the runner does, and asserts that the step ends as cancelled and leaves nothing: no process either. */
export async function interrupt(job: ClusterJob, running: Running): Promise<void> {
  const family = await listDescendants(running.child.pid as number);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130, stdout);
  assert.equal((await job.readOutputs()).outcome, 'aborted');
  assert.deepEqual(await listSurvivors(family), []);
  assert.deepEqual(await listLeftOvers(job), []);
  assert.equal((await job.readSaved('created')).at(-1), '[]', 'the post step has nothing to do');
}

/**
 * Kills a job, and asserts that it leaves something of each of the `kinds`, and that the post step takes all of it back.
 * A second post step does no harm.
 */
export async function killAndTakeBack(
  job: ClusterJob,
  running: Running,
  kinds: readonly Created['kind'][],
): Promise<void> {
  running.child.kill('SIGKILL');
  assert.equal((await running.ended).signal, 'SIGKILL');
  const left = (await look(job)).join('\n');
  for (const kind of kinds) assert.ok(left.includes(`{"kind":"${kind}"`), `${kind} in:\n${left}`);
  for (const time of ['once', 'again']) {
    const post = await job.post();
    assert.equal(post.code, 0, post.stdout);
    assert.doesNotMatch(post.stdout, /::error/);
    assert.deepEqual(await listLeftOvers(job), [], post.stdout);
    // The key to a cluster that stays may have gone with the run's folder: nobody can look into it any more.
    if (time === 'again' && kinds.includes('namespace')) continue;
    for (const kind of kinds) assert.match(post.stdout, new RegExp(`taken back: ${kind}`));
    assert.doesNotMatch(post.stdout, /::warning/);
  }
}
