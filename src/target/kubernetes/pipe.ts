import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { orAborted } from '../../abort.ts';
import { ServerError } from '../../errors.ts';
import { createOutputTail } from '../output-tail.ts';

export type Argv = readonly [string, ...string[]];

interface PipeOptions {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** The second program starts once this is fulfilled; what the first does before it writes, it does meanwhile. */
  readonly ready?: Promise<unknown>;
}

/**
 * Gives what one program writes to another. `what` goes on "expected to ...". Throws ServerError, the signal's reason,
 * or that of `ready`.
 */
export async function pipePrograms(what: string, from: Argv, to: Argv, options: PipeOptions): Promise<void> {
  options.signal.throwIfAborted();
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal, AbortSignal.timeout(options.limitMs)]);
  const tail = createOutputTail();
  const [source, ...sourceArgs] = from;
  const [sink, ...sinkArgs] = to;
  const writer = spawn(source, sourceArgs, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  writer.stderr.setEncoding('utf8').on('data', (text: string) => tail.push(text));
  const written = once(writer, 'close');
  // Nobody listens to it before the second program may start.
  written.catch(() => {});
  // Read from the start: of a program that has ended, what nobody was reading is lost.
  const held = new PassThrough();
  const drawn = pipeline(writer.stdout, held).catch(() => {});
  try {
    await orAborted(options.ready ?? Promise.resolve(), signal);
  } catch (error) {
    over.abort();
    held.destroy();
    await Promise.allSettled([written]);
    throw error;
  }
  const reader = spawn(sink, sinkArgs, { stdio: ['pipe', 'pipe', 'pipe'], signal });
  for (const stream of [reader.stdout, reader.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => tail.push(text));
  // Should one die, the other is told: its end of the pipe is destroyed. Why it did is for its own outcome to say.
  const piped = pipeline(held, reader.stdin).catch(() => {});
  const outcomes = await Promise.allSettled([written, once(reader, 'close'), drawn, piped]);
  options.signal.throwIfAborted();
  for (const [i, outcome] of outcomes.slice(0, 2).entries()) {
    if (outcome.status === 'fulfilled' && (outcome.value as [number | null])[0] === 0) continue;
    const [program, subcommand] = i === 0 ? from : to;
    throw new ServerError(`expected to ${what}; ${program} ${subcommand} failed`, {
      detail: tail.lines(),
      ...(outcome.status === 'rejected' && { cause: outcome.reason }),
    });
  }
}
