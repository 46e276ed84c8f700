import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A file that may be a Python, and what put it there. */
interface Candidate {
  readonly path: string;
  readonly source: 'PATH' | 'uv' | 'pyenv' | 'the runner tool cache';
}

/**
 * Where a Python of these versions may be, best first: on PATH under its own name, as `python3`, and what uv, pyenv
 * or a CI runner have installed without activating it. Nothing is run, and not every file need exist.
 */
export async function listCandidates(versions: readonly string[], env: NodeJS.ProcessEnv): Promise<Candidate[]> {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const names = [...versions.map((version) => `python${version}`), 'python3'];
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));

  const home = env.HOME ?? homedir();
  const uv = env.UV_PYTHON_INSTALL_DIR ?? join(env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'uv', 'python');
  const pyenv = join(env.PYENV_ROOT ?? join(home, '.pyenv'), 'versions');
  const tools = join(env.RUNNER_TOOL_CACHE ?? '/opt/hostedtoolcache', 'Python');
  return [
    ...onPath.map((path): Candidate => ({ path, source: 'PATH' })),
    ...(await installed(uv, /^cpython-(\d+\.\d+)\.(\d+)-/, versions, 'bin', 'uv')),
    ...(await installed(pyenv, /^(\d+\.\d+)\.(\d+)$/, versions, 'bin', 'pyenv')),
    ...(await installed(tools, /^(\d+\.\d+)\.(\d+)$/, versions, join(process.arch, 'bin'), 'the runner tool cache')),
  ];
}

/** The folders below `root` whose name tells one of the versions, in the order of `versions`, latest patch first. */
async function installed(
  root: string,
  pattern: RegExp,
  versions: readonly string[],
  bin: string,
  source: Candidate['source'],
): Promise<Candidate[]> {
  const names = await readdir(root).catch((): string[] => []);
  return names
    .flatMap((name) => {
      const [, version, patch] = pattern.exec(name) ?? [];
      const rank = version === undefined ? -1 : versions.indexOf(version);
      return rank < 0 ? [] : [{ name, rank, patch: Number(patch) }];
    })
    .sort((a, b) => a.rank - b.rank || b.patch - a.patch || (a.name < b.name ? -1 : 1))
    .map(({ name }) => ({ path: join(root, name, bin, 'python3'), source }));
}
