import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ServerError, type UserError } from '../../src/errors.ts';
import { METHODS } from '../../src/plan.ts';
import { provision } from '../../src/target/choose.ts';
import { createTargetConfig, createTestFolder, createTestHost, writeFakePython } from './helpers.ts';

/** For the length of a test, a machine on which only the Pythons in `bin` are installed. */
async function hidePythons(t: TestContext): Promise<{ bin: string; cacheDir: string }> {
  const folder = await createTestFolder(t);
  const bin = join(folder, 'bin');
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  process.env = { ...before, PATH: bin, HOME: folder, RUNNER_TOOL_CACHE: folder };
  for (const name of ['UV_PYTHON_INSTALL_DIR', 'XDG_DATA_HOME', 'PYENV_ROOT']) delete process.env[name];
  return { bin, cacheDir: join(folder, 'cache') };
}

test('auto takes the reference server where no Python fits, and says why', async (t) => {
  const { bin, cacheDir } = await hidePythons(t);
  await writeFakePython(join(bin, 'python3'), '3.11.9');
  const host = createTestHost();
  const config = createTargetConfig({ kind: 'auto', process: { seldonVersion: '1.19.0', python: null, cacheDir } });

  const { target, fallback } = await provision(config, METHODS, host);
  await using _target = target;

  assert.equal(fallback?.wanted, 'process');
  assert.equal(fallback?.used, 'reference');
  assert.match(fallback?.why ?? '', /needs Python 3\.12; found .*3\.11\.9/);
  assert.match(host.messages[0] ?? '', /no Seldon: .*needs Python 3\.12/);
  assert.equal(target.arm.isSeldon, false);
  assert.deepEqual(Object.keys(target.endpoints), [...METHODS]);
});

test('process never falls back: no fitting Python is a ServerError that says what to install', async (t) => {
  const { cacheDir } = await hidePythons(t);
  const config = createTargetConfig({ process: { seldonVersion: '1.17.1', python: null, cacheDir } });
  await assert.rejects(provision(config, METHODS, createTestHost()), (error: ServerError) => {
    assert.ok(error instanceof ServerError);
    assert.match(error.message, /needs Python 3\.10 or 3\.9 or 3\.8; found no Python at all\. Install one/);
    return true;
  });
});

test('auto does not fall back from a Python that the user chose', async (t) => {
  const { bin, cacheDir } = await hidePythons(t);
  const python = await writeFakePython(join(bin, 'python3'), '3.11.9');
  const config = createTargetConfig({ kind: 'auto', process: { seldonVersion: '1.19.0', python, cacheDir } });
  await assert.rejects(provision(config, METHODS, createTestHost()), (error: UserError) => error.exitCode === 2);
});

test('the reference server answers on both transports and is gone afterwards', async () => {
  const config = createTargetConfig({ kind: 'reference', reference: { connection: 'keep-alive' } });
  const { target, fallback } = await provision(config, ['predict'], createTestHost());
  const { rest } = target.endpoints.predict ?? {};
  const url = `http://${rest?.host}:${rest?.port}${rest?.path}`;
  const post = () =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"data": {"ndarray": [[0]]}}',
    });
  const reply = (await (await post()).json()) as { data: { ndarray: number[] } };
  assert.deepEqual(reply.data.ndarray, [1]);
  assert.equal(fallback, null);
  assert.equal(target.arm.connection, 'keep-alive');
  await target[Symbol.asyncDispose]();
  await assert.rejects(post());
  assert.equal(target.lost.aborted, false);
});
