import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder, runCli, startCli } from '../helpers/run-tool.ts';
import { writeScript } from '../target/helpers.ts';

/** A kind that makes no cluster, but has a node whose logs it tells; and a Docker that takes its time. */
async function writePrograms(folder: string, create: readonly string[]): Promise<NodeJS.ProcessEnv> {
  await writeScript(join(folder, 'docker'), ['exec sleep 60']);
  await writeScript(join(folder, 'kind'), [
    '[ "$1 $2" = "export logs" ] && mkdir -p "$3" && echo 1 >"$3/kind-version.txt"',
    '[ "$1" = create ] || exit 0',
    ...create,
  ]);
  return { PATH: folder + delimiter + process.env.PATH, RUNNER_TEMP: folder };
}

function args(out: string): string[] {
  return ['--target', 'kind', '--operator', 'none.yaml', '--image', 'model:1', '--methods', 'predict', '--out', out];
}

test('a cluster that does not start leaves what its node tells, and the path is told after the error', async () => {
  await using folder = await makeFolder();
  const env = await writePrograms(folder.path, ['echo "ERROR: no room" >&2; exit 1']);
  const out = join(folder.path, 'out');
  for (let i = 0; i < 2; i++) {
    const { code, stderr } = await runCli(args(out), env);
    assert.equal(code, 3, stderr);
    assert.match(
      stderr,
      /error: expected kind to make a cluster.*\nwhat the cluster tells of it: \S+\/out\/diagnosis\n$/,
    );
    assert.deepEqual(await readdir(out), ['diagnosis']);
    assert.match(await readFile(join(out, 'diagnosis', 'error.txt'), 'utf8'), /ERROR: no room/);
    assert.equal(await readFile(join(out, 'diagnosis', 'kind', 'kind-version.txt'), 'utf8'), '1\n');
  }
});

test('a run that is stopped leaves none', async () => {
  await using folder = await makeFolder();
  const env = await writePrograms(folder.path, [`touch '${folder.path}/started'; exec sleep 60`]);
  const running = startCli(args(join(folder.path, 'out')), env);
  let isOver = false;
  void running.ended.then(() => {
    isOver = true;
  });
  while (!isOver && !(await readdir(folder.path)).includes('started')) await sleep(20);
  running.child.kill('SIGINT');
  const { code, stderr } = await running.ended;
  assert.equal(code, 130, stderr);
  assert.deepEqual((await readdir(folder.path)).sort(), ['docker', 'kind', 'started']);
});
