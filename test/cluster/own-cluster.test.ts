import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readMarker } from '../../src/comment-marker.ts';
import { listDescendants } from '../helpers/descendants.ts';
import { buildImage } from '../helpers/docker.ts';
import { environmentOf, eventOf } from '../helpers/github/events.ts';
import { startGitHub } from '../helpers/github/server.ts';
import { buildReadyBase } from '../helpers/model-image.ts';
import { makeFolder, readReport } from '../helpers/run-tool.ts';
import { crdFile, missesHelm, missesKind } from '../target/kubernetes/test-cluster.ts';
import { interrupt, killAndTakeBack } from './interrupt.ts';
import { type ClusterJob, createClusterJob } from './job.ts';
import { listLeftOvers, listNodes } from './left-overs.ts';
import { operateRuns } from './operate-runs.ts';
import { waitWhileRunning } from './while-running.ts';

/** The whole Action, each time in a kind cluster of its own. */

const skip = (await missesKind()) ?? false;
const LIMIT = { timeout: 900_000 };

const INPUTS = { target: 'kind', operator: crdFile };
const SMALL = { rounds: '6', block: '20ms', batches: '1,50' };
/** An image that is there, and without a model in it: nothing is built, and it is in the node in seconds. */
const GIVEN = { image: process.env.SELDON_BENCH_BASE_IMAGE ?? '', methods: 'predict' };

test('a pull request gets what was measured in a cluster, and nothing is left but the report', {
  skip,
  ...LIMIT,
}, async (t) => {
  const base = await buildReadyBase(t);
  if (base === null) return;
  const node = await buildNodeImage(t);
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const run = github.addRunOfPull(pull);
  const surroundings = { kind: null, images: [base, node] };
  await using job = await createClusterJob(folder.path, surroundings, {
    env: { ...environmentOf(github, 'pull_request', { run: run.id }), SELDON_BENCH_BASE_IMAGE: base },
    event: eventOf('pull_request', github),
    token: github.token,
  });
  await using _operators = operateRuns(job.temp);
  const { code, stdout } = await (await job.main({ ...INPUTS, ...SMALL, 'node-image': node })).ended;
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
  const node = await buildNodeImage(t);
  await using folder = await makeFolder();
  const surroundings = { kind: null, images: [base, node] };
  await using job = await createClusterJob(folder.path, surroundings, { env: { SELDON_BENCH_BASE_IMAGE: base } });
  const running = await job.main({ ...INPUTS, ...SMALL, 'node-image': node });
  // The cluster is up by then, and the image is built.
  await running.until(/loading into the node/);
  await killAndTakeBack(job, running, ['kind-cluster', 'image', 'folder']);
});

test('SIGINT while the cluster is made leaves nothing', { skip, ...LIMIT }, async (t) => {
  const node = await buildNodeImage(t);
  await using folder = await makeFolder();
  await using job = await createClusterJob(folder.path, { kind: null, images: [node] });
  const running = await job.main({ ...INPUTS, ...GIVEN, ...SMALL, 'node-image': node });
  // There is something to take back, and kind is at work on it.
  await waitWhileRunning(running, async () => {
    const name = await findCluster(job);
    return name !== null && (await listNodes(name)).length > 0 ? name : null;
  });
  await interrupt(job, running);
});

test('SIGINT while the image is loaded leaves nothing', { skip, ...LIMIT }, async (t) => {
  const node = await buildNodeImage(t);
  await using folder = await makeFolder();
  await using job = await createClusterJob(folder.path, { kind: null, images: [node] });
  const running = await job.main({ ...INPUTS, ...GIVEN, ...SMALL, 'node-image': node });
  await running.until(/loading into the node/);
  await interrupt(job, running);
});

test('SIGINT while helm installs leaves nothing', { skip: skip || (await missesHelm()), ...LIMIT }, async (t) => {
  const node = await buildNodeImage(t);
  await using folder = await makeFolder();
  const chart = join(folder.path, 'chart');
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: seldon-core-operator\nversion: 1.19.0\n');
  await writeFile(join(chart, 'templates', 'manager.yaml'), JSON.stringify(NEVER_READY));
  await using job = await createClusterJob(folder.path, { kind: null, images: [node] });
  const running = await job.main({ ...INPUTS, ...GIVEN, ...SMALL, 'node-image': node, operator: chart });
  await waitWhileRunning(running, async () => {
    const family = await listDescendants(running.child.pid as number);
    return family.find(({ command }) => /^helm (upgrade|install)/.test(command)) ?? null;
  });
  await interrupt(job, running);
});

/** helm waits for it. */
const NEVER_READY = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'manager' },
  spec: {
    selector: { matchLabels: { app: 'manager' } },
    template: {
      metadata: { labels: { app: 'manager' } },
      spec: { containers: [{ name: 'manager', image: 'seldon-bench-test/nothing:1', imagePullPolicy: 'Never' }] },
    },
  },
};

/** A node's image by a name of this test alone. */
function buildNodeImage(t: TestContext): Promise<string> {
  return buildImage(t, [`FROM ${process.env.KIND_NODE_IMAGE}`]);
}

/** The cluster that the job has on its record; null while there is none. */
async function findCluster(job: ClusterJob): Promise<string | null> {
  const made = (await job.readEverCreated()).find((thing) => thing.kind === 'kind-cluster');
  return made?.name ?? null;
}
