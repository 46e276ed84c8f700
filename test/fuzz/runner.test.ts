import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRecord } from '../../src/github/created.ts';
import { nameComment, type Occasion, readOccasion } from '../../src/github/occasion.ts';
import { describeEndedRun, describeOwnRun } from '../../src/github/provenance.ts';
import { provenance } from '../../src/report/circumstances.ts';
import { damage, damages } from '../helpers/damage.ts';
import { makeFolder } from '../helpers/run-tool.ts';
import { listPlaces, spoil, spoilings } from './spoil.ts';

/** What a runner hands over: the event's payload, variables, and the state that the main step saved. */

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

/** Whatever was read, it has the forms that names and addresses are made of. */
function checkOccasion(occasion: Occasion): void {
  for (const sha of [occasion.sha, occasion.pull?.headSha, occasion.endedRun?.headSha]) {
    if (sha != null) assert.match(sha, /^[0-9a-f]{40}$/);
  }
  for (const id of [occasion.runId, occasion.endedRun?.id]) if (id != null) assert.match(id, /^[0-9]{1,20}$/);
  assert.ok(occasion.pull === null || (Number.isInteger(occasion.pull.number) && occasion.pull.number > 0));
  assert.match(nameComment(occasion, 'default'), /^[0-9a-f]{16}$/);
  assert.equal(provenance.safeParse(describeOwnRun(occasion, {})).error, undefined);
  if (occasion.endedRun === null) return;
  assert.equal(provenance.safeParse(describeEndedRun(occasion, occasion.pull?.number ?? null)).error, undefined);
}

test("an event's payload is read or passed over, whatever is in it", async () => {
  await using folder = await makeFolder();
  const path = join(folder.path, 'event.json');
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

test('an event of more than 32 MiB, or one that is no file, tells nothing', async () => {
  await using folder = await makeFolder();
  const path = join(folder.path, 'event.json');
  const json = JSON.stringify({ pull_request: EVENT.pull_request });
  await writeFile(path, json + ' '.repeat(32 * 1024 * 1024 - json.length));
  assert.equal(readOccasion({ ...ENV, GITHUB_EVENT_PATH: path }).pull?.number, 7);
  await writeFile(path, json + ' '.repeat(32 * 1024 * 1024 - json.length + 1));
  for (const given of [path, folder.path, join(folder.path, 'none')]) {
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
