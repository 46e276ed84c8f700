import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../src/errors.ts';
import type { Client } from '../../src/github/client.ts';
import { writeComment } from '../../src/github/comment.ts';
import { readRecord } from '../../src/github/created.ts';
import { nameComment, type Occasion, readOccasion } from '../../src/github/occasion.ts';
import { describeEndedRun, describeOwnRun } from '../../src/github/provenance.ts';
import { readRefusal } from '../../src/github/refusal.ts';
import { provenance } from '../../src/report/circumstances.ts';
import { parseReport } from '../../src/report.ts';
import { findPlace } from '../../src/shell/find-place.ts';
import { gatherReports } from '../../src/shell/gather-reports.ts';
import type { Outlet } from '../../src/shell/outlet.ts';
import { recall } from '../../src/shell/recall.ts';
import { damage, damages } from '../helpers/damage.ts';
import { writeZip } from '../helpers/github/zip.ts';
import { sampleReport } from '../helpers/sample-report.ts';
import { listPlaces, spoil, spoilings } from './spoil.ts';

const SHA = 'a'.repeat(40);
const REPOSITORY = { id: 1, full_name: 'octo/models', owner: { login: 'octo' } };
const EVENT = {
  pull_request: {
    number: 7,
    head: { sha: SHA, ref: 'change', repo: REPOSITORY },
    base: { ref: 'main', repo: REPOSITORY },
  },
  workflow_run: {
    ...{ id: 5, run_attempt: 2, event: 'pull_request', path: '.github/workflows/a.yml@main', head_sha: SHA },
    ...{ head_branch: 'change', head_repository: REPOSITORY, repository: REPOSITORY },
  },
  merge_group: { base_ref: 'refs/heads/main' },
};
const ENV = {
  ...{ GITHUB_REPOSITORY: 'octo/models', GITHUB_EVENT_NAME: 'workflow_run', GITHUB_SHA: SHA, GITHUB_RUN_ID: '9' },
  ...{ GITHUB_RUN_ATTEMPT: '1', GITHUB_JOB: 'bench', GITHUB_REF: 'refs/heads/main' },
  GITHUB_WORKFLOW_REF: 'octo/models/.github/workflows/bench.yml@refs/heads/main',
};

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'seldon-bench-fuzz-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Whatever was read, it has the forms that names and addresses are made of. */
function checkOccasion(occasion: Occasion): void {
  for (const sha of [occasion.sha, occasion.pull?.headSha, occasion.endedRun?.headSha]) {
    if (sha != null) assert.match(sha, /^[0-9a-f]{40}$/);
  }
  for (const id of [occasion.runId, occasion.endedRun?.id])
    if (id != null) assert.match(id, /^[1-9][0-9]*$|^[0-9]{1,20}$/);
  assert.ok(occasion.pull === null || (Number.isInteger(occasion.pull.number) && occasion.pull.number > 0));
  assert.match(nameComment(occasion, 'default'), /^[0-9a-f]{16}$/);
  assert.equal(provenance.safeParse(describeOwnRun(occasion, {})).error, undefined);
  if (occasion.endedRun === null) return;
  assert.equal(provenance.safeParse(describeEndedRun(occasion, occasion.pull?.number ?? null)).error, undefined);
}

test("an event's payload is read or passed over, whatever is in it", async (t) => {
  const path = join(await createFolder(t), 'event.json');
  const places = listPlaces(EVENT);
  const whole = Buffer.from(JSON.stringify(EVENT));
  const payloads = fc.oneof(
    spoilings.map((list) => JSON.stringify(spoil(EVENT, places, list))),
    damages.map((list) => damage(whole, list)),
    fc.json(),
  );
  await fc.assert(
    fc.asyncProperty(payloads, async (payload) => {
      await writeFile(path, payload);
      checkOccasion(readOccasion({ ...ENV, GITHUB_EVENT_PATH: path }));
    }),
    { numRuns: 300, seed: 301 },
  );
  for (const payload of ['['.repeat(500_000), `{"pull_request":${'{"head":'.repeat(100_000)}`]) {
    await writeFile(path, payload);
    assert.equal(readOccasion({ ...ENV, GITHUB_EVENT_PATH: path }).pull, null);
  }
});

test('an event of more than 32 MiB, or one that is no file, tells nothing', async (t) => {
  const folder = await createFolder(t);
  const path = join(folder, 'event.json');
  const json = JSON.stringify({ pull_request: EVENT.pull_request });
  await writeFile(path, json + ' '.repeat(32 * 1024 * 1024 - json.length));
  assert.equal(readOccasion({ ...ENV, GITHUB_EVENT_PATH: path }).pull?.number, 7);
  await writeFile(path, json + ' '.repeat(32 * 1024 * 1024 - json.length + 1));
  for (const given of [path, folder, join(folder, 'none')]) {
    assert.equal(readOccasion({ ...ENV, GITHUB_EVENT_PATH: given }).pull, null);
  }
});

test("the runner's variables are read or passed over", () => {
  const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('', '../..', 'a/b', `${SHA}\n`));
  fc.assert(
    fc.property(fc.record({ name: fc.constantFrom(...Object.keys(ENV)), text: texts }), ({ name, text }) => {
      try {
        checkOccasion(readOccasion({ ...ENV, [name]: text }));
      } catch (error) {
        assert.equal((error as Error).message, 'expected GITHUB_REPOSITORY as owner/name');
        assert.equal(name, 'GITHUB_REPOSITORY');
      }
    }),
    { numRuns: 200, seed: 303 },
  );
});

test('the record of what was made is read or empty', () => {
  const record = [
    { kind: 'process-group', pid: 1, startTime: '1' },
    { kind: 'namespace', name: 'n', kubeconfig: '/k', context: 'c', label: 'a=b' },
  ];
  const places = listPlaces(record);
  const { STATE_created: before } = process.env;
  try {
    fc.assert(
      fc.property(
        fc.oneof(
          spoilings.map((list) => JSON.stringify(spoil(record, places, list))),
          fc.json(),
        ),
        (text) => {
          process.env.STATE_created = text;
          const kinds = readRecord().map(({ kind }) => kind);
          assert.ok(kinds.every((kind) => ['process-group', 'namespace'].includes(kind)));
        },
      ),
      { numRuns: 400, seed: 305 },
    );
  } finally {
    if (before === undefined) delete process.env.STATE_created;
    else process.env.STATE_created = before;
  }
});

const comment = { id: 3, node_id: 'N', body: 'text', html_url: 'https://x', user: { type: 'Bot' } };
/** What GitHub answers, by the method that is called. */
const GITHUB = {
  listWorkflowRunArtifacts: {
    data: { artifacts: [{ id: 1, name: 'seldon-bench-default', size_in_bytes: 100, expired: false }] },
  },
  downloadArtifact: { status: 302, headers: { location: '' } },
  listWorkflowRuns: {
    data: {
      workflow_runs: [{ id: 4, event: 'push', head_sha: SHA, head_repository: { id: 1 }, repository: { id: 1 } }],
    },
  },
  list: { data: [{ number: 7, base: { ref: 'main' }, head: { repo: { id: 1 }, ref: 'change', sha: SHA } }] },
  get: { data: { head: { sha: SHA }, locked: false, state: 'open' } },
  listComments: { data: [comment] },
  getComment: { data: comment },
  updateComment: { data: comment },
  createComment: { data: comment },
  deleteComment: {},
};

/** A client that is answered so; nothing of it waits or retries. */
function clientOf(github: unknown): Client {
  const method = (name: string) => async () => (github as Record<string, unknown>)[name];
  const part = new Proxy({}, { get: (_, name) => method(String(name)) });
  return { rest: { actions: part, pulls: part, issues: part }, graphql: method('graphql') } as unknown as Client;
}

function outletOf(client: Client): Outlet {
  const log = { stage() {}, info() {}, warn() {}, foreign() {}, progress() {} };
  const ended = {
    id: '5',
    attempt: '1',
    event: 'pull_request',
    workflowPath: null,
    headSha: SHA,
    headBranch: 'change',
  };
  const occasion = {
    ...readOccasion(ENV),
    endedRun: { ...ended, headRepository: { id: 1, owner: 'octo' }, isFork: false },
  };
  const config = { publishing: { reports: null, baseline: 'artifact' } };
  return { config, log, occasion, client, signal: new AbortController().signal } as unknown as Outlet;
}

/** Serves one file at a time. */
async function startStorage(t: TestContext) {
  const storage: { bytes: Uint8Array; url: string } = { bytes: ZIP, url: '' };
  const server = createServer((_, reply) => void reply.end(storage.bytes)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close().closeAllConnections());
  storage.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/zip`;
  return storage;
}

const REPORT = sampleReport({
  methods: ['predict'],
  encodings: ['tensor'],
  batches: [1],
  rounds: 3,
  provenance: { sha: SHA },
});
const ZIP = writeZip({ 'report.json': JSON.stringify(REPORT), 'results.csv': 'a,b' });

test('artifacts are reports, or a UserError tells what they are', async (t) => {
  const storage = await startStorage(t);
  const github = { ...GITHUB, downloadArtifact: { status: 302, headers: { location: storage.url } } };
  const outlet = outletOf(clientOf(github));
  storage.bytes = ZIP;
  const { reports } = await gatherReports(outlet, SHA);
  assert.deepEqual(reports, [parseReport(JSON.stringify(REPORT))]);
  const ends = fc.integer({ min: 1, max: 200 }).map((back) => ZIP.length - back);
  const files = fc.oneof(
    damages.map((list) => damage(ZIP, list)),
    // The directory at the end is what an archive is read by.
    fc.tuple(ends, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(([at, bytes]) => {
      const copy = Buffer.from(ZIP);
      copy.set(bytes.subarray(0, copy.length - at), at);
      return copy;
    }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(files, async (bytes) => {
      storage.bytes = bytes;
      try {
        for (const report of (await gatherReports(outlet, SHA)).reports) assert.equal(report.provenance.sha, SHA);
      } catch (error) {
        assert.ok(error instanceof UserError, (error as Error).stack);
      }
    }),
    { numRuns: 200, seed: 307 },
  );
});

test('an artifact with more than a thousand files is not looked through', async (t) => {
  const storage = await startStorage(t);
  storage.bytes = writeZip(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`${i}.txt`, ''])));
  const github = { ...GITHUB, downloadArtifact: { status: 302, headers: { location: storage.url } } };
  await assert.rejects(
    gatherReports(outletOf(clientOf(github)), SHA),
    /at most 1000 files in the artifact, found 1001/,
  );
});

test('whatever GitHub answers, reports, comments and history come to an end that can be told', async (t) => {
  const storage = await startStorage(t);
  storage.bytes = ZIP;
  const whole = { ...GITHUB, downloadArtifact: { status: 302, headers: { location: storage.url } } };
  const places = listPlaces(whole);
  const key = '0'.repeat(16);
  await fc.assert(
    fc.asyncProperty(spoilings, async (list) => {
      const client = clientOf(spoil(whole, places, list));
      const outlet = outletOf(client);
      await gatherReports(outlet, SHA).catch((error) => assert.ok(error instanceof UserError, (error as Error).stack));
      const { pull } = await findPlace(outlet);
      assert.ok(pull === null || pull !== undefined);
      const { history } = await recall(REPORT, outlet);
      assert.doesNotThrow(() => parseReport(JSON.stringify({ ...REPORT, history })));
      const request = {
        ...{ repository: { owner: 'octo', repo: 'models' }, pull: 7, create: true, write: () => 'text' },
        marker: { key, head: SHA, run: '9', attempt: '1' },
      };
      const { status, refusal } = await writeComment(client, request);
      assert.equal(typeof status, 'string');
      if (refusal !== null) assert.ok(refusal.message.length <= 500);
    }),
    { numRuns: 250, seed: 309 },
  );
});

test('anything that is thrown is a refusal of some kind', () => {
  const about = { status: 403, response: { headers: { 'retry-after': '1', 'x-accepted-github-permissions': 'a=b' } } };
  const places = listPlaces(about);
  const thrown = fc.oneof(
    fc.tuple(spoilings, fc.string()).map(([list, text]) => Object.assign(new Error(text), spoil(about, places, list))),
    fc.constantFrom(null, undefined, 0, {}, new Error('a', { cause: null })),
    fc.string({ unit: 'binary', maxLength: 2000 }),
  );
  fc.assert(
    fc.property(thrown, (error) => {
      const { kind, status, message, needs } = readRefusal(error);
      assert.match(kind, /^[a-z-]+$/);
      assert.ok(status === null || typeof status === 'number');
      assert.ok(message.length <= 500);
      assert.ok(needs === null || /^[a-z_=;, ]+$/.test(needs));
    }),
    { numRuns: 400, seed: 311 },
  );
});
