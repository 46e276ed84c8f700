import { request } from 'node:http';
import { connect } from 'node:http2';
import { authorityOf } from '../../endpoint.ts';

const ASK_LIMIT_MS = 2000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** `ours` answered with the word it was given; `foreign` is somebody else on the port; `silent` is nobody yet. */
export type Answer = 'ours' | 'foreign' | 'silent';

/** How requests are told apart where one port leads to several models. */
export interface Route {
  /** What the paths of REST requests begin with. */
  readonly prefix: string;
  /** Sent with gRPC calls. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** To a port of the model's own. */
export const NO_ROUTE: Route = { prefix: '', metadata: {} };

/**
 * Asks the wrapper on a REST port for its metadata, which holds a word that only the wrapper we started knows.
 * A port is no proof: another program may have taken it first. `model`: its name, where Seldon's executor is asked, which
 * passes the question on.
 */
export function askRest(
  port: number,
  word: string,
  host = '127.0.0.1',
  model: string | null = null,
  { prefix }: Route = NO_ROUTE,
): Promise<Answer> {
  const path = prefix + (model === null ? '/metadata' : `/api/v1.0/metadata/${model}`);
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ASK_LIMIT_MS);
    const call = request({ host, port, path, agent: false, signal }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => collect(chunks, chunk, () => call.destroy()));
      reply.on('end', () => resolve(judge(chunks, word)));
      reply.on('error', () => resolve('silent'));
    });
    call.on('error', (error: NodeJS.ErrnoException) => resolve(isNoHttp(error) ? 'foreign' : 'silent'));
    call.end();
  });
}

/** The same over gRPC, on a connection of its own. */
export function askGrpc(
  port: number,
  word: string,
  host = '127.0.0.1',
  model: string | null = null,
  { metadata }: Route = NO_ROUTE,
): Promise<Answer> {
  return new Promise((resolve) => {
    const session = connect(`http://${authorityOf({ host, port })}`);
    const timer = setTimeout(() => session.destroy(), ASK_LIMIT_MS);
    const chunks: Buffer[] = [];
    let replied = false;
    session.on('error', () => {});
    session.once('close', () => {
      clearTimeout(timer);
      resolve(replied ? judge(chunks, word) : 'silent');
    });
    const call = session.request({
      ':method': 'POST',
      ':path': '/seldon.protos.Seldon/ModelMetadata',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...metadata,
    });
    call.on('response', () => {
      replied = true;
    });
    call.on('data', (chunk: Buffer) => collect(chunks, chunk, () => session.destroy()));
    call.on('error', () => {});
    call.on('close', () => session.close());
    call.end(frameQuestion(model));
  });
}

/** One message: without a name it has no bytes, as all of its fields have their defaults. */
function frameQuestion(model: string | null): Buffer {
  const name = Buffer.from(model ?? '');
  // Field 1, text, in protobuf's way of writing; names are short.
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function collect(chunks: Buffer[], chunk: Buffer, tooMuch: () => void): void {
  chunks.push(chunk);
  if (chunks.reduce((sum, { length }) => sum + length, 0) > MAX_ANSWER_BYTES) tooMuch();
}

/** The word stands in the bytes as it is, in JSON and in protobuf. */
function judge(chunks: readonly Buffer[], word: string): Answer {
  return Buffer.concat(chunks).includes(word) ? 'ours' : 'foreign';
}

function isNoHttp(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith('HPE_') ?? false;
}
