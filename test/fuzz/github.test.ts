import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../src/errors.ts';
import type { Client } from '../../src/github/client.ts';
import { writeComment } from '../../src/github/comment.ts';
import { readOccasion } from '../../src/github/occasion.ts';
import { readRefusal } from '../../src/github/refusal.ts';
import { silentLog } from '../../src/log.ts';
import { parseReport } from '../../src/report.ts';
import { findPlace } from '../../src/shell/find-place.ts';
import { gatherReports } from '../../src/shell/gather-reports.ts';
import type { Outlet } from '../../src/shell/outlet.ts';
import { recall } from '../../src/shell/recall.ts';
import { damage, damages } from '../helpers/damage.ts';
import { writeZip } from '../helpers/github/zip.ts';
import { sampleReport } from '../helpers/sample-report.ts';
import { listPlaces, spoil, spoilings } from './spoil.ts';

/** What GitHub answers, and what lies in its storage. */

const SHA = 'a'.repeat(40);
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
  const ended = {
    id: '5',
    attempt: '1',
    event: 'pull_request',
    workflowPath: null,
    headSha: SHA,
    headBranch: 'change',
  };
  const occasion = {
    ...readOccasion({ GITHUB_REPOSITORY: 'octo/models', GITHUB_REF: 'refs/heads/main', GITHUB_RUN_ID: '9' }),
    endedRun: { ...ended, headRepository: { id: 1, owner: 'octo' }, isFork: false },
  };
  const config = { publishing: { reports: null, baseline: 'artifact' } };
  return { config, log: silentLog, occasion, client, signal: new AbortController().signal } as unknown as Outlet;
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
