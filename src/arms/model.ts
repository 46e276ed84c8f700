import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { explain } from '../errors.ts';

/** Somebody's own model: the class `name` in `folder`/`name`.py. */
export interface Model {
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
}

const MAX_FILES = 200;
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Finds the model that `folder` or `folder:Class` names. A class file is one that defines the class of its own name, as
 * the wrapper wants it. Throws an Error that says what was expected.
 */
export function findModel(text: string): Model {
  if (text === '' || text.length > 4096 || text.includes('\0')) throw new Error('a path of 1 to 4096 characters');
  const whole = resolve(text);
  const colon = text.lastIndexOf(':');
  if (colon < 0 || isFolder(whole)) return findOnly(whole);
  const folder = resolve(text.slice(0, colon));
  const name = text.slice(colon + 1);
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name)) throw new Error('a class name after the colon (folder:Class)');
  requireFolder(folder);
  const path = join(folder, `${name}.py`);
  if (isOdd(path)) throw new Error(`a file ${name}.py in ${folder}, which is no regular file`);
  if (!isFile(path)) throw new Error(`a file ${name}.py in ${folder}, which is not there`);
  return { folder, name };
}

function findOnly(folder: string): Model {
  requireFolder(folder);
  const names = listClasses(folder);
  const [name, ...others] = names;
  if (name === undefined) throw new Error(describeNone(folder));
  if (others.length > 0)
    throw new Error(`folder:Class, because the folder has several: ${names.slice(0, 5).join(', ')}`);
  return { folder, name };
}

function describeNone(folder: string): string {
  const wanted = 'a folder with a file Class.py that defines the class Class, or folder:Class';
  const odd = listNames(folder).find((name) => isOdd(join(folder, `${name}.py`)));
  return odd === undefined ? wanted : `${wanted} (${odd}.py in it is no regular file)`;
}

function listClasses(folder: string): string[] {
  try {
    const names = listNames(folder);
    if (names.length > MAX_FILES) throw new Error(`it has more than ${MAX_FILES} Python files`);
    return names.filter((name) => definesClass(join(folder, `${name}.py`), name));
  } catch (error) {
    throw new Error(`a folder whose class can be looked for, or folder:Class (${explain(error)})`);
  }
}

/** Of what is called like a class file, the names without their ending, sorted. */
function listNames(folder: string): string[] {
  const names = readdirSync(folder).flatMap((file) => /^([A-Za-z_][A-Za-z0-9_]{0,99})\.py$/.exec(file)?.[1] ?? []);
  return names.sort();
}

function definesClass(path: string, name: string): boolean {
  const stats = readStats(path);
  // Reading a pipe would wait for ever for somebody to write into it.
  if (!stats?.isFile() || stats.size > MAX_FILE_BYTES) return false;
  return new RegExp(`^class[ \\t]+${name}\\b`, 'm').test(readFileSync(path, 'utf8'));
}

function requireFolder(folder: string): void {
  if (!isFolder(folder)) throw new Error(`a model folder, and ${folder} is none`);
}

function isFolder(path: string): boolean {
  return readStats(path)?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return readStats(path)?.isFile() ?? false;
}

/** A folder, a pipe or a device. */
function isOdd(path: string): boolean {
  return readStats(path)?.isFile() === false;
}

/** Undefined for what is not there, and for what cannot be looked at. */
function readStats(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
