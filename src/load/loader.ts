import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { workerScript } from '../assets.ts';
import { ServerError } from '../errors.ts';
import type { BlockOrder } from './block-order.ts';
import type { Destination, Reply } from './exchange.ts';
import { MIN_PATIENCE_MS } from './open-loop.ts';
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

/** For an ask itself, on a machine that does much else. */
const GRACE_MS = 60_000;

/** `graceMs` is what requests and blocks may take beyond their own limits. */
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
      return (await channel.ask({ kind: 'send', key, timeoutMs }, 'send', timeoutMs + graceMs)).reply;
    },
    async block(key, order) {
      const limitMs = longestBlockMs(order) + graceMs;
      return (await channel.ask({ kind: 'block', key, order }, 'block', limitMs)).outcome;
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
 * No block takes longer than this. Each of its requests ends with its time-out, a time-out ends the block, and so do three
 * failures in a row, so that at most two come before each request that succeeds (three of which may be warm-ups), and
 * after the last. In an open loop as many have to arrive, and may wait for as long as the block lasts.
 */
function longestBlockMs({ durationMs, minRequests, timeoutMs, rate }: BlockOrder): number {
  const arrivingMs = rate === null ? 0 : (minRequests * LONGEST_GAP * 1000) / rate.perSecond;
  return arrivingMs + 2 * Math.max(durationMs, MIN_PATIENCE_MS) + 3 * (4 + minRequests) * timeoutMs;
}

/** In means: the negative logarithm of the smallest number that can be drawn. */
const LONGEST_GAP = 53 * Math.LN2;

/** Beyond it a timer goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Pairs each ask with the next answer, and fails both when the process dies, or does not answer within the limit. */
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
    dead ??= new ServerError(`the load process ended (${signal ?? `exit code ${code}`}) ${stderr.trim()}`.trim());
    waiting?.reject(dead);
  });
  child.on('error', (error) => {
    dead ??= error;
    waiting?.reject(dead);
  });
  const giveUp = (kind: Ask['kind'], limitMs: number): void => {
    const seconds = Math.ceil(limitMs / 1000);
    dead ??= new ServerError(`expected the load process to answer (${kind}) within ${seconds} s, and it does not`);
    waiting?.reject(dead);
    // A late answer would be paired with another ask.
    child.kill('SIGKILL');
  };
  return {
    async ask<K extends Answer['kind']>(ask: Ask, kind: K, limitMs = GRACE_MS): Promise<Extract<Answer, { kind: K }>> {
      if (dead) throw dead;
      if (waiting) throw new Error('the load process answers one ask at a time');
      const alarm = setTimeout(giveUp, Math.min(limitMs, LONGEST_TIMER_MS), ask.kind, limitMs);
      const answer = await new Promise<Answer>((resolve, reject) => {
        waiting = { resolve, reject };
        child.send(ask, (error) => {
          if (error) reject(error);
        });
      }).finally(() => clearTimeout(alarm));
      if (answer.kind === 'failed') throw new Error(answer.message);
      if (answer.kind !== kind)
        throw new Error(`expected the answer ${kind} of the load process, found ${answer.kind}`);
      return answer as Extract<Answer, { kind: K }>;
    },
  };
}
