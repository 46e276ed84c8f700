import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { workerScript } from '../assets.ts';
import { ServerError } from '../errors.ts';
import type { ServerAnswer } from './child.ts';
import type { Ports, ServerSpec } from './spec.ts';

/** A server of ours in a process of its own. Disposing it ends the process and waits until it is gone. */
interface ServerProcess<K extends ServerSpec['kind']> extends AsyncDisposable {
  readonly pid: number;
  readonly ports: Ports[K];
  /** Aborted with a ServerError when the process ends before it is disposed. */
  readonly lost: AbortSignal;
}

/** How long a process that was asked to end may take before it is killed. */
const END_PATIENCE_MS = 2000;
const STDERR_LINES = 20;

/**
 * Starts a server process and waits until it listens. Rejects with a ServerError when it cannot, and with the
 * signal's reason when that is aborted first; no process is left in either case.
 */
export async function startServerProcess<S extends ServerSpec>(
  spec: S,
  signal: AbortSignal,
): Promise<ServerProcess<S['kind']>> {
  signal.throwIfAborted();
  const child = fork(workerScript, ['serve'], {
    serialization: 'advanced',
    // The parent's V8 options (a test runner's, an inspector's port) are not for the child.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const lastLines = keepLastLines(child);
  const ended = watchEnd(child);
  const lost = new AbortController();
  try {
    const ports = (await askForPorts(child, spec, ended, signal)) as Ports[S['kind']];
    let disposed = false;
    ended.then((how) => {
      if (!disposed) lost.abort(new ServerError(`the ${spec.kind} server ${how} unasked`, { detail: lastLines() }));
    });
    return {
      pid: child.pid as number,
      ports,
      lost: lost.signal,
      [Symbol.asyncDispose]: () => {
        disposed = true;
        return end(child, ended);
      },
    };
  } catch (error) {
    await end(child, ended);
    if (signal.aborted) throw signal.reason;
    throw new ServerError(`the ${spec.kind} server did not start: ${(error as Error).message}`, {
      detail: lastLines(),
      cause: error,
    });
  }
}

async function askForPorts(
  child: ChildProcess,
  spec: ServerSpec,
  ended: Promise<string>,
  signal: AbortSignal,
): Promise<unknown> {
  const answered = once(child, 'message', { signal }) as Promise<[ServerAnswer]>;
  child.send(spec);
  const [answer] = await Promise.race([answered, ended.then((how) => Promise.reject(new Error(`it ${how}`)))]);
  if (answer.state === 'failed') throw new Error(answer.why);
  return answer.ports;
}

/** Resolves, with how it went, when the process is gone and its stderr read, or when it was never there. */
function watchEnd(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`failed (${error.message})`));
    // Not the child's `close`: it never comes once the parent has disconnected the channel itself.
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exited with ${code}` : `was ended by ${signal}`;
      if (child.stderr === null || child.stderr.closed) resolve(how);
      else child.stderr.once('close', () => resolve(how));
    });
  });
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.connected) child.disconnect();
  const killer = setTimeout(() => child.kill('SIGKILL'), END_PATIENCE_MS);
  await ended;
  clearTimeout(killer);
}

function keepLastLines(child: ChildProcess): () => string[] {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-16_384);
  });
  return () => text.split('\n').filter(Boolean).slice(-STDERR_LINES);
}
