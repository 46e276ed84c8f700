import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { ServerError } from '../../src/errors.ts';
import { listen } from '../../src/server/listen.ts';
import { askUntil } from '../../src/target/wait.ts';

interface ServerProgram extends AsyncDisposable {
  readonly port: number;
}

const START_PATIENCE_MS = 5000;
const END_PATIENCE_MS = 3000;

/**
 * Starts a server that cannot choose its own port and waits until it takes connections on 127.0.0.1. Throws a
 * ServerError with what it wrote where it does not. Disposing ends it.
 */
export async function startServerProgram(
  program: string,
  args: (port: number) => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<ServerProgram> {
  signal.throwIfAborted();
  const port = await findFreePort();
  const child = spawn(program, [...(await args(port))], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  let over: string | null = null;
  const ended = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      over = how;
      resolve();
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, killer) => end(`it ended with ${killer ?? code}`));
  });
  const dispose = async (): Promise<void> => {
    if (over !== null) return;
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), END_PATIENCE_MS);
    await ended;
    clearTimeout(killer);
  };
  try {
    const up = await askUntil(
      async () => (over !== null ? false : (await takes(port)) || null),
      START_PATIENCE_MS,
      signal,
    );
    if (up && over === null) return { port, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
  await dispose();
  throw new ServerError(`expected ${program} to listen on port ${port}: ${over ?? 'it does not'} ${stderr.trim()}`);
}

/** Asked of the system, and given back at once: another process could take it in between, and the start would fail. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
