import { createHash } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normalisePin } from '../../../arms/packages.ts';
import { explain, UserError } from '../../../errors.ts';
import { createRunFolder, removeFolder } from '../../run-folder.ts';
import type { Host } from '../../target.ts';
import { installPackages, type Packages } from './install.ts';
import { describeLane, type Lane } from './lanes.ts';
import { holdLock } from './lock.ts';
import { isOwnerAlive, keepTouched, nameOwner } from './owner.ts';
import type { Python } from './probe.ts';

/** A virtual environment that is complete. It is read, never changed. */
export interface PythonEnvironment {
  /** Its interpreter. Scripts beside it name the folder that it was made in, so run modules with -m. */
  readonly python: string;
  readonly version: string;
  readonly packages: Packages;
}

/**
 * The environment for a lane, from the cache or newly installed; with a warm cache nothing is installed and no network
 * is used. It is made in a folder of its own and moved into place when it is complete, so that no interrupted or
 * concurrent installation can be taken for one. Throws ServerError (installing failed) or UserError (no cache folder).
 */
export async function provideEnvironment(
  lane: Lane,
  python: Python,
  cacheDir: string,
  host: Host,
): Promise<PythonEnvironment> {
  const key = await nameEnvironment(lane, python);
  const parent = join(cacheDir, 'python');
  const folder = join(parent, key);
  const ready = await readEnvironment(folder);
  if (ready !== null) return ready;

  await makeParent(parent);
  await using _lock = await holdLock(join(parent, `${key}.lock`), {
    signal: host.signal,
    onWait: (owner) => host.log.info(`another run (${owner}) is installing ${describeLane(lane)}: waiting for it`),
  });
  const made = await readEnvironment(folder);
  if (made !== null) return made;

  await removeLeftovers(parent, key);
  host.log.info(
    `installing ${describeLane(lane)} and what it needs for Python ${python.version} into ${folder}: ` +
      'a minute or two and 1.4 GB, once',
  );
  const startedMs = performance.now();
  await using part = await createRunFolder(parent, host, `part-${key}-${await nameOwner()}-`);
  using _touched = keepTouched(part.path);
  const packages = await installPackages(lane, python, part.path, host);
  await writeFile(join(part.path, STAMP), JSON.stringify({ version: python.version, packages }, null, 2));
  await moveIntoPlace(part.path, folder, parent, host);
  host.log.info(`installed in ${Math.round((performance.now() - startedMs) / 1000)} s`);
  return { python: join(folder, 'bin', 'python'), version: python.version, packages };
}

/** Written last: a folder without it is not an environment. */
const STAMP = 'seldon-bench.json';

async function nameEnvironment(lane: Lane, python: Python): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(lane.constraintsFile))
    .update(JSON.stringify([lane.seldonVersion, python.version, python.platform, python.origin]))
    // Nothing where there are none: environments that were made before there were pins keep their names.
    .update(lane.pins.length === 0 ? '' : JSON.stringify(lane.pins.map(normalisePin).sort()))
    .digest('hex');
  return `${lane.seldonVersion}-py${python.version}-${hash.slice(0, 12)}`;
}

async function readEnvironment(folder: string): Promise<PythonEnvironment | null> {
  const python = join(folder, 'bin', 'python');
  try {
    const { version, packages } = JSON.parse(await readFile(join(folder, STAMP), 'utf8')) as Omit<
      PythonEnvironment,
      'python'
    >;
    // A link to the Python it was made from, which may have been uninstalled since.
    await access(python, constants.X_OK);
    return { python, version, packages };
  } catch {
    return null;
  }
}

async function makeParent(parent: string): Promise<void> {
  try {
    await mkdir(parent, { recursive: true });
    await access(parent, constants.W_OK);
  } catch (error) {
    throw new UserError(
      `expected a cache folder to write to; ${explain(error)}. Choose another with option cache-dir.`,
      {
        cause: error,
      },
    );
  }
}

/** What interrupted installations of the same environment left, unless the one who made it still lives. */
async function removeLeftovers(parent: string, key: string): Promise<void> {
  const parts = (await readdir(parent)).filter((name) => name.startsWith(`seldon-bench-part-${key}-`));
  for (const name of parts) {
    const path = join(parent, name);
    const touchedMs = (await stat(path)).mtimeMs;
    if (!(await isOwnerAlive(name.slice(`seldon-bench-part-${key}-`.length), touchedMs))) await removeFolder(path);
  }
}

async function moveIntoPlace(part: string, folder: string, parent: string, host: Host): Promise<void> {
  try {
    await rename(part, folder);
  } catch (error) {
    // Somebody was faster, which is as good; or what lies there lost its Python, and nobody can be using it.
    if ((await readEnvironment(folder)) !== null) return;
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await using broken = await createRunFolder(parent, host, 'part-broken-');
    await rename(folder, join(broken.path, 'environment'));
    await rename(part, folder);
  }
}
