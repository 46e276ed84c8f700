import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { provideTestEnvironment } from '../helpers/fitting-python.ts';
import { startJob } from '../helpers/github/job.ts';
import { startGitHub } from '../helpers/github/server.ts';
import { makeFolder, projectFolder, readReport } from '../helpers/run-tool.ts';

const run = promisify(execFile);
const ACTION = /^OWNER\/seldon-bench-action@/;
const VERSION = '1.19.0';

/** Added to an example's inputs; none of them is replaced. */
const SHORT = { rounds: '6', block: '10ms' };

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** What a job of an example does in its checkout, in this order: commands, then the Action. */
async function readSteps(file: string): Promise<{ commands: readonly string[]; inputs: Record<string, string> }> {
  const { jobs } = parse(await readFile(join(projectFolder, 'examples', file), 'utf8'));
  const steps = Object.values(jobs as Record<string, { steps: readonly Step[] }>).flatMap((job) => job.steps);
  const action = steps.findIndex(({ uses }) => uses !== undefined && ACTION.test(uses));
  const commands = steps.flatMap((step) => (step.run === undefined ? [] : [step.run]));
  assert.ok(
    steps.every((step, i) => step.run === undefined || i < action),
    `${file}: a command behind the Action`,
  );
  const inputs = Object.entries(steps[action]?.with ?? {}).map(([name, value]) => [name, String(value)]);
  for (const name of Object.keys(SHORT)) assert.ok(!inputs.some(([given]) => given === name), `${file} has ${name}`);
  return { commands, inputs: Object.fromEntries(inputs) };
}

/** Takes four columns and nothing else, and as long as it is told. */
const modelOf = (seconds: number): string => `import time


class Iris:
    def predict(self, X, features_names=None):
        if X.ndim != 2 or X.shape[1] != 4:
            raise ValueError(f"expected four columns, found shape {X.shape}")
        time.sleep(${seconds})
        return X.sum(axis=1, keepdims=True)
`;

/** What checkout leaves of a pull request: its merge, of which the base is the first parent. Null: no model there. */
async function checkOut(folder: string, base: string | null, change: string): Promise<void> {
  // Nothing of the person whose machine this is.
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  const git = (...args: string[]) => run('git', [...author, ...args], { cwd: folder, env });
  const commit = async (model: string | null): Promise<void> => {
    if (model !== null) {
      await mkdir(join(folder, 'serving'), { recursive: true });
      await writeFile(join(folder, 'serving', 'Iris.py'), model);
      await git('add', 'serving');
    }
    await git('commit', '--quiet', '--allow-empty', '--message', 'test');
  };
  await git('init', '--quiet', '--initial-branch', 'main');
  await commit(base);
  await git('checkout', '--quiet', '-b', 'change');
  await commit(change);
  await git('checkout', '--quiet', '--detach', 'main');
  await git('merge', '--quiet', '--no-ff', '--message', 'test', 'change');
}

/** Runs an example's job in a folder, as the runner would, with a stand-in for GitHub. */
async function runExample(file: string, folder: string, more: Record<string, string>) {
  await using github = await startGitHub();
  const pull = github.addPull();
  const job = await startJob(github, folder, 'pull_request');
  const { commands, inputs } = await readSteps(file);
  for (const command of commands) {
    // A shell would do more with any other letter.
    assert.match(command, /^[\w ^./-]+$/);
    const [program = '', ...args] = command.split(' ');
    await run(program, args, { cwd: folder });
  }
  const { code, stdout } = await (await job.main({ ...inputs, ...more })).ended;
  return {
    ...{ code, stdout },
    comments: github.commentsOf(pull.number).map(({ body }) => body),
    outputs: await job.readOutputs(),
    artifacts: [...github.state.artifacts.values()].map(({ name }) => name),
    violations: github.violations,
  };
}

function assertPublished({ outputs, comments, artifacts, violations }: Awaited<ReturnType<typeof runExample>>): void {
  assert.equal(comments.length, 1);
  assert.equal(outputs['comment-status'], 'created');
  assert.equal(outputs['artifact-status'], 'uploaded');
  assert.deepEqual(artifacts, ['seldon-bench-default', 'seldon-bench-default.html']);
  assert.deepEqual(violations, []);
}

test('pull-request.yml as it is: the real wrapper, all 24 cells, one comment', async (t) => {
  if ((await provideTestEnvironment(t, VERSION)) === null) return;
  await using folder = await makeFolder();
  const done = await runExample('pull-request.yml', folder.path, SHORT);
  assert.equal(done.code, 0, done.stdout);
  assertPublished(done);
  const { arms, cells } = await readReport(join(folder.path, 'bench-results'));
  assert.deepEqual(
    arms.map(({ isSeldon, seldonVersion }) => [isSeldon, seldonVersion]),
    [[true, VERSION]],
  );
  assert.equal(cells.filter(({ state }) => state === 'measured').length, 24);
  assert.match(done.comments[0] ?? '', /24 cells measured/);
});

test('own-model.yml as it is: the model before and after, on the real wrapper, side by side', async (t) => {
  if ((await provideTestEnvironment(t, VERSION)) === null) return;
  await using folder = await makeFolder();
  // The change makes it faster by what no machine makes up for: the example's gate must not depend on the machine.
  await checkOut(folder.path, modelOf(0.02), modelOf(0));
  const done = await runExample('own-model.yml', folder.path, SHORT);
  assert.equal(done.code, 0, done.stdout);
  assertPublished(done);
  const { arms, cells } = await readReport(join(folder.path, 'bench-results'));
  assert.deepEqual(
    arms.map(({ id, isSeldon }) => [id, isSeldon]),
    [
      ['base', true],
      ['change', true],
    ],
  );
  assert.equal(cells.length, 8);
  for (const { id, state, reason, results } of cells) {
    assert.equal(state, 'measured', `${id}: ${reason}`);
    const base = results.base?.p50Ms.value ?? Number.NaN;
    const change = results.change?.p50Ms.value ?? Number.NaN;
    assert.ok(base > change, `${id}: each arm has its own folder, found ${base} and ${change}`);
  }
  assert.match(done.comments[0] ?? '', /change<\/code> against <code>base/);
  assert.ok(done.outputs.gate === 'passed' || done.outputs.gate === 'inconclusive', done.outputs.gate);
  assert.deepEqual(Object.keys(JSON.parse(done.outputs.arms ?? '')), ['change']);
});

test('own-model.yml in the pull request that brings the model: there is none to compare it with, and that is said', async () => {
  await using folder = await makeFolder();
  await checkOut(folder.path, null, modelOf(0));
  const { code, stdout, artifacts } = await runExample('own-model.yml', folder.path, {});
  assert.equal(code, 2, stdout);
  assert.match(stdout, /^::error::.*expected a model folder, and \S+\/base\/serving is none/m);
  assert.deepEqual(artifacts, []);
});
