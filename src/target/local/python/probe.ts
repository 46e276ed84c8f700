import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

const LIMIT_MS = 10_000;

/** A Python that was run and told this of itself. */
export interface Python {
  /** The interpreter itself, also where a shim led to it: a shim may stay as its parent, or mean another one tomorrow. */
  readonly path: string;
  /** Exact, like 3.12.1. */
  readonly version: string;
  /** Of the machine it runs on, in its own words: linux-x86_64. */
  readonly platform: string;
  /** The interpreter behind links and virtual environments: another build of the same version is another Python. */
  readonly origin: string;
}

type Probe =
  | { readonly state: 'absent' }
  | { readonly state: 'unfit'; readonly why: string }
  | { readonly state: 'fit'; readonly python: Python };

const QUESTION = `
import importlib.util, json, os, platform, sys, sysconfig
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "executable": sys.executable,
    "platform": sysconfig.get_platform(),
    "origin": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "venv": has("venv") and has("ensurepip"),
}))`;

/** Runs the file and asks what it is: a file that is named python may be a shim which only prints an error. */
export async function probePython(path: string, versions: readonly string[], signal: AbortSignal): Promise<Probe> {
  try {
    await access(path, constants.X_OK);
  } catch {
    return { state: 'absent' };
  }
  const answer = await ask(path, signal);
  if ('why' in answer) return { state: 'unfit', why: answer.why };
  const said = readAnswer(answer.stdout);
  if (said === null) return { state: 'unfit', why: 'it does not answer like a Python' };
  if (said.implementation !== 'CPython') return { state: 'unfit', why: `it is ${said.implementation}, not CPython` };
  if (!versions.includes(said.version.split('.', 2).join('.'))) return { state: 'unfit', why: `it is ${said.version}` };
  if (!said.venv)
    return { state: 'unfit', why: `it is ${said.version} without venv and ensurepip (Debian: python3-venv)` };
  return {
    state: 'fit',
    python: { path: said.executable, version: said.version, platform: said.platform, origin: said.origin },
  };
}

function ask(path: string, signal: AbortSignal): Promise<{ stdout: string } | { why: string }> {
  return new Promise((resolve, reject) => {
    // -I: a PYTHONPATH or a module in this folder must not decide what a Python is.
    const options = { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024, signal } as const;
    const child = execFile(path, ['-I', '-c', QUESTION], options, (error, stdout, stderr) => {
      if (signal.aborted) return reject(signal.reason);
      if (error === null) return resolve({ stdout });
      if (error.killed) return resolve({ why: `it did not answer within ${LIMIT_MS / 1000} s` });
      const said = stderr.trim().split('\n').at(0)?.slice(0, 200);
      resolve({ why: said ? `it says: ${said}` : `it cannot be run (${error.code ?? error.message})` });
    });
    child.stdin?.end();
  });
}

interface Answer {
  readonly implementation: string;
  readonly version: string;
  readonly executable: string;
  readonly platform: string;
  readonly origin: string;
  readonly venv: boolean;
}

/** What a Python answers to the question; null for anything else that a program may write. */
export function readAnswer(stdout: string): Answer | null {
  try {
    const said = JSON.parse(stdout) as Answer;
    const { implementation, version, executable, platform, origin, venv } = said;
    const words: readonly unknown[] = [implementation, version, platform];
    const paths: readonly unknown[] = [executable, origin];
    return words.every(isWord) && paths.every(isPath) && typeof venv === 'boolean' ? said : null;
  } catch {
    return null;
  }
}

function isWord(text: unknown): boolean {
  return typeof text === 'string' && /^[\w.+-]{1,100}$/.test(text);
}

/** One that can be run: a program whose name holds a NUL character cannot be. */
function isPath(path: unknown): boolean {
  return typeof path === 'string' && isAbsolute(path) && path.length <= 4096 && !path.includes('\0');
}
