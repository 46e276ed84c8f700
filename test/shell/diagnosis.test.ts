import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { environmentOf, eventOf } from '../helpers/github/events.ts';
import { PATHS } from '../helpers/github/faults.ts';
import { type GitHub, startGitHub } from '../helpers/github/server.ts';
import type { Artifact, Pull, Run } from '../helpers/github/state.ts';
import { makeFolder, start } from '../helpers/run-tool.ts';
import type { Trouble } from '../helpers/troubled-job.ts';

const SMALL = { target: 'reference', rounds: '6', block: '5ms', batches: '1,50', encodings: 'tensor' };

interface Job {
  readonly github: GitHub;
  readonly pull: Pull;
  readonly run: Run;
  /** Runs the step to its end. */
  go(trouble: Trouble, inputs?: Record<string, string>): Promise<Done>;
}

interface Done {
  readonly stdout: string;
  readonly summary: string;
  readonly outputs: ReadonlyMap<string, string>;
  /** Warnings about artifacts. */
  readonly warnings: readonly string[];
}

async function withJob(use: (job: Job) => Promise<void>): Promise<void> {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const run = github.addRunOfPull(pull);
  const file = (name: string): string => join(folder.path, name);
  const go = async (trouble: Trouble, inputs: Record<string, string> = {}): Promise<Done> => {
    const paths = { GITHUB_OUTPUT: file('output'), GITHUB_STEP_SUMMARY: file('summary'), GITHUB_STATE: file('state') };
    for (const path of Object.values(paths)) await writeFile(path, '');
    await writeFile(file('event'), JSON.stringify(eventOf('pull_request', github)));
    const asked = { ...SMALL, 'github-token': github.token, out: file('out'), ...inputs };
    const env = {
      ...environmentOf(github, 'pull_request', { run: run.id }),
      ...{ ...paths, GITHUB_EVENT_PATH: file('event'), GITHUB_WORKSPACE: folder.path, RUNNER_TEMP: folder.path },
      ...Object.fromEntries(Object.entries(asked).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    };
    const script = join(import.meta.dirname, '..', 'helpers', 'troubled-job.ts');
    const { code, stdout, stderr } = await start({ script, args: [trouble], env, cwd: folder.path }).ended;
    assert.equal(code, 0, stdout + stderr);
    const outputs = (await readFile(paths.GITHUB_OUTPUT, 'utf8')).matchAll(/^(.+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
    return {
      stdout,
      summary: await readFile(paths.GITHUB_STEP_SUMMARY, 'utf8'),
      outputs: new Map([...outputs].map((match) => [match[1] ?? '', match[3] ?? ''])),
      warnings: stdout.split('\n').filter((line) => /^::warning.*title=Report artifacts/.test(line)),
    };
  };
  await use({ github, pull, run, go });
}

function artifactsOf(github: GitHub): readonly Artifact[] {
  return [...github.state.artifacts.values()];
}

test('without a report, comment and summary lead to what the cluster told', () =>
  withJob(async ({ github, pull, run, go }) => {
    const { outputs, summary, warnings, stdout } = await go('start');
    const id = outputs.get('diagnosis-artifact-id');
    assert.deepEqual([warnings, outputs.get('outcome'), outputs.get('artifact-status')], [[], 'infra-error', 'off']);
    const [artifact, ...others] = artifactsOf(github);
    assert.ok(artifact && others.length === 0);
    assert.deepEqual([artifact.name, String(artifact.id)], ['seldon-bench-default-diagnosis', id], stdout);
    for (const name of ['README.txt', 'error.txt']) assert.ok(artifact.bytes.includes(name), name);
    const link = `[diagnosis](${github.serverUrl}/${github.state.repository.owner.login}/`;
    for (const text of [summary, github.commentsOf(pull.number)[0]?.body ?? '']) {
      assert.ok(text.includes(link) && text.includes(`/actions/runs/${run.id}/artifacts/${id})`), text);
    }
    run.attempt = 2;
    const again = await go('start');
    assert.deepEqual(again.warnings, []);
    assert.notEqual(again.outputs.get('diagnosis-artifact-id'), id);
    assert.equal(artifactsOf(github).length, 1, 'the next attempt takes its place');
    assert.deepEqual(github.violations, []);
  }));

test('beside a report it is waited for, and linked with the others', () =>
  withJob(async ({ github, pull, go }) => {
    const { outputs, warnings } = await go('lost');
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      artifactsOf(github)
        .map(({ name }) => name)
        .sort(),
      ['seldon-bench-default', 'seldon-bench-default-diagnosis', 'seldon-bench-default.html'],
    );
    const id = outputs.get('diagnosis-artifact-id');
    assert.match(
      github.commentsOf(pull.number)[0]?.body ?? '',
      new RegExp(`\\[diagnosis\\]\\(\\S+/artifacts/${id}\\)`),
    );
    assert.deepEqual(github.violations, []);
  }));

for (const trouble of ['start', 'lost'] as const) {
  test(`${trouble}: an artifact service that fails is told once, and the comment is written`, () =>
    withJob(async ({ github, pull, go }) => {
      const answer = { status: 400, body: { code: 'malformed' } };
      github.fail({ path: PATHS.createArtifact, answer, times: Number.POSITIVE_INFINITY });
      const { outputs, warnings, stdout } = await go(trouble);
      assert.equal(warnings.length, 1, stdout);
      assert.match(warnings[0] ?? '', trouble === 'start' ? /the diagnosis was not uploaded/ : /the report was not/);
      assert.equal(outputs.get('diagnosis-artifact-id'), '');
      assert.doesNotMatch(github.commentsOf(pull.number)[0]?.body ?? 'no comment', /no comment|diagnosis\]/);
      assert.match(stdout, /what the cluster tells of it is in \/.*\/out\/diagnosis/);
    }));
}

test('where no artifacts are wanted it stays in the output folder, which the log names', () =>
  withJob(async ({ github, go }) => {
    const { outputs, warnings, stdout } = await go('start', { artifacts: 'false' });
    assert.deepEqual([warnings, outputs.get('diagnosis-artifact-id'), artifactsOf(github).length], [[], '', 0]);
    assert.match(stdout, /what the cluster tells of it is in \/.*\/out\/diagnosis/);
  }));
