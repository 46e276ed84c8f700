import { request } from 'node:http';
import { connect } from 'node:http2';

const ASK_LIMIT_MS = 2000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** `ours` answered with the word it was given; `foreign` is somebody else on the port; `silent` is nobody yet. */
export type Answer = 'ours' | 'foreign' | 'silent';

/**
 * Asks the wrapper on a REST port for its metadata, which holds a word that only the wrapper we started knows.
 * A port is no proof: another program may have taken it first.
 */
export function askRest(port: number, word: string, host = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ASK_LIMIT_MS);
    const call = request({ host, port, path: '/metadata', agent: false, signal }, (reply) => {
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
export function askGrpc(port: number, word: string, host = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve) => {
    const session = connect(`http://${host}:${port}`);
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
    });
    call.on('response', () => {
      replied = true;
    });
    call.on('data', (chunk: Buffer) => collect(chunks, chunk, () => session.destroy()));
    call.on('error', () => {});
    call.on('close', () => session.close());
    // One message of no bytes: a request whose fields all have their defaults.
    call.end(Buffer.alloc(5));
  });
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
