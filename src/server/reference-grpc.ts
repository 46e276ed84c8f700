import { constants, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { GRPC_RECEIVE_LIMIT_BYTES } from '../endpoint.ts';
import { explain } from '../errors.ts';
import { answerGrpc, type Model } from './answer.ts';
import type { Codec } from './spec.ts';

/** The gRPC half of one model, without TLS: unary `Predict` of the services Seldon and Model. */
export function createGrpcServer(model: Model, codec: Codec): Http2Server {
  const server = createServer({ settings: { initialWindowSize: WINDOW_BYTES } });
  // As wide as the wrapper's, so that no request waits for credit here that it would have there.
  server.on('session', (session) => session.setLocalWindowSize(WINDOW_BYTES));
  server.on('stream', (stream, headers) => {
    // A stream that its client resets is the client's affair.
    stream.on('error', () => {});
    const path = String(headers[constants.HTTP2_HEADER_PATH]);
    if (!METHODS.has(path)) return refuse(stream, UNIMPLEMENTED, `unknown method ${path}`);
    receive(stream, (message) => {
      try {
        send(stream, answerGrpc(model, codec.decodeRequest('grpc', message).encoding));
      } catch (error) {
        refuse(stream, UNKNOWN, explain(error));
      }
    });
  });
  return server;
}

const METHODS: ReadonlySet<string> = new Set(['/seldon.protos.Seldon/Predict', '/seldon.protos.Model/Predict']);
const WINDOW_BYTES = 4 * 1024 * 1024;
const PREFIX_BYTES = 5;

// Status codes of gRPC.
const UNKNOWN = 2;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;

/** Collects the one message of the stream and hands it on when the client has ended; refuses anything else. */
function receive(stream: ServerHttp2Stream, onMessage: (message: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (stream.headersSent) return;
    chunks.push(chunk);
    length += chunk.length;
    if (length < PREFIX_BYTES) return;
    const announced = prefixOf(chunks).readUInt32BE(1);
    if (announced > GRPC_RECEIVE_LIMIT_BYTES) {
      const why = `expected a message of at most ${GRPC_RECEIVE_LIMIT_BYTES} bytes, found ${announced}`;
      refuse(stream, RESOURCE_EXHAUSTED, why);
    } else if (length > PREFIX_BYTES + announced) {
      refuse(stream, INTERNAL, 'expected one message, found more');
    }
  });
  stream.on('end', () => {
    if (stream.headersSent || stream.destroyed) return;
    const body = Buffer.concat(chunks, length);
    if (length < PREFIX_BYTES || length !== PREFIX_BYTES + body.readUInt32BE(1))
      refuse(stream, INTERNAL, 'expected a whole message, found a part of one');
    else if (body[0] !== 0) refuse(stream, UNIMPLEMENTED, 'expected a message without compression');
    else onMessage(body.subarray(PREFIX_BYTES));
  });
}

/** The first bytes, which may lie in several chunks. */
function prefixOf(chunks: Buffer[]): Buffer {
  const first = chunks[0] as Buffer;
  if (first.length >= PREFIX_BYTES) return first;
  const joined = Buffer.concat(chunks);
  chunks.splice(0, chunks.length, joined);
  return joined;
}

function send(stream: ServerHttp2Stream, message: Buffer): void {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ...HEADERS }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': '' }));
  stream.end(Buffer.concat([prefix, message]));
}

const HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': 'identity, deflate, gzip',
} as const;

/** Ends the call with an error and asks the client for no more of its request. */
function refuse(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.headersSent || stream.destroyed) return;
  // gRPC escapes whatever is not printable ASCII, and the escape itself.
  const escaped = message.toWellFormed().replace(/[^ -$&-~]+/gu, encodeURIComponent);
  stream.respond({ ...HEADERS, 'grpc-status': String(status), 'grpc-message': escaped }, { endStream: true });
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
}
