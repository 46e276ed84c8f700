import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { workerScript } from '../assets.ts';
import { ServerError } from '../errors.ts';
import type { BlockOrder } from './block-order.ts';
import type { Destination, Reply } from './exchange.ts';
import type { Answer, Ask, Client, MeasuredBlock } from './protocol.ts';

/** The load process, seen from the parent. One ask at a time. */
export interface Loader extends AsyncDisposable {
  readonly pid: number;
  /** Keeps a request's bytes under the name `payload`. */
  hold(payload: string, body: Uint8Array): Promise<void>;
  prepare(key: string, client: Client, destination: Destination): Promise<void>;
  /** Sends once, outside any measurement. Rejects where the request failed. */
  send(key: string, timeoutMs: number): Promise<Reply>;
  /** Rejects, too, where no block that goes on can take so long: the process was stopped, or hangs. */
  block(key: string, order: BlockOrder): Promise<MeasuredBlock>;
  release(key: string): Promise<void>;
}

/**
 * V8 flags of the load process. The semi-space holds more garbage than a fence lets gather, so that V8 itself has no
 * reason to collect inside a sample.
 */
export const LOAD_FLAGS = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=32'] as const;

/** For what is not in a block's own limits: the asks themselves, on a machine that does much else. */
const GRACE_MS = 60_000;

export async function startLoader(graceMs = GRACE_MS): Promise<Loader> {
  const child = fork(workerScript, ['load'], {
    execArgv: [...LOAD_FLAGS],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const channel = openChannel(child);
  await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
  return {
    pid: child.pid as number,
    async hold(payload, body) {
      await channel.ask({ kind: 'hold', payload, body }, 'hold');
    },
    async prepare(key, client, destination) {
      await channel.ask({ kind: 'prepare', key, client, destination }, 'prepare');
    },
    async send(key, timeoutMs) {
      return (await channel.ask({ kind: 'send', key, timeoutMs }, 'send')).reply;
    },
    async block(key, order) {
      const limitMs = longestBlockMs(order) + graceMs;
      return (await within(limitMs, channel.ask({ kind: 'block', key, order }, 'block'))).outcome;
    },
    async release(key) {
      await channel.ask({ kind: 'release', key }, 'release');
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/**
 * No block takes longer than this: each of its requests ends with its time-out, a time-out ends the block, and so do three
 * failures in a row, so that at most two come before each request that succeeds (three of which may be warm-ups), and
 * after the last.
 */
function longestBlockMs({ durationMs, minRequests, timeoutMs }: BlockOrder): number {
  return durationMs + 3 * (4 + minRequests) * timeoutMs;
}

/** Beyond it a timer goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const seconds = Math.ceil(limitMs / 1000);
  const alarm = setTimeout(
    () =>
      reject(new ServerError(`expected the load process to end a block within ${seconds} s, and it does not answer`)),
    Math.min(limitMs, LONGEST_TIMER_MS),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(alarm);
  }
}

/** Pairs each ask with the next answer, and fails both when the process dies. */
function openChannel(child: ChildProcess) {
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  let dead: Error | null = null;
  let stderr = '';
  child.stderr?.on('data', (piece: Buffer) => {
    stderr = (stderr + piece.toString('utf8')).slice(-2000);
  });
  child.on('message', (answer: Answer) => {
    const answered = waiting;
    waiting = null;
    answered?.resolve(answer);
  });
  child.on('exit', (code, signal) => {
    dead = new ServerError(`the load process ended (${signal ?? `exit code ${code}`}) ${stderr.trim()}`.trim());
    waiting?.reject(dead);
  });
  child.on('error', (error) => {
    dead = error;
    waiting?.reject(error);
  });
  return {
    async ask<K extends Answer['kind']>(ask: Ask, kind: K): Promise<Extract<Answer, { kind: K }>> {
      if (dead) throw dead;
      if (waiting) throw new Error('the load process answers one ask at a time');
      const answer = await new Promise<Answer>((resolve, reject) => {
        waiting = { resolve, reject };
        child.send(ask, (error) => {
          if (error) reject(error);
        });
      });
      if (answer.kind === 'failed') throw new Error(answer.message);
      if (answer.kind !== kind)
        throw new Error(`expected the answer ${kind} of the load process, found ${answer.kind}`);
      return answer as Extract<Answer, { kind: K }>;
    },
  };
}
