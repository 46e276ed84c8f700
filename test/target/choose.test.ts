import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ServerError, type UserError } from '../../src/errors.ts';
import { METHODS } from '../../src/plan.ts';
import { provision } from '../../src/target/choose.ts';
import { listDescendants } from '../helpers/descendants.ts';
import {
  createArm,
  createTargetConfig,
  createTestFolder,
  createTestHost,
  findAnyPython,
  writeFakePython,
  writeScript,
} from './helpers.ts';

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
  const config = createTargetConfig({ kind: 'auto', process: { python: null, cacheDir } });

  await using provisioned = await provision(config, [createArm()], METHODS, host);
  const { fallback } = provisioned;
  const [target] = provisioned.targets;

  assert.equal(fallback?.wanted, 'process');
  assert.equal(fallback?.used, 'reference');
  assert.match(fallback?.why ?? '', /needs Python 3\.12; found .*3\.11\.9/);
  assert.match(host.messages[0] ?? '', /no Seldon: .*needs Python 3\.12/);
  assert.equal(target.arm.isSeldon, false);
  assert.deepEqual(Object.keys(target.endpoints), [...METHODS]);
});

test('process never falls back: no fitting Python is a ServerError that says what to install', async (t) => {
  const { cacheDir } = await hidePythons(t);
  const config = createTargetConfig({ process: { python: null, cacheDir } });
  const arms = [createArm({ seldonVersion: '1.17.1' })] as const;
  await assert.rejects(provision(config, arms, METHODS, createTestHost()), {
    name: 'ServerError',
    message: /needs Python 3\.10 or 3\.9 or 3\.8; found no Python at all\. Install one/,
  });
});

test('auto does not fall back from a Python that the user chose', async (t) => {
  const { bin, cacheDir } = await hidePythons(t);
  const python = await writeFakePython(join(bin, 'python3'), '3.11.9');
  const config = createTargetConfig({ kind: 'auto', process: { python, cacheDir } });
  const provisioned = provision(config, [createArm()], METHODS, createTestHost());
  await assert.rejects(provisioned, (error: UserError) => error.exitCode === 2);
});

test('the reference server answers on both transports and is gone afterwards', async () => {
  const config = createTargetConfig({ kind: 'reference' });
  const arms = [createArm({ connection: 'keep-alive', delayMs: 0.5 })] as const;
  const provisioned = await provision(config, arms, ['predict'], createTestHost());
  const { fallback } = provisioned;
  const [target] = provisioned.targets;
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
  assert.deepEqual(target.arm.settings, { delay: '0.5ms' });
  await provisioned[Symbol.asyncDispose]();
  await assert.rejects(post());
  assert.equal(target.lost.aborted, false);
});

for (const [what, arms] of [
  ['several arms', [createArm({ id: 'one' }), createArm({ id: 'two' })]],
  ['other packages', [createArm({ packages: ['numpy==1.26.3'] })]],
  ['an environment', [createArm({ env: { GUNICORN_THREADS: '4' } })]],
  ["somebody's own model", [createArm({ model: { folder: '/nowhere', name: 'Mine' } })]],
] as const) {
  test(`auto does not let the reference server stand in for ${what}`, async (t) => {
    const { cacheDir } = await hidePythons(t);
    const config = createTargetConfig({ kind: 'auto', process: { python: null, cacheDir } });
    const provisioned = provision(config, arms, ['predict'], createTestHost());
    await assert.rejects(provisioned, {
      name: 'ServerError',
      message: /needs Python 3\.12; found .* The embedded reference server does not stand in/,
    });
  });
}

test('arms of the reference server are up together, each its own, and gone together', async () => {
  const config = createTargetConfig({ kind: 'reference' });
  const arms = [createArm({ id: 'plain' }), createArm({ id: 'slow', delayMs: 1 }), createArm({ id: 'kept' })] as const;
  const provisioned = await provision(config, arms, ['predict', 'predict_raw_decode'], createTestHost());
  const { targets } = provisioned;
  assert.deepEqual(
    targets.map(({ arm }) => arm.id),
    ['plain', 'slow', 'kept'],
  );
  const ports = targets.flatMap(({ endpoints }) => Object.values(endpoints).map(({ rest }) => rest?.port ?? 0));
  assert.equal(new Set(ports).size, 6);
  const ping = (port: number) => fetch(`http://127.0.0.1:${port}/health/ping`);
  for (const port of ports) assert.equal((await ping(port)).status, 200);
  await provisioned[Symbol.asyncDispose]();
  for (const port of ports) await assert.rejects(ping(port));
  assert.ok(targets.every(({ lost }) => !lost.aborted));
});

test('an arm that cannot be installed stops all, and the error names it where there are several', async (t) => {
  const real = await findAnyPython();
  if (real === null) return t.skip('skipped: there is no Python on this machine to run the guard with');
  const folder = await createTestFolder(t);
  const answer = await writeFakePython(join(folder, 'answer'), '3.12.1', { executable: join(folder, 'python') });
  // Installs nothing in no time, except where the pin is that of the failing arm.
  const python = await writeScript(join(folder, 'python'), [
    `case "$3" in */guard.py) exec "${real}" "$@" ;; esac`,
    'case "$*" in *six==0.1*) echo "no matching distribution" >&2; exit 1 ;; esac',
    'case "$2 $3" in',
    '  "-m venv") mkdir -p "$4/bin" "$4/lib"; cp "$0" "$4/bin/python" ;;',
    `  "-c "*) case "$4" in */packages.json) echo '{}' > "$4" ;; "") exec "${answer}" "$@" ;; esac ;;`,
    'esac',
  ]);
  const host = createTestHost();
  const config = createTargetConfig({ process: { python, cacheDir: join(folder, 'cache') } });
  const bad = createArm({ id: 'bad', packages: ['six==0.1'] });
  const fails = (arms: Parameters<typeof provision>[1], message: RegExp) =>
    assert.rejects(provision(config, arms, ['predict'], host), (error: ServerError) => {
      assert.ok(error instanceof ServerError);
      assert.match(error.message, message);
      assert.deepEqual(error.detail, ['no matching distribution']);
      return true;
    });
  await fails(
    [createArm({ id: 'good' }), bad],
    /^arm bad: expected to install six==0\.1 for seldon-core 1\.19\.0 with six==0\.1/,
  );
  await fails([bad], /^expected to install six==0\.1/);
  assert.equal(host.recorded.size, 0);
});

test('the loss of an arm names the arm', async () => {
  const config = createTargetConfig({ kind: 'reference' });
  const pids: number[] = [];
  const arms = [createArm({ id: 'one' }), createArm({ id: 'two' })] as const;
  await using provisioned = await provision(config, arms, ['predict'], createTestHost());
  for (const process of await listDescendants(globalThis.process.pid)) {
    if (process.command.includes('worker')) pids.push(process.pid);
  }
  assert.equal(pids.length, 2);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  for (const { lost, arm } of provisioned.targets) {
    if (!lost.aborted) await once(lost, 'abort');
    assert.ok(lost.reason instanceof ServerError);
    assert.match(lost.reason.message, new RegExp(`^arm ${arm.id}: the reference server was ended by SIGKILL`));
  }
});
