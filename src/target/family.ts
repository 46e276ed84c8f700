import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { templatesFolder } from '../assets.ts';
import { explain, ServerError } from '../errors.ts';
import { createOutputTail } from './output-tail.ts';
import { endGroup, readStartTime } from './process-group.ts';
import type { Host } from './target.ts';

const LAST_OUTPUT_MS = 200;

/** A command with all its descendants, in a process group of its own. Disposing it ends every one of them. */
export interface Family extends AsyncDisposable {
  /** Id of the group and of its leader. */
  readonly pid: number;
  /** Settles when the command is over, with the shell's code for it (128 + n for signal n). Never rejects. */
  readonly exited: Promise<number>;
  /** The last lines of its output, standard error included. */
  lastLines(): readonly string[];
}

interface FamilyOptions {
  /** A Python that runs the guard, which ends the family should this process be killed. */
  readonly guardPython: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
}

/** Starts a command under the guard. It is on the host's record before it runs. Throws ServerError. */
export async function startFamily(options: FamilyOptions, host: Host): Promise<Family> {
  host.signal.throwIfAborted();
  const guard = join(templatesFolder, 'process', 'guard.py');
  const leader = spawn(options.guardPython, ['-I', '-S', guard, ...options.command], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = await spawned(leader, options.guardPython);
  const tail = createOutputTail(options.onLine);
  for (const stream of [leader.stdout, leader.stderr]) stream.setEncoding('utf8').on('data', (text) => tail.push(text));
  // Writing to a guard that is gone already: its exit tells the story.
  leader.stdin.on('error', () => {});

  let ending: Promise<boolean> | null = null;
  // One end only: once the group is gone its id may go to somebody else.
  const end = (): Promise<boolean> => {
    ending ??= endGroup(pid);
    return ending;
  };
  const closed = once(leader, 'close').catch(() => {});
  const exited = new Promise<number>((resolve) => {
    leader.once('exit', async (code, signal) => {
      void end();
      // Descendants may hold the pipes open for longer than anybody wants to wait for last words.
      await Promise.race([closed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });

  const startTime = await readStartTime(pid);
  const forget = host.recordCreated({ kind: 'process-group', pid, startTime: startTime ?? '' });
  leader.stdin.write('go\n');
  return {
    pid,
    exited,
    lastLines: () => tail.lines(),
    async [Symbol.asyncDispose]() {
      if (await end()) forget();
      else host.log.warn(`process group ${pid} did not end; end it with: kill -KILL -- -${pid}`);
      for (const stream of [leader.stdin, leader.stdout, leader.stderr]) stream.destroy();
    },
  };
}

async function spawned(child: ChildProcess, file: string): Promise<number> {
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new ServerError(`expected to start ${file}: ${explain(error)}`, { cause: error });
  }
  return child.pid as number;
}
