import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ServerError, type UserError } from '../../../../src/errors.ts';
import { provideEnvironment } from '../../../../src/target/local/python/environment.ts';
import { nameOwner } from '../../../../src/target/local/python/owner.ts';
import type { Python } from '../../../../src/target/local/python/probe.ts';
import { askUntil } from '../../../../src/target/wait.ts';
import { createTestFolder, createTestHost, findAnyPython, writeScript } from '../../helpers.ts';

interface Setup {
  readonly cacheDir: string;
  readonly python: Python;
  readonly lane: Parameters<typeof provideEnvironment>[0];
  /** What the fake Pythons were asked to do, one line each. */
  calls(): Promise<string[]>;
  /** Names in the cache, the environments themselves left out. */
  leftovers(): Promise<string[]>;
}

const LIMIT_MS = 60_000;
const real = await findAnyPython();

/** A Python whose venv and pip are a few lines of shell; `pip` is what it does to install, `prove` to import. */
async function setUp(
  t: TestContext,
  pip: string,
  prove = `echo '{"seldon-core":"1.19.0"}' > "$4"`,
): Promise<Setup | null> {
  if (real === null) {
    t.skip('skipped: there is no Python on this machine to run the guard with');
    return null;
  }
  const folder = await createTestFolder(t);
  const log = join(folder, 'calls');
  await writeFile(log, '');
  const path = await writeScript(join(folder, 'python'), [
    `case "$3" in */guard.py) exec "${real}" "$@" ;; esac`,
    `echo "$2 $3" | head -1 >> "${log}"`,
    'case "$2 $3" in',
    '  "-m venv") mkdir -p "$4/bin" "$4/lib"; cp "$0" "$4/bin/python" ;;',
    `  "-m pip") ${pip} ;;`,
    `  "-c "*) case "$4" in */packages.json) ${prove} ;; esac ;;`,
    'esac',
  ]);
  const constraintsFile = join(folder, 'constraints.txt');
  await writeFile(constraintsFile, 'seldon-core==1.19.0\n');
  const cacheDir = join(folder, 'cache');
  return {
    cacheDir,
    python: { path, version: '3.12.1', platform: 'linux-x86_64', origin: path },
    lane: { seldonVersion: '1.19.0', pythons: ['3.12'], constraintsFile, pins: [] },
    calls: async () => (await readFile(log, 'utf8')).trimEnd().split('\n'),
    leftovers: async () =>
      (await readdir(join(cacheDir, 'python'))).filter(
        (name) => !name.startsWith('1.19.0-py3.12.1-') || name.endsWith('.lock'),
      ),
  };
}

test('an environment is installed once and comes from the cache afterwards, with no program run', async (t) => {
  const setup = await setUp(t, 'exit 0');
  if (setup === null) return;
  const host = createTestHost();
  const first = await provideEnvironment(setup.lane, setup.python, setup.cacheDir, host);
  assert.deepEqual(first.packages, { 'seldon-core': '1.19.0' });
  assert.equal(first.version, '3.12.1');
  assert.deepEqual((await setup.calls()).map((line) => line.trim()).slice(0, 2), ['-m venv', '-m pip']);
  assert.deepEqual(await setup.leftovers(), []);
  assert.equal(host.recorded.size, 0);
  assert.match(host.messages[0] ?? '', /installing seldon-core 1\.19\.0 .* into /);

  const before = await setup.calls();
  const again = createTestHost();
  assert.deepEqual(await provideEnvironment(setup.lane, setup.python, setup.cacheDir, again), first);
  assert.deepEqual(await setup.calls(), before);
  assert.deepEqual(again.messages, []);
});

test('other constraints or another Python make another environment', async (t) => {
  const setup = await setUp(t, 'exit 0');
  if (setup === null) return;
  const provide = (python: Python) => provideEnvironment(setup.lane, python, setup.cacheDir, createTestHost());
  const first = await provide(setup.python);
  const other = await provide({ ...setup.python, origin: '/elsewhere' });
  await writeFile(setup.lane.constraintsFile, 'seldon-core==1.19.0\nsix==1.17.0\n');
  const third = await provide(setup.python);
  assert.equal(new Set([first.python, other.python, third.python]).size, 3);
});

test("pins make an environment of their own, in which they take the place of the version's packages", async (t) => {
  const setup = await setUp(t, 'echo "$@" >> "$0.pip"; cat "$PIP_CONSTRAINT" >> "$0.pip"');
  if (setup === null) return;
  const constraints = ['# a comment', 'numpy==1.26.4', 'typing-extensions==4.16.0', 'wheel==0.48.0'];
  const tensorflow = ['tensorflow-cpu==2.18.1 ; platform_machine == "x86_64"', 'tensorflow==2.18.1'];
  await writeFile(setup.lane.constraintsFile, [...constraints, ...tensorflow, ''].join('\n'));
  const provide = (pins: readonly string[], host = createTestHost()) =>
    provideEnvironment({ ...setup.lane, pins }, setup.python, setup.cacheDir, host);
  const host = createTestHost();
  const pins = ['numpy==1.26.3', 'Typing_Extensions==4.12.2', 'tensorflow==2.17.0'];
  const { python } = await provide(pins, host);
  assert.match(
    host.messages[0] ?? '',
    /installing seldon-core 1\.19\.0 with numpy==1\.26\.3, Typing_Extensions==4\.12\.2/,
  );
  const said = (await readFile(`${python}.pip`, 'utf8')).split('\n');
  const kept = ['# a comment', 'wheel==0.48.0'];
  const [first, second] = said.filter((line) => line.startsWith('-I -m pip install'));
  assert.match(first ?? '', /--no-deps .* -r .*\/scratch\/constraints\.txt$/);
  assert.match(second ?? '', /--no-deps .* numpy==1\.26\.3 Typing_Extensions==4\.12\.2 tensorflow==2\.17\.0$/);
  assert.deepEqual(
    said.filter((line) => !line.startsWith('-I') && line !== ''),
    [...kept, ...kept],
  );

  const paths = [
    (await provide([])).python,
    python,
    (await provide(['numpy==1.26.2'])).python,
    (await provide([...pins].reverse())).python,
  ];
  assert.equal(new Set(paths).size, 3);
  assert.equal(paths[3], python, 'their order makes no difference');
});

test('one set of pins is one environment, however the names are spelled', async (t) => {
  const setup = await setUp(t, 'exit 0');
  if (setup === null) return;
  const provide = async (...pins: string[]) =>
    (await provideEnvironment({ ...setup.lane, pins }, setup.python, setup.cacheDir, createTestHost())).python;
  const first = await provide('Flask_Cors==6', 'zope.interface==7');
  assert.equal(await provide('flask-cors==6', 'Zope-_Interface==7'), first);
  assert.equal(await provide('zope_interface==7', 'FLASK.CORS==6'), first);
  const others = [
    await provide('flask-cors==6'),
    await provide('flask-cors==7', 'zope-interface==6'),
    await provide('flaskcors==6', 'zope-interface==7'),
  ];
  assert.equal(new Set([first, ...others]).size, 4);
});

test('environments keep the names by which earlier versions of this program look for them', async (t) => {
  const setup = await setUp(t, 'exit 0');
  if (setup === null) return;
  const python = { ...setup.python, origin: '/usr/bin/python3.12' };
  const provide = (pins: readonly string[]) =>
    provideEnvironment({ ...setup.lane, pins }, python, setup.cacheDir, createTestHost());
  const nameOf = (path: string) => basename(join(path, '..', '..'));
  assert.equal(nameOf((await provide([])).python), '1.19.0-py3.12.1-5a158a9631d6');
  assert.equal(nameOf((await provide(['numpy==1.26.3', 'flask-cors==6.0.1'])).python), '1.19.0-py3.12.1-8ebe34933a07');
});

test('packages that do not go together are told as such, by the import that fails', async (t) => {
  const setup = await setUp(t, 'exit 0', 'echo "ImportError: numpy.core.multiarray failed to import" >&2; exit 1');
  if (setup === null) return;
  const lane = { ...setup.lane, pins: ['numpy==2.3.0'] };
  const provided = provideEnvironment(lane, setup.python, setup.cacheDir, createTestHost());
  await assert.rejects(provided, {
    name: 'ServerError',
    message: /import the wrapper for seldon-core 1\.19\.0 with numpy==2\.3\.0 .* do not go together/,
    detail: ['ImportError: numpy.core.multiarray failed to import'],
  });
  assert.deepEqual(await readdir(join(setup.cacheDir, 'python')), []);
});

test('pip that fails half-way gives a ServerError with its last lines and leaves nothing behind', async (t) => {
  const setup = await setUp(t, 'echo Collecting six; echo "ERROR: no space left" >&2; exit 2');
  if (setup === null) return;
  const host = createTestHost();
  await assert.rejects(provideEnvironment(setup.lane, setup.python, setup.cacheDir, host), (error: ServerError) => {
    assert.ok(error instanceof ServerError);
    assert.equal(error.exitCode, 3);
    assert.match(error.message, /expected to install packages .* ended with code 2/);
    assert.deepEqual([...error.detail].sort(), ['Collecting six', 'ERROR: no space left']);
    return true;
  });
  assert.deepEqual(await readdir(join(setup.cacheDir, 'python')), []);
  assert.equal(host.recorded.size, 0);
});

test('an interrupted installation ends pip with its children and leaves nothing behind', async (t) => {
  const setup = await setUp(t, 'sleep 600 & echo $! > "$TMPDIR/child"; wait');
  if (setup === null) return;
  const host = createTestHost();
  const provided = provideEnvironment(setup.lane, setup.python, setup.cacheDir, host);
  provided.catch(() => {});
  const child = await askUntil(() => readChild(setup), LIMIT_MS, AbortSignal.timeout(LIMIT_MS));
  assert.doesNotThrow(() => process.kill(child as number, 0));

  host.abort(new Error('interrupted'));

  await assert.rejects(provided, /interrupted/);
  const isGone = await askUntil(
    async () => ((await isRunning(child as number)) ? null : true),
    LIMIT_MS,
    AbortSignal.timeout(LIMIT_MS),
  );
  assert.equal(isGone, true);
  assert.deepEqual(await readdir(join(setup.cacheDir, 'python')), []);
  assert.equal(host.recorded.size, 0);
});

test('two runs at once install once, and the second says that it waits', async (t) => {
  const setup = await setUp(t, 'sleep 0.3');
  if (setup === null) return;
  const hosts = [createTestHost(), createTestHost()];
  const [a, b] = await Promise.all(
    hosts.map((host) => provideEnvironment(setup.lane, setup.python, setup.cacheDir, host)),
  );
  assert.deepEqual(a, b);
  assert.equal((await setup.calls()).filter((line) => line === '-m pip').length, 1);
  const messages = hosts.flatMap((host) => host.messages);
  assert.equal(messages.filter((message) => /another run .* is installing/.test(message)).length, 1);
  assert.deepEqual(await setup.leftovers(), []);
});

test('the lock and the folder of an installation that was killed are cleared away, those of a living one stay', async (t) => {
  const setup = await setUp(t, 'exit 0');
  if (setup === null) return;
  const { python } = await provideEnvironment(setup.lane, setup.python, setup.cacheDir, createTestHost());
  const folder = join(python, '..', '..');
  const key = folder.slice(folder.lastIndexOf('/') + 1);
  await rm(folder, { recursive: true });
  const alive = await nameOwner();
  const dead = alive.replace(/[0-9a-f]{8}$/, '00000000');
  const parent = join(setup.cacheDir, 'python');
  await mkdir(join(parent, `seldon-bench-part-${key}-${dead}-1234`, 'bin'), { recursive: true });
  await mkdir(join(parent, `seldon-bench-part-${key}-${alive}-1234`));
  await writeFile(join(parent, `${key}.lock`), dead);

  await provideEnvironment(setup.lane, setup.python, setup.cacheDir, createTestHost());

  assert.deepEqual(await setup.leftovers(), [`seldon-bench-part-${key}-${alive}-1234`]);
});

test('an unfinished folder in the place of an environment is not taken for one', async (t) => {
  const setup = await setUp(t, 'exit 0');
  if (setup === null) return;
  const provide = () => provideEnvironment(setup.lane, setup.python, setup.cacheDir, createTestHost());
  const { python } = await provide();
  await rm(join(python, '..', '..', 'seldon-bench.json'));
  await writeFile(join(python, '..', '..', 'old'), '');
  assert.equal((await provide()).python, python);
  assert.equal((await setup.calls()).filter((line) => line === '-m pip').length, 2);
  assert.ok(!(await readdir(join(python, '..', '..'))).includes('old'));
});

test('an environment whose Python was uninstalled is made anew', async (t) => {
  const setup = await setUp(t, 'exit 0');
  if (setup === null) return;
  const provide = () => provideEnvironment(setup.lane, setup.python, setup.cacheDir, createTestHost());
  const { python } = await provide();
  await rm(python);
  assert.equal((await provide()).python, python);
  assert.deepEqual(await setup.leftovers(), []);
});

test('a cache folder that cannot be made is an error of usage that names the option', async (t) => {
  const setup = await setUp(t, 'exit 0');
  if (setup === null) return;
  const provided = provideEnvironment(setup.lane, setup.python, setup.lane.constraintsFile, createTestHost());
  await assert.rejects(provided, (error: UserError) => error.exitCode === 2 && /option cache-dir/.test(error.message));
});

async function readChild(setup: Setup): Promise<number | null> {
  const parent = join(setup.cacheDir, 'python');
  for (const name of await readdir(parent).catch((): string[] => [])) {
    const text = await readFile(join(parent, name, 'scratch', 'child'), 'utf8').catch(() => '');
    if (/\d\n/.test(text)) return Number(text);
  }
  return null;
}

async function isRunning(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // Where nobody reaps orphans, a dead one stays as a zombie.
  return text !== null && !/\) [ZX] /.test(text);
}
