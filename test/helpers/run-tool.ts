import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReport, type Report } from '../../src/report.ts';

export const projectFolder = join(import.meta.dirname, '..', '..');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves once what was written so far matches; rejects if the tool ends before. */
  until(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface Start {
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Starts one of the tool's entries under the Node that runs the tests. */
export function start({ script, args = [], env = {}, cwd = projectFolder }: Start): Running {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, GITHUB_ACTIONS: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let waiting: (() => void)[] = [];
  const notify = (): void => {
    const notified = waiting;
    waiting = [];
    for (const resolve of notified) resolve();
  };
  child.stdout.on('data', (piece) => {
    stdout += piece;
    notify();
  });
  child.stderr.on('data', (piece) => {
    stderr += piece;
    notify();
  });
  let over = false;
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    over = true;
    notify();
    return { code, signal, stdout, stderr };
  });
  return {
    child,
    ended,
    async until(pattern) {
      while (!pattern.test(stdout + stderr)) {
        if (over) throw new Error(`expected ${pattern} before the end, found:\n${stdout}${stderr}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return start({ script: join(projectFolder, 'src', 'cli.ts'), args, env });
}

export function runCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return startCli(args, env).ended;
}

export async function readReport(folder: string): Promise<Report> {
  return parseReport(await readFile(join(folder, 'report.json'), 'utf8'));
}

/** A folder of the test's own, removed when disposed. */
export async function makeFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'seldon-bench-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
