import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ArtifactResult, ArtifactStep } from '../helpers/github/artifact-client.ts';
import { connect, repoOf } from '../helpers/github/connect.ts';
import { environmentOf } from '../helpers/github/events.ts';
import { PATHS } from '../helpers/github/faults.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';
import { start } from '../helpers/run-tool.ts';

const SCRIPT = join(import.meta.dirname, '..', 'helpers', 'github', 'artifact-client.ts');

interface Job {
  readonly github: GitHub;
  readonly run: number;
  readonly folder: string;
  take(...steps: ArtifactStep[]): Promise<ArtifactResult[]>;
  write(name: string, content: string | Buffer): Promise<string>;
}

async function withJob(
  use: (job: Job) => Promise<void>,
  { changes = {}, enterprise = false }: { changes?: NodeJS.ProcessEnv; enterprise?: boolean } = {},
): Promise<void> {
  await using github = await startGitHub({ enterprise });
  const folder = await mkdtemp(join(tmpdir(), 'loopback-'));
  const env = { ...environmentOf(github, 'push'), GITHUB_WORKSPACE: folder, ...changes };
  try {
    await use({
      github,
      run: [...github.state.runs.keys()][0] ?? 0,
      folder,
      async take(...steps) {
        const { stdout, stderr } = await start({ script: SCRIPT, args: [JSON.stringify(steps)], env }).ended;
        const results = [...stdout.matchAll(/^RESULT (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
        assert.equal(results.length, steps.length, stdout + stderr);
        return results;
      },
      async write(name, content) {
        await writeFile(join(folder, name), content);
        return join(folder, name);
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a file is uploaded as it is, with its type, and a ZIP file beside it; both appear in the run', () =>
  withJob(async ({ github, run, take, write }) => {
    const html = await write('report.html', '<!doctype html>');
    const [raw, zipped, listed] = await take(
      { do: 'upload', name: 'ignored', file: html, raw: true },
      { do: 'upload', name: 'everything', file: html },
      { do: 'list' },
    );
    assert.deepEqual(github.violations, []);
    assert.deepEqual(listed?.names, ['report.html', 'everything']);
    const { rest } = connect(github);
    const { data } = await rest.actions.listWorkflowRunArtifacts({ ...repoOf(github.state.repository), run_id: run });
    assert.deepEqual(
      data.artifacts.map(({ id, name }) => [id, name]),
      [
        [zipped?.id, 'everything'],
        [raw?.id, 'report.html'],
      ],
    );
    const stored = github.state.artifacts.get(raw?.id ?? 0);
    assert.equal(stored?.bytes.toString(), '<!doctype html>');
    assert.equal(stored?.mimeType, 'text/html');
    assert.equal(stored?.digest, `sha256:${raw?.digest}`);
    const archive = github.state.artifacts.get(zipped?.id ?? 0);
    assert.equal(archive?.mimeType, 'application/zip');
    assert.equal(archive?.bytes.toString('latin1', 0, 4), 'PK\x03\x04');
    assert.deepEqual(github.violations, []);
  }));

test('a name is taken once in a run, over its attempts, and free again when the artifact is deleted', () =>
  withJob(async ({ github, run, take, write }) => {
    const file = await write('report.json', '{}');
    const upload = { do: 'upload', name: 'data', file } as const;
    const [first] = await take(upload);
    const runOf = github.state.runs.get(run);
    if (runOf) runOf.attempt = 2;
    const [second, deleted, third] = await take(upload, { do: 'delete', name: 'data' }, upload);
    assert.match(second?.error ?? '', /\(409\) Conflict: an artifact with this name already exists/);
    assert.equal(deleted?.id, first?.id);
    assert.equal(third?.error, undefined);
    assert.deepEqual([...github.state.artifacts.keys()], [third?.id]);
    const other = github.addRun();
    github.addArtifact({ run: other.id, name: 'theirs' });
    const [missing] = await take({ do: 'delete', name: 'theirs' });
    assert.match(missing?.error ?? '', /Artifact not found/);
    assert.deepEqual(github.violations, []);
  }));

test('an upload of several blocks is put together, and comes back as it was', () =>
  withJob(async ({ github, folder, take, write }) => {
    const content = randomBytes(9 * 1024 * 1024);
    const file = await write('big.bin', content);
    const [uploaded] = await take({ do: 'upload', name: '', file, raw: true });
    assert.deepEqual(github.violations, []);
    assert.ok(github.requests.filter(({ query }) => query.comp === 'block').length > 1);
    assert.equal(uploaded?.digest, createHash('sha256').update(content).digest('hex'));
    const [back] = await take({ do: 'download', id: uploaded?.id ?? 0, into: join(folder, 'back') });
    assert.equal(back?.error, undefined);
    assert.ok((await readFile(join(folder, 'back', 'big.bin'))).equals(content));
    assert.deepEqual(github.violations, []);
  }));

test('the artifact service fails at each of its steps as it is told to', () =>
  withJob(async ({ github, take, write }) => {
    const file = await write('report.json', '{}');
    const down = github.fail({ path: PATHS.createArtifact, answer: 'reset' });
    github.fail({ path: PATHS.storage, skip: 1, answer: { status: 403 } });
    const finalize = github.fail({
      path: PATHS.finalizeArtifact,
      answer: { status: 400, body: { code: 'malformed' } },
    });
    const [reset, storage, finalized] = await take(
      { do: 'upload', name: 'a', file },
      { do: 'upload', name: 'b', file },
      { do: 'upload', name: 'c', file },
    );
    assert.match(reset?.error ?? '', /ECONNRESET/);
    assert.equal(down.hits, 1);
    assert.notEqual(storage?.error, undefined);
    assert.match(finalized?.error ?? '', /FinalizeArtifact.*\(400\)/);
    assert.equal(finalize.hits, 1);
    assert.equal(github.state.artifacts.size, 0);
  }));

test('a runtime token of another run is refused', async () => {
  await using other = await startGitHub();
  await withJob(
    async ({ github, take, write }) => {
      const file = await write('report.json', '{}');
      const [refused] = await take({ do: 'upload', name: 'a', file });
      assert.match(refused?.error ?? '', /\(401\)/);
      assert.equal(github.state.artifacts.size, 0);
    },
    { changes: { ACTIONS_RUNTIME_TOKEN: other.runtimeToken(1) } },
  );
});

test('on a server of a company the toolkit does not even ask', () =>
  withJob(
    async ({ github, take, write }) => {
      const file = await write('report.json', '{}');
      const [refused] = await take({ do: 'upload', name: 'a', file });
      assert.match(refused?.error ?? '', /GHES/);
      assert.deepEqual(github.requests, []);
    },
    { enterprise: true },
  ));
