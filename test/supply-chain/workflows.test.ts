import assert from 'node:assert/strict';
import { access, constants, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';

/** What the linters of .ci/lint do not ask of a workflow, or only in one of its forms. */
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Record<string, Job>;
}

interface Job {
  readonly permissions?: Record<string, string>;
  readonly 'timeout-minutes'?: number;
  readonly 'runs-on'?: string;
  readonly steps: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.github', 'workflows');
const files = (await readdir(folder)).sort();
const texts = new Map(
  await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const)),
);
const workflows = new Map([...texts].map(([file, text]) => [file, parse(text) as Workflow]));
const jobs = [...workflows].flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ where: `${file}: ${id}`, job })),
);
const steps = jobs.flatMap(({ where, job }) => job.steps.map((step) => ({ where, step })));

test('the workflows are those that CONTRIBUTING.md speaks of', () => {
  assert.deepEqual(files, ['ci.yml', 'cluster.yml', 'fork.yml', 'release.yml']);
});

test('a workflow grants nothing, each job what it names, and no job lasts for ever', () => {
  for (const [file, { permissions, concurrency }] of workflows) {
    assert.deepEqual(permissions, {}, file);
    assert.ok(concurrency, `expected concurrency in ${file}`);
  }
  for (const { where, job } of jobs) {
    assert.equal(typeof job.permissions, 'object', where);
    assert.ok((job['timeout-minutes'] ?? Number.POSITIVE_INFINITY) <= 90, where);
    assert.equal(job['runs-on'], 'ubuntu-24.04', where);
  }
});

test('only the release may write to the repository or sign for it, and it installs nothing', () => {
  const strong = jobs.filter(({ job }) =>
    Object.entries(job.permissions ?? {}).some(([name, level]) => level === 'write' && name !== 'pull-requests'),
  );
  assert.deepEqual(
    strong.map(({ where }) => where),
    ['release.yml: publish'],
  );
  for (const { job } of strong) assert.ok(job.steps.every(({ run = '' }) => !/\bnp[mx]\b|\bpip\b/.test(run)));
});

test('every action is named by a commit, with its version behind it, and the same one everywhere', () => {
  const known = new Map<string, string>();
  for (const [file, text] of texts) {
    for (const [, used = ''] of text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)) {
      if (used.startsWith('./ ')) continue;
      const match = /^([\w-]+\/[\w-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(used);
      assert.ok(match, `expected owner/name@commit # version in ${file}, found ${used}`);
      const [, action, version] = match as unknown as [string, string, string];
      assert.equal(known.get(action) ?? version, version, `${action} in ${file}`);
      known.set(action, version);
    }
  }
  assert.ok(known.has('actions/checkout'));
});

test('no checkout leaves its token behind', () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
  assert.ok(checkouts.length > 0);
  for (const { where, step } of checkouts) assert.equal(step.with?.['persist-credentials'], false, where);
});

test('what runs on workflow_run checks out the default branch and only reports', () => {
  const [[file, { jobs }] = assert.fail('expected a workflow on workflow_run'), ...others] = [...workflows].filter(
    ([, { on }]) => 'workflow_run' in on,
  );
  assert.deepEqual([file, others], ['fork.yml', []]);
  const [checkout, report, ...more] = Object.values(jobs).flatMap((job) => job.steps);
  // Without a ref, of this repository: what GitHub runs the workflow on, which is the default branch.
  assert.deepEqual(checkout?.with, { 'persist-credentials': false });
  assert.equal(report?.with?.mode, 'report');
  assert.deepEqual(more, []);
});

test('ci runs what decides here: .ci/run, and .ci/lint, which is a part of it', async () => {
  const runs = workflows.get('ci.yml')?.jobs;
  assert.deepEqual(
    Object.values(runs ?? {}).flatMap((job) => job.steps.flatMap(({ run }) => run ?? [])),
    ['.ci/lint', '.ci/run'],
  );
  for (const script of ['.ci/lint', '.ci/run']) await access(join(root, script), constants.X_OK);
  assert.match(await readFile(join(root, '.ci/run'), 'utf8'), /^\.ci\/lint$/m);
});

test('the Action runs on itself with inputs that it has', async () => {
  const { inputs } = parse(await readFile(join(root, 'action.yml'), 'utf8')) as { readonly inputs: object };
  const own = steps.filter(({ step }) => step.uses === './');
  assert.deepEqual(
    own.map(({ where }) => where),
    ['cluster.yml: kind', 'fork.yml: comment'],
  );
  for (const { where, step } of own) {
    const unknown = Object.keys(step.with ?? {}).filter((name) => !(name in inputs));
    assert.deepEqual(unknown, [], where);
  }
});
