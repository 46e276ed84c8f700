import { randomBytes } from 'node:crypto';
import { ServerError } from '../../errors.ts';
import { explainRefusal, requireDocker, runDocker } from '../docker-cli.ts';
import { lastLines } from '../exec.ts';
import type { Host } from '../target.ts';
import { removeContainer } from './remove.ts';
import { buildRunArgv, type ContainerOptions, PORTS } from './run-argv.ts';

const LOG_LINES = 30;

/** A container that was started; nobody has asked yet whether it answers. Disposing it removes it. */
export interface Container extends AsyncDisposable {
  readonly name: string;
  readonly id: string;
  /** Of its main process, as the daemon's machine counts. */
  readonly pid: number;
  /** On 127.0.0.1. Docker accepts connections there before anything in the container listens. */
  readonly ports: { readonly rest: number; readonly grpc: number };
  /** Resolves with the error to report when its main process is over; never rejects. */
  readonly died: Promise<ServerError>;
  /** The last lines that it wrote. */
  readLog(): Promise<readonly string[]>;
}

/** Runs a container; it is on the host's record before it is made. Throws ServerError or the signal's reason. */
export async function startContainer(options: Omit<ContainerOptions, 'name'>, host: Host): Promise<Container> {
  host.signal.throwIfAborted();
  const name = `seldon-bench-${randomBytes(6).toString('hex')}`;
  const forget = host.recordCreated({ kind: 'container', name });
  const gone = new AbortController();
  const dispose = async (): Promise<void> => {
    gone.abort();
    await removeContainer(name);
    forget();
  };
  try {
    await run(name, options);
    host.signal.throwIfAborted();
    const died = watch(name, options, gone.signal);
    const state = await readState(name, host.signal);
    const ports = await readPorts(name, host.signal).catch(async (error: unknown) => {
      // One that is over already has no ports: its last lines tell more than that.
      throw (await readState(name, host.signal)).isRunning ? error : await died;
    });
    const readLog = (): Promise<readonly string[]> => readLastLines(name, host.signal);
    return { name, id: state.id, pid: state.pid, ports, died, readLog, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/**
 * Not with the host's signal: a daemon that was told to make a container makes it even when nobody waits for it any more,
 * and one that is made after it was looked for stays for ever.
 */
async function run(name: string, options: Omit<ContainerOptions, 'name'>): Promise<void> {
  const args = buildRunArgv({ ...options, name });
  const outcome = await runDocker(args, { signal: new AbortController().signal });
  if (outcome.code === 0) return;
  if (
    /port is already allocated|address already in use|failed programming external connectivity/i.test(outcome.stderr)
  ) {
    throw explainRefusal('publish ports on 127.0.0.1', args, outcome);
  }
  throw explainRefusal(`start a container of the image ${options.image}`, args, outcome);
}

async function readPorts(name: string, signal: AbortSignal): Promise<Container['ports']> {
  const text = await requireDocker('tell the published ports', ['port', name], { signal });
  return { rest: parsePort(text, PORTS.rest), grpc: parsePort(text, PORTS.grpc) };
}

/** From lines such as `9000/tcp -> 127.0.0.1:32768`. Throws ServerError where the port is not published there. */
export function parsePort(text: string, inside: number): number {
  const [, port] = new RegExp(`^${inside}/tcp -> 127\\.0\\.0\\.1:(\\d{1,5})\\s*$`, 'm').exec(text) ?? [];
  if (port !== undefined && Number(port) > 0) return Number(port);
  throw new ServerError(`expected Docker to publish port ${inside} on 127.0.0.1; it does not say that it did.`, {
    detail: lastLines(text),
  });
}

interface State {
  readonly id: string;
  readonly isRunning: boolean;
  readonly pid: number;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
}

async function readState(name: string, signal: AbortSignal): Promise<State> {
  const format = '{{.Id}} {{.State.Running}} {{.State.Pid}} {{.State.ExitCode}} {{.State.OOMKilled}}';
  const args = ['container', 'inspect', '--format', format, name] as const;
  const text = await requireDocker('tell the state of the container', [...args], { signal });
  const [id = '', running, pid, code, oom] = text.trim().split(' ');
  return { id, isRunning: running === 'true', pid: Number(pid), exitCode: Number(code), isOutOfMemory: oom === 'true' };
}

/** Waits for the end of the container's main process, and finds out why it came. */
async function watch(
  name: string,
  { method, limits }: Pick<ContainerOptions, 'method' | 'limits'>,
  signal: AbortSignal,
): Promise<ServerError> {
  try {
    // However long it runs.
    await requireDocker('wait for the container', ['wait', name], { signal, timeoutMs: MAX_WAIT_MS });
    const { exitCode, isOutOfMemory } = await readState(name, signal);
    const detail = await readLastLines(name, signal);
    const how = isOutOfMemory
      ? `was ended because it used more than its ${limits.memory} MiB of memory`
      : exitCode > 128
        ? `was ended by signal ${exitCode - 128}`
        : `ended with code ${exitCode}`;
    return new ServerError(
      `expected the container for ${method} to keep running; it ${how}. Its last lines may say why.`,
      { detail },
    );
  } catch (error) {
    if (error instanceof ServerError) return error;
    return new ServerError(`expected the container for ${method} to keep running; it was removed.`, { cause: error });
  }
}

/** The longest that a timer can run. */
const MAX_WAIT_MS = 2 ** 31 - 1;

async function readLastLines(name: string, signal: AbortSignal): Promise<readonly string[]> {
  const { stdout, stderr } = await runDocker(['logs', '--tail', String(LOG_LINES), name], { signal });
  return lastLines(`${stdout}\n${stderr}`);
}
