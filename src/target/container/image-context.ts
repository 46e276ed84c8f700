import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { modelFolder } from '../../assets.ts';
import type { ArmConfig } from '../../config.ts';
import { ServerError } from '../../errors.ts';
import { withoutPinned } from '../local/python/install.ts';
import { laneOf } from '../local/python/lanes.ts';

/** A model's folder is code and weights; more than this is a data set, or a wrong folder. */
const MAX_FILES = 10_000;
const MAX_BYTES = 2 * 1024 ** 3;

/** Never part of a model, and different from one moment to the next. */
const LEFT_OUT: ReadonlySet<string> = new Set(['__pycache__', '.git', '.venv', 'node_modules']);

/**
 * Writes into the empty folder what `docker build` is given: the Dockerfile, every package with its version, the
 * stand-in for TensorFlow where it is wanted, and the model. Returns a hash (64 hex digits) over all of it: names, what is
 * in the files, and nothing of when or where.
 * Throws ServerError for a model's folder that is too large.
 */
export async function writeContext(
  folder: string,
  arm: Pick<ArmConfig, 'seldonVersion' | 'packages' | 'model' | 'tensorflow'>,
  maxFiles = MAX_FILES,
): Promise<string> {
  const { model, tensorflow } = arm;
  await cp(join(modelFolder, 'Dockerfile'), join(folder, 'Dockerfile'));
  await cp(join(modelFolder, 'build', 'install.py'), join(folder, 'install.py'));
  await writeFile(join(folder, 'requirements.txt'), await listRequirements(arm));
  const standIn = join(folder, 'stand-in');
  await mkdir(standIn);
  if (tensorflow === 'stand-in') await cp(join(modelFolder, 'stand-in'), standIn, { recursive: true, filter: isKept });
  const into = join(folder, 'model');
  await mkdir(into);
  if (model) await copyModel(model.folder, into, maxFiles);
  else await copyOurModels(into);
  return hashFolder(folder);
}

/** Every package with its version; without TensorFlow also none that only it needs, unless the arm names it. */
async function listRequirements({
  seldonVersion,
  packages,
  tensorflow,
}: Pick<ArmConfig, 'seldonVersion' | 'packages' | 'tensorflow'>): Promise<string> {
  const { constraintsFile, pins } = laneOf(seldonVersion, packages);
  const constraints = await readFile(constraintsFile, 'utf8');
  const unneeded = tensorflow === 'full' ? [] : await listOnlyForTensorflow(seldonVersion);
  const kept = withoutPinned(constraints, [...pins, ...unneeded]);
  return [kept.trimEnd(), ...pins, ''].join('\n');
}

async function listOnlyForTensorflow(seldonVersion: ArmConfig['seldonVersion']): Promise<string[]> {
  const lines = (await readFile(join(modelFolder, `only-for-tensorflow-${seldonVersion}.txt`), 'utf8')).split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

function isKept(path: string): boolean {
  return !LEFT_OUT.has(basename(path));
}

async function copyOurModels(into: string): Promise<void> {
  const files = (await readdir(modelFolder)).filter((name) => name.endsWith('.py'));
  await Promise.all(files.map((name) => cp(join(modelFolder, name), join(into, name))));
}

async function copyModel(from: string, into: string, maxFiles: number): Promise<void> {
  let files = 0;
  let bytes = 0;
  await cp(from, into, {
    recursive: true,
    // A link may lead anywhere; what it leads to is what the model reads.
    dereference: true,
    filter: async (path) => {
      if (path !== from && !isKept(path)) return false;
      const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
        // A link that leads nowhere, such as an editor's lock.
        if (path !== from && (error.code === 'ENOENT' || error.code === 'ELOOP')) return null;
        throw error;
      });
      if (!stats?.isFile()) return stats?.isDirectory() ?? false;
      files++;
      bytes += stats.size;
      if (files > maxFiles || bytes > MAX_BYTES) {
        throw new ServerError(
          `expected a model folder of at most ${maxFiles} files and 2 GiB; ${from} has more. Name a folder that has only the model.`,
        );
      }
      return true;
    },
  });
}

async function hashFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const content = createHash('sha256');
    // Weights may be larger than what memory there is.
    for await (const chunk of createReadStream(path)) content.update(chunk);
    hash.update(JSON.stringify([path.slice(folder.length), content.digest('hex')]));
  }
  return hash.digest('hex');
}
