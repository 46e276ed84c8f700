import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');

/** Packages that may run code of theirs when they are installed, and what it does. */
const INSTALL_SCRIPTS: Record<string, string> = {
  esbuild: 'checks that the binary of this platform is there, which comes as a package of its own',
  protobufjs: 'warns where the package that depends on it asks for too wide a range of versions',
};

interface Package {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const { lockfileVersion, packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
  readonly lockfileVersion: number;
  readonly packages: Record<string, Package>;
};
const locked = Object.entries(packages).filter(([path]) => path !== '');

test('every package is locked by a SHA-512 of what is installed', () => {
  assert.equal(lockfileVersion, 3);
  assert.ok(locked.length > 100, `expected the whole tree, found ${locked.length} packages`);
  const open = locked.filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity));
  assert.deepEqual(open, []);
});

test('packages come from a registry, by an exact version, wherever that registry is', () => {
  // Without an address a mirror serves as well, and no address can lead elsewhere (.npmrc).
  const elsewhere = locked.filter(
    ([path, { version = '', resolved, link }]) =>
      resolved !== undefined || link || !/^\d+\.\d+\.\d+/.test(version) || !/(^|\/)node_modules\/[^/]/.test(path),
  );
  assert.deepEqual(elsewhere, []);
});

test('no dependency is a git or web address, or a file', () => {
  const found = Object.entries(packages).flatMap(([path, { dependencies, devDependencies, optionalDependencies }]) =>
    Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([, range]) => /[:/]/.test(range) && !range.startsWith('npm:'))
      .map(([name, range]) => `${path || '.'}: ${name} ${range}`),
  );
  assert.deepEqual(found, []);
});

test('what is locked is what package.json asks for', async () => {
  const asked = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Package;
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
    assert.deepEqual(packages['']?.[kind], asked[kind]);
  }
});

test('only packages that are known for it run code of theirs at installation', () => {
  const scripts = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  assert.deepEqual(scripts.sort(), Object.keys(INSTALL_SCRIPTS).sort());
});
