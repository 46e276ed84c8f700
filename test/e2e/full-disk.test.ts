import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { toJson } from '../../src/shell/output-folder.ts';
import { environmentOf, eventOf } from '../helpers/github/events.ts';
import { startGitHub } from '../helpers/github/server.ts';
import { makeFolder, projectFolder } from '../helpers/run-tool.ts';
import { createRunner } from '../helpers/runner.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const SMALL = { target: 'reference', rounds: '6', block: '5ms', batches: '1', encodings: 'tensor', methods: 'predict' };

/** The Action where something stands in the way of its files, which not even root can write over. */
async function runWith(
  prepare: (workspace: string, out: string) => Promise<void>,
  more: Record<string, string> = {},
  inputs: Record<string, string> = SMALL,
) {
  await using github = await startGitHub();
  await using folder = await makeFolder();
  const pull = github.addPull();
  const out = join(folder.path, 'bench-results');
  const job = await createRunner(join(projectFolder, 'src', 'main.ts'), folder.path, {
    env: environmentOf(github, 'pull_request'),
    event: eventOf('pull_request', github),
    token: github.token,
  });
  await prepare(folder.path, out);
  const { code, stdout } = await (await job.main({ ...inputs, ...more })).ended;
  return {
    ...{ code, stdout },
    errors: stdout.split('\n').filter((line) => line.startsWith('::error')),
    warnings: stdout.split('\n').filter((line) => /^::warning.*title=Report artifacts/.test(line)),
    comments: github.commentsOf(pull.number).map(({ body }) => body),
    summary: await job.readSummary(),
    outputs: await job.readOutputs().catch(() => ({}) as Record<string, string>),
    artifacts: github.state.artifacts.size,
    older: await readFile(join(out, 'comment.md'), 'utf8').catch(() => null),
  };
}

// The first file, one of those made from it, and one of the pages, which are written last of all.
for (const file of ['report.json', 'report.html', 'summary.md']) {
  test(`where ${file} cannot be written, what was measured is published, and the step fails with the reason`, async () => {
    const done = await runWith(async (_workspace, out) => {
      await mkdir(join(out, file), { recursive: true });
      await writeFile(join(out, file, 'something'), '');
      await writeFile(join(out, 'comment.md'), 'older');
    });
    assert.equal(done.code, 2, done.stdout);
    assert.equal(done.errors.length, 1, done.stdout);
    assert.ok(done.errors[0]?.includes(`expected to write `) && done.errors[0].includes(file), done.errors[0]);
    assert.equal(done.comments.length, 1);
    for (const text of [done.comments[0] ?? '', done.summary]) {
      assert.match(text, /2 cells measured/);
      assert.doesNotMatch(text, /no report/);
    }
    assert.equal(done.outputs['comment-status'], 'created');
    assert.match(done.outputs.outcome ?? '', /^(ok|untrustworthy)$/);
    assert.equal(Object.keys(JSON.parse(done.outputs.claims ?? '')).length, 5);
    // Where a later step would look for the file there may be an older one.
    assert.equal(done.outputs['report-path'] === '', file === 'report.json');
    const isUploaded = file === 'summary.md';
    assert.equal(done.outputs['artifact-status'], isUploaded ? 'uploaded' : 'failed');
    assert.equal(done.artifacts, isUploaded ? 2 : 0);
    assert.equal(done.warnings.length, isUploaded ? 0 : 1, done.stdout);
    if (!isUploaded) assert.match(done.warnings[0] ?? '', /not uploaded: its files could not be written/);
    if (!isUploaded) assert.equal(done.older, 'older', 'old and new files are not mixed');
  });
}

test('where the outputs cannot be written either, the comment stays what was measured; without artifacts nothing is said of them', async () => {
  const prepare = async (workspace: string, out: string): Promise<void> => {
    await mkdir(join(out, 'report.json', 'something'), { recursive: true });
    await rm(join(workspace, '_github_output'));
    await mkdir(join(workspace, '_github_output'));
  };
  const done = await runWith(prepare, { artifacts: 'false' });
  assert.equal(done.code, 2, done.stdout);
  assert.match(done.errors.join('\n'), /^::error::expected to write .*report\.json[^\n]*$/);
  assert.deepEqual(done.warnings, []);
  assert.equal(done.comments.length, 1);
  assert.match(done.comments[0] ?? '', /2 cells measured/);
});

test('what others measured is published, too, where no file of it can be written', async () => {
  const done = await runWith(
    async (workspace, out) => {
      await writeFile(join(workspace, 'measured.json'), toJson(sampleReport()));
      await mkdir(join(out, 'report.json'), { recursive: true });
      await writeFile(join(out, 'report.json', 'something'), '');
    },
    {},
    { mode: 'report', reports: 'measured.json' },
  );
  assert.equal(done.code, 2, done.stdout);
  assert.ok(done.errors[0]?.includes('expected to write '), done.stdout);
  assert.match(done.comments[0] ?? '', /24 cells measured/);
  assert.doesNotMatch(done.summary, /no report/);
});
