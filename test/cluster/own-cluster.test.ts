import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readMarker } from '../../src/comment-marker.ts';
import { environmentOf, eventOf } from '../helpers/github/events.ts';
import { startGitHub } from '../helpers/github/server.ts';
import { buildReadyBase } from '../helpers/model-image.ts';
import { makeFolder, readReport } from '../helpers/run-tool.ts';
import { crdFile, missesKind } from '../target/kubernetes/test-cluster.ts';
import { interrupt } from './interrupt.ts';
import { type ClusterJob, createClusterJob } from './job.ts';
import { listLeftOvers, listNodes } from './left-overs.ts';
import { operateRuns } from './operate-runs.ts';
import { waitWhileRunning } from './while-running.ts';

/** The whole Action, each time in a kind cluster of its own. */

const skip = (await missesKind()) ?? false;
const LIMIT = { timeout: 900_000 };

const INPUTS = { target: 'kind', 'node-image': process.env.KIND_NODE_IMAGE ?? '', operator: crdFile };
const SMALL = { rounds: '6', block: '20ms', batches: '1,50' };
/** An image that is there, and without a model in it: nothing is built, and it is in the node in seconds. */
const GIVEN = { image: process.env.SELDON_BENCH_BASE_IMAGE ?? '', methods: 'predict' };

test('a pull request gets what was measured in a cluster, and nothing is left but the report', {
  skip,
  ...LIMIT,
}, async (t) => {
  const base = await buildReadyBase(t);
  if (base === null) return;
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const run = github.addRunOfPull(pull);
  await using job = await createClusterJob(folder.path, {
    env: { ...environmentOf(github, 'pull_request', { run: run.id }), SELDON_BENCH_BASE_IMAGE: base },
    event: eventOf('pull_request', github),
    token: github.token,
  });
  await using _operators = operateRuns(job.temp);
  const { code, stdout } = await (await job.main({ ...INPUTS, ...SMALL })).ended;
  assert.equal(code, 0, stdout);

  const report = await readReport(join(folder.path, 'bench-results'));
  assert.deepEqual(
    report.cells.filter(({ state }) => state !== 'measured').map(({ id, reason }) => [id, reason]),
    [],
  );
  assert.equal(report.cells.length, 24);
  assert.equal(report.config.target, 'kind');
  const [arm] = report.arms;
  assert.deepEqual([arm?.target, arm?.isSeldon, arm?.seldonVersion], ['kind', true, '1.19.0']);
  assert.equal(arm?.network, 'node-address');
  assert.match(arm?.image?.reference ?? '', /^seldon-bench\/model:[0-9a-f]{16}$/);
  const outputs = await job.readOutputs();
  assert.deepEqual([outputs['comment-status'], outputs['artifact-status']], ['created', 'uploaded']);
  const [comment] = github.commentsOf(pull.number);
  assert.equal(readMarker(comment?.body ?? '')?.run, String(run.id));
  assert.equal(comment?.body, await readFile(join(folder.path, 'bench-results', 'comment.md'), 'utf8'));
  const summary = await job.readSummary();
  assert.match(summary, /a port of the cluster node's own address/);
  assert.deepEqual(github.violations, []);

  const kinds = (await job.readEverCreated()).map(({ kind }) => kind);
  for (const kind of ['kind-cluster', 'image', 'folder'] as const) assert.ok(kinds.includes(kind), kind);
  assert.deepEqual(await listLeftOvers(job), []);
  assert.equal((await job.readSaved('created')).at(-1), '[]', 'the post step has nothing to do');
  const post = await job.post();
  assert.equal(post.code, 0, post.stdout);
  assert.doesNotMatch(post.stdout, /taken back/);
});

test('a run that is killed leaves a cluster, an image and folders, and the post step takes them back, once and again', {
  skip,
  ...LIMIT,
}, async (t) => {
  const base = await buildReadyBase(t);
  if (base === null) return;
  await using folder = await makeFolder();
  await using job = await createClusterJob(folder.path, { env: { SELDON_BENCH_BASE_IMAGE: base } });
  const running = await job.main({ ...INPUTS, ...SMALL });
  // The cluster is up by then, and the image is built.
  await running.until(/loading image/);
  running.child.kill('SIGKILL');
  assert.equal((await running.ended).signal, 'SIGKILL');
  const name = await findCluster(job);
  assert.notDeepEqual(await listNodes(name ?? ''), []);

  for (let i = 0; i < 2; i++) {
    const post = await job.post();
    assert.equal(post.code, 0, post.stdout);
    for (const kind of ['kind-cluster', 'image', 'folder'])
      assert.match(post.stdout, new RegExp(`taken back: ${kind}`));
    assert.doesNotMatch(post.stdout, /::(warning|error)/);
  }
  assert.deepEqual(await listLeftOvers(job), []);
});

test('SIGINT while the cluster is made leaves nothing', { skip, ...LIMIT }, async () => {
  await using folder = await makeFolder();
  await using job = await createClusterJob(folder.path);
  const running = await job.main({ ...INPUTS, ...GIVEN, ...SMALL });
  // There is something to take back, and kind is at work on it.
  await waitWhileRunning(running, async () => {
    const name = await findCluster(job);
    return name !== null && (await listNodes(name)).length > 0 ? name : null;
  });
  await interrupt(job, running);
});

test('SIGINT while the image is loaded leaves nothing', { skip, ...LIMIT }, async () => {
  await using folder = await makeFolder();
  await using job = await createClusterJob(folder.path);
  const running = await job.main({ ...INPUTS, ...GIVEN, ...SMALL });
  await running.until(/loading image/);
  await interrupt(job, running);
});

/** The cluster that the job has on its record; null while there is none. */
async function findCluster(job: ClusterJob): Promise<string | null> {
  const made = (await job.readEverCreated()).find((thing) => thing.kind === 'kind-cluster');
  return made?.name ?? null;
}
