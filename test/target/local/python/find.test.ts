import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../../src/errors.ts';
import { describeFailure, findPython } from '../../../../src/target/local/python/find.ts';
import { laneOf } from '../../../../src/target/local/python/lanes.ts';
import { createTestFolder, writeFakePython, writeScript } from '../../helpers.ts';

const never = new AbortController().signal;

/** An environment in which nothing of this machine is found. */
function emptyEnv(folder: string, path: readonly string[]): NodeJS.ProcessEnv {
  return { PATH: path.join(':'), HOME: join(folder, 'home'), RUNNER_TOOL_CACHE: join(folder, 'tools') };
}

test('a shim that only prints an error is passed over, and the next python3.12 on PATH is found', async (t) => {
  const folder = await createTestFolder(t);
  await mkdir(join(folder, 'shims'));
  const shim = await writeScript(join(folder, 'shims', 'python3.12'), [
    'echo "python3.12: command not found" >&2; exit 127',
  ]);
  const real = await writeFakePython(join(folder, 'bin', 'python3.12'), '3.12.4');
  const env = emptyEnv(folder, [join(folder, 'shims'), join(folder, 'bin')]);

  const search = await findPython(laneOf('1.19.0'), null, env, never);

  assert.equal(search.python?.path, real);
  assert.equal(search.python?.version, '3.12.4');
  assert.deepEqual(search.tried, [{ path: shim, why: 'it says: python3.12: command not found' }]);
});

test('of a shim that works, the interpreter behind it is taken', async (t) => {
  const folder = await createTestFolder(t);
  await writeFakePython(join(folder, 'shims', 'python3.12'), '3.12.4', { executable: '/real/python3.12' });
  const search = await findPython(laneOf('1.19.0'), null, emptyEnv(folder, [join(folder, 'shims')]), never);
  assert.equal(search.python?.path, '/real/python3.12');
});

test('a python3 of another version is passed over, and the search says which it was and what to install', async (t) => {
  const folder = await createTestFolder(t);
  const path = await writeFakePython(join(folder, 'bin', 'python3'), '3.13.0');
  const lane = laneOf('1.19.0');

  const search = await findPython(lane, null, emptyEnv(folder, [join(folder, 'bin')]), never);

  assert.equal(search.python, null);
  assert.deepEqual(search.tried, [{ path, why: 'it is 3.13.0' }]);
  const text = describeFailure(lane, search);
  assert.match(text, /needs Python 3\.12; found .*it is 3\.13\.0/);
  assert.match(text, /uv python install 3\.12/);
});

test('Pythons that cannot make a virtual environment or are no CPython are passed over', async (t) => {
  const folder = await createTestFolder(t);
  await writeFakePython(join(folder, 'a', 'python3.10'), '3.10.1', { venv: false });
  await writeFakePython(join(folder, 'b', 'python3.9'), '3.9.1', { implementation: 'PyPy' });
  await writeScript(join(folder, 'a', 'python3.8'), ['echo hello']);
  const fit = await writeFakePython(join(folder, 'b', 'python3'), '3.8.18');

  const search = await findPython(
    laneOf('1.17.1'),
    null,
    emptyEnv(folder, [join(folder, 'a'), join(folder, 'b')]),
    never,
  );

  assert.equal(search.python?.path, fit);
  assert.equal(search.tried.length, 3);
  assert.match(search.tried[0]?.why ?? '', /without venv and ensurepip/);
  assert.match(search.tried[1]?.why ?? '', /PyPy/);
  assert.match(search.tried[2]?.why ?? '', /does not answer like a Python/);
});

test('what uv, pyenv and a runner have installed but not activated is found, the preferred and latest version first', async (t) => {
  const folder = await createTestFolder(t);
  const pyenv = join(folder, 'home', '.pyenv', 'versions');
  const uv = join(folder, 'home', '.local', 'share', 'uv', 'python');
  await writeFakePython(join(pyenv, '3.9.18', 'bin', 'python3'), '3.9.18');
  await writeFakePython(join(pyenv, '3.10.9', 'bin', 'python3'), '3.10.9');
  const latest = await writeFakePython(join(pyenv, '3.10.13', 'bin', 'python3'), '3.10.13');
  const ofUv = await writeFakePython(join(uv, 'cpython-3.12.7-linux-x86_64-gnu', 'bin', 'python3'), '3.12.7');
  const ofRunner = await writeFakePython(
    join(folder, 'tools', 'Python', '3.8.1', process.arch, 'bin', 'python3'),
    '3.8.1',
  );
  const env = emptyEnv(folder, []);

  assert.equal((await findPython(laneOf('1.17.1'), null, env, never)).python?.path, latest);
  assert.equal((await findPython(laneOf('1.19.0'), null, env, never)).python?.path, ofUv);
  const elsewhere = { ...env, PYENV_ROOT: join(folder, 'none') };
  assert.equal((await findPython(laneOf('1.17.1'), null, elsewhere, never)).python?.path, ofRunner);
});

test('a chosen Python is taken although another is on PATH', async (t) => {
  const folder = await createTestFolder(t);
  await writeFakePython(join(folder, 'bin', 'python3.12'), '3.12.1');
  const mine = await writeFakePython(join(folder, 'mine', 'snake'), '3.12.2');
  const search = await findPython(laneOf('1.19.0'), mine, emptyEnv(folder, [join(folder, 'bin')]), never);
  assert.equal(search.python?.version, '3.12.2');
});

test('a chosen Python that does not fit is an error of usage, even if another would fit', async (t) => {
  const folder = await createTestFolder(t);
  await writeFakePython(join(folder, 'bin', 'python3.12'), '3.12.1');
  const mine = await writeFakePython(join(folder, 'mine', 'python'), '3.11.2');
  const env = emptyEnv(folder, [join(folder, 'bin')]);
  for (const [chosen, why] of [
    [mine, /expected Python 3\.12 .* does not fit: it is 3\.11\.2/],
    [join(folder, 'nothing'), /no such file/],
    ['python9', /no such file/],
  ] as const) {
    await assert.rejects(findPython(laneOf('1.19.0'), chosen, env, never), (error: UserError) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, why);
      return true;
    });
  }
});

test('a search that is interrupted ends with the reason', async (t) => {
  const folder = await createTestFolder(t);
  await mkdir(join(folder, 'bin'));
  await writeScript(join(folder, 'bin', 'python3.12'), ['exec sleep 600']);
  const controller = new AbortController();
  const search = findPython(laneOf('1.19.0'), null, emptyEnv(folder, [join(folder, 'bin')]), controller.signal);
  controller.abort(new Error('stop'));
  await assert.rejects(search, /stop/);
});
