import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listDescendants, listSurvivors } from '../helpers/descendants.ts';
import { makeFolder, projectFolder, readReport } from '../helpers/run-tool.ts';
import { createRunner, installAction } from '../helpers/runner.ts';

const SMALL = { target: 'reference', rounds: '6', block: '5ms', batches: '1,50' };

test('the bundled Action measures, writes its outputs and the job summary, and the post step finds nothing left', async () => {
  await using folder = await makeFolder();
  const runner = await createRunner(await installAction(folder.path), folder.path);
  const { code, stdout } = await (await runner.main(SMALL)).ended;
  assert.equal(code, 0, stdout);
  for (const stage of ['provision', 'verify', 'calibrate', 'measure', 'summarise', 'render']) {
    assert.match(stdout, new RegExp(`^::group::${stage}$`, 'm'));
  }
  assert.equal(stdout.match(/^::group::/gm)?.length, stdout.match(/^::endgroup::/gm)?.length);

  const outputs = await runner.readOutputs();
  const report = await readReport(join(folder.path, 'bench-results'));
  assert.equal(outputs['report-path'], join(folder.path, 'bench-results', 'report.json'));
  assert.equal(outputs.outcome, report.outcome);
  assert.equal(Object.keys(JSON.parse(outputs.claims ?? '')).length, 5);
  assert.equal(report.provenance.repository, 'octo/models');
  assert.equal(report.provenance.runUrl, 'https://github.com/octo/models/actions/runs/4711');

  const summary = await runner.readSummary();
  assert.match(summary, /not Seldon/);
  assert.match(summary, /<details>/);
  const post = await runner.post();
  assert.equal(post.code, 0, post.stdout);
});

test('wrong inputs fail the step with one readable sentence that lists them all', async () => {
  await using folder = await makeFolder();
  const runner = await createRunner(await installAction(folder.path), folder.path);
  const { code, stdout } = await (await runner.main({ target: 'auto', rounds: 'many', client: 'curl' })).ended;
  assert.equal(code, 2);
  const annotations = stdout.split('\n').filter((line) => line.startsWith('::error::'));
  assert.equal(annotations.length, 1);
  assert.match(annotations[0] ?? '', /3 things are wrong.*input rounds.*input client.*input target/);
  assert.ok(!(await readdir(folder.path)).includes('bench-results'));
  assert.equal((await runner.post()).code, 0);
});

test('strict fails the step when the numbers cannot be trusted, after everything was published', async () => {
  await using folder = await makeFolder();
  const runner = await createRunner(await installAction(folder.path), folder.path);
  const { code, stdout } = await (await runner.main({ ...SMALL, rounds: '2', strict: 'true' })).ended;
  assert.equal(code, 4, stdout);
  assert.match(stdout, /^::error::the numbers cannot be trusted/m);
  assert.equal((await runner.readOutputs()).outcome, 'untrustworthy');
});

test('a cancelled job reports what was measured before the runner loses patience', async () => {
  await using folder = await makeFolder();
  const runner = await createRunner(await installAction(folder.path), folder.path);
  const running = await runner.main({ ...SMALL, rounds: '500', block: '20ms' });
  await running.until(/round 1 of 500/);
  const family = await listDescendants(running.child.pid as number);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130, stdout);
  assert.equal((await runner.readOutputs()).outcome, 'aborted');
  assert.match(await runner.readSummary(), /<details>/);
  assert.deepEqual(await listSurvivors(family), []);
  assert.equal((await runner.post()).code, 0);
});

test('the bundle names every package that is in it, with its licence', async () => {
  const licences = await readFile(join(projectFolder, 'dist', 'licenses.txt'), 'utf8');
  for (const name of [
    '@actions/core',
    '@grpc/grpc-js',
    'handlebars',
    'markdown-table',
    'protobufjs',
    'undici',
    'zod',
  ]) {
    assert.match(licences, new RegExp(`^${name}@\\d`, 'm'), name);
  }
});
