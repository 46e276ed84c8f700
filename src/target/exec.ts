import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { explain, ServerError } from '../errors.ts';
import { createOutputTail } from './output-tail.ts';
import { endGroup } from './process-group.ts';

const MAX_OUTPUT_BYTES = 64 * 1024;
/** Descendants may hold the pipes open for longer than the program itself. */
const LAST_OUTPUT_MS = 2000;

export interface Outcome {
  /** The shell's code for how it ended: 128 + n for signal n. */
  readonly code: number;
  /** The last 64 KiB. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** What it reads; without it, nothing. */
  readonly input?: string | Uint8Array;
  /** After so many milliseconds it is ended, and that is a ServerError. */
  readonly timeoutMs?: number;
}

/**
 * Runs a program to its end; no shell reads its arguments. How it ended is for the caller to judge. When the signal is
 * aborted its whole process group is ended, and the call rejects with the signal's reason. Throws ServerError for a
 * program that is not there or takes too long; messages name the program and its subcommand, never what it was given.
 */
export async function runProgram(argv: readonly [string, ...string[]], options: RunOptions): Promise<Outcome> {
  const { signal, timeoutMs } = options;
  signal.throwIfAborted();
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: what it starts is ended with it, and the terminal's Ctrl-C reaches it through us alone.
    detached: true,
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  // A program need not read all that it is given.
  child.stdin.on('error', () => {});
  const pid = await spawned(child, program);
  child.stdin.end(options.input ?? '');

  const ended = end(child);
  const stop = new AbortController();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(), timeoutMs);
  const cut = AbortSignal.any([signal, stop.signal]);
  const first = await Promise.race([ended, aborted(cut)]);
  clearTimeout(timer);
  if (first !== null) return { code: first, stdout: stdout(), stderr: stderr() };

  await endGroup(pid);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  signal.throwIfAborted();
  throw new ServerError(`expected ${nameCommand(argv)} to end within ${(timeoutMs ?? 0) / 1000} s; it did not.`, {
    detail: lastLines(stderr() || stdout()),
  });
}

/** The program and its subcommand, which is all that a message may say of a command. */
export function nameCommand([program, first = '']: readonly [string, ...string[]]): string {
  const name = program.slice(program.lastIndexOf('/') + 1);
  return /^[a-z][a-z-]*$/.test(first) ? `${name} ${first}` : name;
}

/** The last lines of a foreign text, for people to read: free of control characters, cut to size. */
export function lastLines(text: string): readonly string[] {
  const tail = createOutputTail();
  tail.push(text);
  return tail.lines();
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

async function spawned(child: Child, program: string): Promise<number> {
  try {
    await once(child, 'spawn');
    return child.pid as number;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new ServerError(`expected to start ${program}: ${explain(error)}`, { cause: error });
    }
    throw new ServerError(
      `expected ${program} on the PATH, and it is not there; install it or choose another target.`,
      { cause: error },
    );
  }
}

async function end(child: Child): Promise<number> {
  const closed = once(child, 'close');
  closed.catch(() => {});
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  await Promise.race([closed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** Reads a stream to its end, and keeps its last bytes. */
function collect(stream: Readable): () => string {
  let kept = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    const joined = Buffer.concat([kept, chunk]);
    kept = joined.subarray(Math.max(0, joined.length - MAX_OUTPUT_BYTES));
  });
  return () => wholeCharacters(kept).toString('utf8');
}

/** Without the bytes of a character whose beginning was cut off. */
function wholeCharacters(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}
