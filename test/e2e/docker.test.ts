import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildImage, docker, findBaseImage } from '../helpers/docker.ts';
import { buildReadyBase, provideModelImage } from '../helpers/model-image.ts';
import { makeFolder, readReport, runCli, startCli } from '../helpers/run-tool.ts';

function args(out: string, ...more: string[]): string[] {
  const rounds = more.includes('--rounds') ? [] : ['--rounds', '6'];
  return ['--target', 'docker', ...rounds, '--block', '10ms', '--out', out, ...more];
}

async function listImages(): Promise<readonly string[]> {
  const text = await docker('images', '--format', '{{.Repository}}:{{.Tag}}', 'seldon-bench/model');
  return text.split('\n').filter((line) => line !== '');
}

/** Names of the containers of an image, running or not. */
async function listContainers(image: string): Promise<readonly string[]> {
  const text = await docker('ps', '--all', '--filter', `ancestor=${image}`, '--format', '{{.Names}}');
  return text.split('\n').filter((name) => name.startsWith('seldon-bench-'));
}

test('the real wrapper is measured in containers over the whole matrix', async (t) => {
  const image = await provideModelImage(t);
  if (image === null) return;
  await using folder = await makeFolder();
  const { code, stdout, stderr } = await runCli(args(folder.path, '--batches', '1,1000'));
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  assert.deepEqual(
    report.cells.filter(({ state }) => state !== 'measured').map(({ id, reason }) => [id, reason]),
    [],
  );
  assert.equal(report.cells.length, 24);
  assert.equal(report.config.target, 'docker');
  const arm = report.arms[0];
  assert.equal(arm?.isSeldon, true);
  assert.equal(arm?.seldonVersion, '1.19.0');
  assert.equal(arm?.network, 'loopback-port');
  assert.equal(arm?.image?.reference, image);
  assert.match(arm?.image?.id ?? '', /^sha256:[0-9a-f]{64}$/);
  assert.ok((arm?.image?.bytes ?? 0) > 1e8);
  assert.equal(arm?.image?.tensorflow, 'tensorflow-cpu');
  assert.equal(arm?.python?.packages['seldon-core'], '1.19.0');
  assert.match(stdout, /target docker/);
  const summary = await readFile(join(folder.path, 'summary.md'), 'utf8');
  assert.match(summary, /\| network path \| a port of 127\.0\.0\.1/);
  assert.deepEqual(await listContainers(image), []);
});

test('arms share an image, and a given image is measured as what it is', async (t) => {
  const image = await provideModelImage(t);
  if (image === null) return;
  await using folder = await makeFolder();
  const compare = `ours=,given=image=${image}+GUNICORN_THREADS=2`;
  const narrow = ['--methods', 'predict', '--batches', '1', '--encodings', 'tensor'];
  const { code, stderr } = await runCli(args(folder.path, ...narrow, '--compare', compare));
  assert.equal(code, 0, stderr);
  const { arms, cells } = await readReport(folder.path);
  assert.deepEqual(new Set(cells.map(({ state }) => state)), new Set(['measured']));
  const [ours, given] = arms;
  assert.equal(given?.image?.id, ours?.image?.id);
  assert.equal(given?.image?.tensorflow, 'unknown');
  assert.equal(given?.seldonVersion, '1.19.0');
  assert.equal(given?.settings.GUNICORN_THREADS, '2');
});

test('an image that was built goes with the run, and one that was there stays', async (t) => {
  const base = await buildReadyBase(t);
  if (base === null) return;
  await using folder = await makeFolder();
  const narrow = ['--methods', 'predict', '--batches', '1', '--transports', 'rest', '--encodings', 'tensor'];
  const run = async (...more: string[]): Promise<string> => {
    const { code, stderr } = await runCli(args(folder.path, ...narrow, ...more), { SELDON_BENCH_BASE_IMAGE: base });
    assert.equal(code, 0, stderr);
    return (await readReport(folder.path)).arms[0]?.image?.reference as string;
  };
  const image = await run('--keep-image');
  t.after(() => docker('image', 'rm', '--force', image));
  assert.ok((await listImages()).includes(image), 'it was to be kept');
  assert.equal(await run(), image);
  assert.ok((await listImages()).includes(image), 'it was there before');
  await docker('image', 'rm', image);
  assert.equal(await run(), image);
  assert.ok(!(await listImages()).includes(image));
});

test('a container that is killed while it is measured leaves a partial report, exit code 3 and no container', async (t) => {
  const image = await provideModelImage(t);
  if (image === null) return;
  await using folder = await makeFolder();
  const running = startCli(args(folder.path, '--batches', '1', '--rounds', '500'));
  await running.until(/round 1 of 500/);
  const [name] = await listContainers(image);
  await docker('kill', name as string);
  const { code, stderr } = await running.ended;
  assert.equal(code, 3, stderr);
  assert.match(stderr, /was ended by signal 9/);
  const report = await readReport(folder.path);
  assert.equal(report.outcome, 'infra-error');
  assert.ok(report.roundsDone >= 1 && report.roundsDone < 500);
  assert.deepEqual(await listContainers(image), []);
});

test('SIGTERM while the image is built leaves no image and no container', async (t) => {
  const base = await findBaseImage(t);
  if (base === null) return;
  await using folder = await makeFolder();
  // Another base makes it another image than the one of the tests above.
  const other = await buildImage(t, [`FROM ${base}`]);
  const running = startCli(args(folder.path), { SELDON_BENCH_BASE_IMAGE: other });
  await running.until(/building image \S+/);
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  assert.equal(code, 143, stderr);
  const image = /building image (\S+)/.exec(stderr)?.[1];
  assert.ok(image && !(await listImages()).includes(image), image);
});

for (const [stage, sign] of [
  ['while containers start', /starting 2 containers/],
  ['while it is measured', /round 1 of/],
] as const) {
  test(`SIGTERM ${stage} leaves no container`, async (t) => {
    const image = await provideModelImage(t);
    if (image === null) return;
    await using folder = await makeFolder();
    const running = startCli(args(folder.path));
    await running.until(sign);
    // The first has no containers yet when it is told: wait until there is something to take back.
    while ((await listContainers(image)).length === 0);
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    assert.equal(code, 143, stderr);
    assert.deepEqual(await listContainers(image), []);
  });
}
