import { readFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { EXIT, explain } from '../errors.ts';
import { startNull } from './null-server.ts';
import type { NullReply } from './spec.ts';

/** Where it listens in its container: one port a reply, in their order. */
export const FIRST_PORT = 20_000;

/** What a file holds for `serveNullAlone`. */
export function packReplies(replies: readonly NullReply[]): Uint8Array {
  return serialize(replies);
}

/**
 * The null server by itself, for everybody who reaches this container, until it is stopped. `file` holds its replies.
 * It loads no package: the sources or the bundle alone are enough to run it.
 */
export async function serveNullAlone(file: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  try {
    const replies = deserialize(await readFile(file)) as readonly NullReply[];
    await startNull({ kind: 'null', replies }, { host: '0.0.0.0', firstPort: FIRST_PORT });
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = EXIT.server;
  }
}
