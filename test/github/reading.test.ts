import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { createClient } from '../../src/github/client.ts';
import { downloadReport } from '../../src/github/download.ts';
import { findEarlierRun } from '../../src/github/earlier-run.ts';
import { findArtifacts } from '../../src/github/find-artifacts.ts';
import { findPullOfRun } from '../../src/github/find-pull.ts';
import { nameComment, readOccasion } from '../../src/github/occasion.ts';
import { PATHS } from '../helpers/github/faults.ts';
import { occasionOf } from '../helpers/github/job.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';
import { shaOf } from '../helpers/github/state.ts';
import { writeZip } from '../helpers/github/zip.ts';

function clientOf(github: GitHub, token = github.token) {
  return createClient(token, new AbortController().signal, github.apiUrl);
}

/** Nothing is cancelled. */
const never = new AbortController().signal;
const fork = { id: 99, fullName: 'mallory/models', fork: true };

test('an occasion knows its pull request only where the event is about one', async () => {
  await using github = await startGitHub();
  const pull = github.addPull();
  const own = await occasionOf(github, 'pull_request');
  assert.deepEqual(own.pull, { number: pull.number, headSha: pull.head.sha, isFork: false });
  assert.deepEqual([own.branch, own.workflowPath], [pull.base.ref, '.github/workflows/bench.yml']);
  assert.notEqual(own.sha, pull.head.sha, 'the merge commit is checked out');
  pull.head.repo = fork;
  assert.equal((await occasionOf(github, 'pull_request')).pull?.isFork, true);
  for (const kind of ['push', 'schedule', 'merge_group', 'workflow_dispatch'] as const) {
    const { event, pull: none, endedRun } = await occasionOf(github, kind);
    assert.deepEqual([event, none, endedRun], [kind, null, null]);
  }
  const run = github.addRunOfPull(pull);
  const after = await occasionOf(github, 'workflow_run', { ended: run.id });
  assert.deepEqual(after.endedRun, {
    id: String(run.id),
    attempt: '1',
    event: 'pull_request',
    workflowPath: '.github/workflows/bench.yml',
    headSha: pull.head.sha,
    headBranch: pull.head.ref,
    headRepository: { id: 99, owner: 'mallory' },
    isFork: true,
  });
});

test('a merge queue belongs to the branch that it merges into', async () => {
  await using github = await startGitHub();
  github.addPull();
  assert.equal((await occasionOf(github, 'merge_group')).branch, 'main');
});

test('a payload that is no JSON, or says something else, leaves an occasion without a pull request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'event-'));
  const path = join(folder, 'event.json');
  const env = { GITHUB_REPOSITORY: 'octo/models', GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path };
  for (const text of ['', '{', '[]', '{"pull_request": {"number": "1; rm -rf"}}', '{"pull_request": null}']) {
    await writeFile(path, text);
    assert.equal(readOccasion(env).pull, null, text);
  }
  await rm(folder, { recursive: true });
  assert.equal(readOccasion(env).pull, null);
  assert.throws(() => readOccasion({ ...env, GITHUB_REPOSITORY: '../../etc' }), /owner\/name/);
});

test('comments are named by workflow, job and report, not by branch', async () => {
  await using github = await startGitHub();
  github.addPull();
  const occasion = await occasionOf(github, 'pull_request');
  const name = nameComment(occasion, 'default');
  assert.match(name, /^[0-9a-f]{16}$/);
  assert.equal(nameComment({ ...occasion, branch: 'other', runId: '1' }, 'default'), name);
  const others = [
    nameComment(occasion, 'other'),
    nameComment({ ...occasion, job: 'other' }, 'default'),
    nameComment({ ...occasion, workflowPath: '.github/workflows/other.yml' }, 'default'),
  ];
  assert.equal(new Set([name, ...others]).size, 4);
});

test("a fork's pull request is found from its run, and only the one of that very repository and branch", async () => {
  await using github = await startGitHub();
  const pull = github.addPull();
  pull.head.repo = fork;
  const run = github.addRunOfPull(pull);
  const occasion = await occasionOf(github, 'workflow_run', { ended: run.id });
  assert.deepEqual(await findPullOfRun(clientOf(github), occasion), { number: pull.number, baseRef: 'main' });
  pull.head.sha = shaOf('pushed meanwhile');
  assert.equal((await findPullOfRun(clientOf(github), occasion))?.number, pull.number);
  const other = github.addPull({ base: { sha: shaOf('base'), ref: 'next' } });
  Object.assign(other.head, { ref: pull.head.ref, repo: fork, sha: shaOf('of the other') });
  assert.equal(await findPullOfRun(clientOf(github), occasion), null, 'which of the two nobody can tell');
  other.state = 'closed';
  pull.head.repo = { ...fork, id: 100 };
  assert.equal(await findPullOfRun(clientOf(github), occasion), null, 'a repository of the same name, made anew');
  pull.head.repo = fork;
  pull.state = 'closed';
  assert.equal(await findPullOfRun(clientOf(github), occasion), null);
  assert.deepEqual(github.violations, []);
});

test("a report is read from a run's artifact without showing the token to the storage", async () => {
  await using github = await startGitHub();
  github.addPull();
  const run = github.addRun();
  github.addArtifact({ run: run.id, name: 'seldon-bench-a', files: { 'report.json': 'old' } });
  github.addArtifact({ run: run.id, name: 'seldon-bench-b', files: { 'report.json': 'b', 'results.csv': 'x' } });
  github.addArtifact({ run: run.id, name: 'seldon-bench-a', files: { 'report.json': 'new' } });
  github.addArtifact({ run: run.id, name: 'seldon-bench-a.html', files: {} });
  github.addArtifact({ run: run.id, name: 'seldon-bench-a-diagnosis', files: {} });
  github.addArtifact({ run: run.id, name: 'seldon-bench-c', files: {}, expired: true });
  github.addArtifact({ run: run.id, name: 'something-else', files: {} });
  const occasion = await occasionOf(github, 'push');
  const found = await findArtifacts(clientOf(github), occasion, String(run.id));
  assert.deepEqual(
    found.map(({ reportId }) => reportId),
    ['a', 'b'],
  );
  const texts = await Promise.all(found.map((artifact) => downloadReport(clientOf(github), occasion, artifact, never)));
  assert.deepEqual(texts, ['new', 'b']);
  const toStorage = github.requests.filter(({ path }) => path.startsWith('/storage/'));
  assert.deepEqual(
    toStorage.map(({ token }) => token),
    [null, null],
  );
  assert.equal((await findArtifacts(clientOf(github), occasion, String(run.id), 'b')).length, 1);
  assert.deepEqual(github.violations, []);
});

const bomb = Buffer.alloc(40 * 1024 * 1024);

for (const [what, artifact, told] of [
  ['no archive', { bytes: Buffer.from('<html>') }, /central directory/i],
  [
    'an archive without a report',
    { files: { 'other.json': '{}' } },
    /expected report\.json in the artifact, found none/,
  ],
  ['a report in a folder above', { files: { '../report.json': '{}' } }, /relative path|invalid/i],
  ['an archive that is said to be too large', { size: 65 * 1024 * 1024, files: {} }, /at most 67108864 bytes/],
  [
    'a report that unpacks to more than it may',
    { files: { 'report.json': bomb.toString('latin1') } },
    /at most 33554432 bytes/,
  ],
] as const) {
  test(`refused as a report: ${what}`, async () => {
    await using github = await startGitHub();
    github.addPull();
    const run = github.addRun();
    github.addArtifact({ run: run.id, name: 'seldon-bench-a', ...artifact });
    const occasion = await occasionOf(github, 'push');
    const [found] = await findArtifacts(clientOf(github), occasion, String(run.id));
    assert.ok(found);
    await assert.rejects(downloadReport(clientOf(github), occasion, found, never), told);
  });
}

for (const said of [10, 20_000_000]) {
  test(`a bomb of 40 MB that says it has ${said} bytes is not unpacked`, async () => {
    await using github = await startGitHub();
    github.addPull();
    const run = github.addRun();
    github.addArtifact({ run: run.id, name: 'seldon-bench-a', bytes: writeBomb(said) });
    const occasion = await occasionOf(github, 'push');
    const [found] = await findArtifacts(clientOf(github), occasion, String(run.id));
    assert.ok(found);
    await assert.rejects(downloadReport(clientOf(github), occasion, found, never), /too many bytes/i);
  });
}

/** A deflated entry whose uncompressed size is made up: the local header's, and the central directory's. */
function writeBomb(said: number): Buffer {
  const zip = writeZip({ 'report.json': deflateRawSync(bomb) });
  for (const common of [4, zip.indexOf('PK\x01\x02') + 6]) {
    zip.writeUInt16LE(8, common + 4);
    zip.writeUInt32LE(said, common + 18);
  }
  return zip;
}

test('a download that stalls ends with the job, not with a time-out of its own', async () => {
  await using github = await startGitHub();
  github.addPull();
  const run = github.addRun();
  github.addArtifact({ run: run.id, name: 'seldon-bench-a', files: { 'report.json': '{}' } });
  const occasion = await occasionOf(github, 'push');
  const [found] = await findArtifacts(clientOf(github), occasion, String(run.id));
  assert.ok(found);
  const stall = github.fail({ path: PATHS.storage, answer: 'stall' });
  const job = new AbortController();
  const download = downloadReport(clientOf(github), occasion, found, job.signal);
  await stall.firstHit;
  job.abort(new Error('cancelled'));
  await assert.rejects(download, /cancelled/);
});

test('all artifacts of a large run are found, over several pages', async () => {
  await using github = await startGitHub();
  github.addPull();
  const run = github.addRun();
  for (let i = 0; i < 130; i++) github.addArtifact({ run: run.id, name: `seldon-bench-leg${i}`, files: {} });
  const found = await findArtifacts(clientOf(github), await occasionOf(github, 'push'), String(run.id));
  assert.equal(found.length, 130);
});

test('an earlier run is the newest that succeeded on the base branch itself, not on a fork branch of that name', async () => {
  await using github = await startGitHub();
  const pull = github.addPull();
  const good = github.addRun({ headSha: shaOf('good') });
  github.addArtifact({ run: good.id, name: 'seldon-bench-default', files: { 'report.json': 'good' } });
  const failed = github.addRun({ conclusion: 'failure' });
  github.addArtifact({ run: failed.id, name: 'seldon-bench-default', files: { 'report.json': 'failed' } });
  // A fork's branch of the name, and the run of a pull request that asks for this one to be merged elsewhere.
  for (const other of [{ headRepository: fork }, { event: 'pull_request' }]) {
    const forged = github.addRun({ ...other, headBranch: 'main' });
    github.addArtifact({ run: forged.id, name: 'seldon-bench-default', files: { 'report.json': 'forged' } });
  }
  const other = github.addRun({ headBranch: 'other' });
  github.addArtifact({ run: other.id, name: 'seldon-bench-default', files: { 'report.json': 'other' } });
  github.addRun({ headSha: shaOf('without artifacts') });
  const occasion = await occasionOf(github, 'pull_request', { pull: pull.number });
  assert.deepEqual(await findEarlierRun(clientOf(github), occasion, 'default', never), {
    status: 'found',
    branch: 'main',
    runId: String(good.id),
    sha: shaOf('good'),
    json: 'good',
  });
  const none = await findEarlierRun(clientOf(github), occasion, 'other-report', never);
  assert.deepEqual([none.status, none.branch], ['none', 'main']);
  assert.deepEqual(github.violations, []);
});

test('without a run, a permission or an answer the reason is told', async () => {
  await using github = await startGitHub({ private: true });
  github.addPull();
  const occasion = await occasionOf(github, 'pull_request');
  const first = await findEarlierRun(clientOf(github), occasion, 'default', never);
  assert.ok(first.status === 'none' && /no run of this workflow succeeded/.test(first.why));
  const token = github.addToken({
    permissions: { contents: 'read', issues: 'write', pullRequests: 'write', actions: 'none' },
  });
  const refused = await findEarlierRun(clientOf(github, token), occasion, 'default', never);
  assert.ok(refused.status === 'unreadable' && /actions: read/.test(refused.why), JSON.stringify(refused));
  github.fail({ path: PATHS.workflowRuns, answer: { status: 418 }, times: Number.POSITIVE_INFINITY });
  const broken = await findEarlierRun(clientOf(github), { ...occasion }, 'default', never);
  assert.equal(broken.status, 'unreadable');
  assert.equal(
    (await findEarlierRun(clientOf(github), { ...occasion, branch: null }, 'default', never)).status,
    'none',
  );
});
