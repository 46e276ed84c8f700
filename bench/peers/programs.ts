import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../src/errors.ts';

/** Where each program comes from: a Debian package, or a path that `go install` takes. */
const SOURCES = {
  wrk: { debian: 'wrk' },
  nginx: { debian: 'nginx-light' },
  nghttpd: { debian: 'nghttp2-server' },
  h2load: { debian: 'nghttp2-client' },
  taskset: { debian: 'util-linux' },
  vegeta: { go: 'github.com/tsenart/vegeta/v12@v12.13.0' },
  ghz: { go: 'github.com/bojand/ghz/cmd/ghz@v0.120.0' },
} as const satisfies Record<string, Source>;

interface Source {
  readonly debian?: string;
  readonly go?: string;
}

export type ProgramName = keyof typeof SOURCES;
/** Absolute paths. */
export type Programs = Readonly<Record<ProgramName, string>>;

const NAMES = Object.keys(SOURCES) as ProgramName[];

/** Debian's servers lie where only root's PATH looks. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/**
 * Looks in PATH, in the folders of system programs and where `go install` puts things. Throws one UserError that names
 * everything that is missing and where it comes from.
 */
export async function findPrograms(env: NodeJS.ProcessEnv): Promise<Programs> {
  const folders = [
    ...(env.PATH ?? '').split(delimiter).filter(Boolean),
    ...MORE_FOLDERS,
    ...(await findGoFolders(env)),
  ];
  const found = new Map<ProgramName, string>();
  for (const name of NAMES) {
    const path = await findIn(name, folders);
    if (path !== null) found.set(name, path);
  }
  const missing = NAMES.filter((name) => !found.has(name));
  if (missing.length > 0) throw new UserError(describeMissing(missing));
  return Object.fromEntries(found) as Programs;
}

/** What to install, all at once. */
export function describeMissing(missing: readonly ProgramName[]): string {
  const sources = missing.map((name): Source => SOURCES[name]);
  const debian = sources.flatMap((source) => source.debian ?? []);
  const go = sources.flatMap((source) => source.go ?? []);
  const lines = [`expected ${NAMES.join(', ')}; found no ${missing.join(', ')}. Install:`];
  if (debian.length > 0) lines.push(`- Debian packages: apt-get install ${debian.join(' ')}`);
  lines.push(...go.map((path) => `- a Go program: go install ${path}`));
  return lines.join('\n');
}

/** What each program says of itself; for Go programs the module version that was built into them. */
export async function readVersions(programs: Programs): Promise<Readonly<Record<ProgramName, string>>> {
  const versions = await Promise.all(
    NAMES.map(async (name) => {
      const source: Source = SOURCES[name];
      const version = source.go
        ? await readGoVersion(programs[name], source.go)
        : await askVersion(programs[name], name === 'wrk' || name === 'nginx' ? '-v' : '--version');
      return [name, version] as const;
    }),
  );
  return Object.fromEntries(versions) as Record<ProgramName, string>;
}

async function findIn(name: string, folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `go install` writes to GOBIN, else to bin below GOPATH, which is ~/go where nobody set it (go help install). */
async function findGoFolders(env: NodeJS.ProcessEnv): Promise<string[]> {
  const told = await promisify(execFile)('go', ['env', 'GOBIN', 'GOPATH'], { env }).then(
    ({ stdout }) => stdout.split('\n'),
    () => [env.GOBIN ?? '', env.GOPATH ?? join(homedir(), 'go')],
  );
  const [bin = '', path = ''] = told;
  return [bin, ...path.split(delimiter).map((folder) => folder && join(folder, 'bin'))].filter(Boolean);
}

/** wrk and nginx write to stderr, and wrk fails while it tells. */
async function askVersion(program: string, option: string): Promise<string> {
  const told = await promisify(execFile)(program, [option]).catch(
    (error: { stdout?: string; stderr?: string }) => error,
  );
  return /[0-9]+\.[0-9]\S*/.exec(`${told.stdout ?? ''} ${told.stderr ?? ''}`)?.[0] ?? 'unknown';
}

/** The build information that Go's linker leaves in a program: `mod`, module path and version, split by tabs. */
async function readGoVersion(program: string, path: string): Promise<string> {
  const module = path.replace(/@.*$/, '').replace(/\/cmd\/.*$/, '');
  const text = await readFile(program, 'latin1');
  const at = text.indexOf(`\nmod\t${module}\t`);
  return at < 0 ? 'unknown' : (text.slice(at + module.length + 6).split(/[\t\n]/, 1)[0] ?? 'unknown');
}
