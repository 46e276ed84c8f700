import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { listDescendants, listSurvivors } from '../helpers/descendants.ts';
import { findFittingPython } from '../helpers/fitting-python.ts';
import { makeFolder, readReport, runCli, startCli } from '../helpers/run-tool.ts';

function args(out: string, rounds: number, ...more: string[]): string[] {
  return ['--target', 'process', '--rounds', `${rounds}`, '--block', '10ms', '--out', out, ...more];
}

test('the real wrapper 1.19.0 is measured over the whole matrix', async (t) => {
  if ((await findFittingPython(t, '1.19.0')) === null) return;
  await using folder = await makeFolder();
  const { code, stdout, stderr } = await runCli(args(folder.path, 6));
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  assert.deepEqual(
    report.cells.filter(({ state }) => state !== 'measured').map(({ id, reason }) => [id, reason]),
    [],
  );
  assert.equal(report.cells.length, 24);
  const arm = report.arms[0];
  assert.equal(arm?.isSeldon, true);
  assert.equal(arm?.seldonVersion, '1.19.0');
  assert.match(arm?.python?.version ?? '', /^3\.12\./);
  assert.equal(arm?.python?.packages['seldon-core'], '1.19.0');
  assert.equal(arm?.connection, 'close');
  assert.equal(arm?.settings.GUNICORN_WORKERS, '1');
  // The canonical bytes of the notebook's large payload went out.
  const large = report.cells.find(({ id }) => id === 'predict.rest.ndarray.100000.c1');
  assert.equal(large?.request.bytes, 688915);
  assert.match(large?.request.sha256 ?? '', /^7e45d5e223d09767/);
  assert.match(stdout, /1\.19\.0/);
});

test('the real wrapper 1.17.1 is measured', async (t) => {
  if ((await findFittingPython(t, '1.17.1')) === null) return;
  await using folder = await makeFolder();
  const { code, stderr } = await runCli(args(folder.path, 6, '--seldon-version', '1.17.1', '--batches', '1'));
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  assert.equal(report.arms[0]?.seldonVersion, '1.17.1');
  assert.deepEqual(new Set(report.cells.map(({ state }) => state)), new Set(['measured']));
});

test('a wrapper that dies while it is measured leaves a partial report, exit code 3 and no process', async (t) => {
  if ((await findFittingPython(t, '1.19.0')) === null) return;
  await using folder = await makeFolder();
  const running = startCli(args(folder.path, 500, '--batches', '1'));
  await running.until(/round 1 of 500/);
  const family = await listDescendants(running.child.pid as number);
  // The wrapper forks a family of its own name; its main process is the guard's child.
  const guards = new Set(family.filter(({ command }) => command.includes('guard.py')).map(({ pid }) => pid));
  const wrapper = family.find(({ command, parent }) => command.includes('FixedPredictRaw') && guards.has(parent));
  assert.ok(wrapper, 'the wrapper is a descendant of the tool');
  process.kill(wrapper.pid, 'SIGKILL');
  const { code, stderr } = await running.ended;
  assert.equal(code, 3, stderr);
  const report = await readReport(folder.path);
  assert.equal(report.outcome, 'infra-error');
  assert.ok(report.roundsDone >= 1 && report.roundsDone < 500);
  assert.deepEqual(await listSurvivors(family), []);
});

for (const stage of ['provision', 'measure']) {
  test(`SIGTERM in the stage ${stage} ends the wrappers' whole family`, async (t) => {
    if ((await findFittingPython(t, '1.19.0')) === null) return;
    await using folder = await makeFolder();
    const running = startCli(args(folder.path, 500, '--batches', '1'));
    await running.until(new RegExp(`^${stage}$`, 'm'));
    // In the first stage the wrappers may still be starting: wait until there is something to end.
    let family = await listDescendants(running.child.pid as number);
    while (!family.some(({ command }) => command.includes('FixedPredict'))) {
      family = await listDescendants(running.child.pid as number);
    }
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    assert.equal(code, 143, stderr);
    assert.deepEqual(await listSurvivors(family), []);
  });
}

const HIDDEN = {
  PATH: '/nonexistent',
  RUNNER_TOOL_CACHE: '/nonexistent',
  PYENV_ROOT: '/nonexistent',
  HOME: '/nonexistent',
  UV_PYTHON_INSTALL_DIR: '/nonexistent',
};

test('without a Python, target process says what to install, and exits with 3', async () => {
  await using folder = await makeFolder();
  const { code, stderr } = await runCli(args(folder.path, 6), HIDDEN);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /Python 3\.12/);
  assert.deepEqual(await readdir(folder.path), []);
});

test('without a Python, target auto measures the reference server and says so first', async () => {
  await using folder = await makeFolder();
  const { code, stdout, stderr } = await runCli(
    ['--rounds', '6', '--block', '5ms', '--batches', '1', '--out', folder.path],
    HIDDEN,
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout.split('\n')[0] ?? '', /not Seldon/i);
  const report = await readReport(folder.path);
  assert.ok(report.warnings.some((warning) => warning.code === 'fallback' && warning.wanted === 'process'));
});
