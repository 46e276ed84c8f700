import { credentials, Client as GrpcClient, Metadata } from '@grpc/grpc-js';
import { Client as HttpClient } from 'undici';
import { authorityOf } from '../endpoint.ts';
import { type Exchange, type GrpcRequest, MAX_REPLY_BYTES, type RestRequest } from './exchange.ts';

/** What a Node service would use for REST: undici's client and its `request`, one connection. */
export function openRestLibrary(request: RestRequest): Exchange {
  const create = (): HttpClient =>
    new HttpClient(`http://${authorityOf(request)}`, {
      pipelining: 1,
      maxResponseSize: MAX_REPLY_BYTES,
      // How long a request may take is the block's decision.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  const options = {
    method: 'POST' as const,
    path: request.path,
    headers: { 'content-type': 'application/json' },
    body: request.body,
  };
  let client: HttpClient | null = null;
  let body = new Uint8Array(0);
  let interrupt: ((reason: Error) => void) | null = null;
  const reset = (): void => {
    client?.destroy().catch(() => {});
    client = null;
  };
  return {
    send(timing) {
      return new Promise((resolve, reject) => {
        interrupt = reject;
        timing.connected = Number.NaN;
        const connection = client ?? create();
        client = connection;
        timing.start = performance.now();
        const ask = async (): Promise<void> => {
          const reply = await connection.request(options);
          timing.firstByte = performance.now();
          body = new Uint8Array(await reply.body.arrayBuffer());
          timing.end = performance.now();
          if (reply.statusCode !== 200) throw new Error(`expected HTTP status 200, found ${reply.statusCode}`);
        };
        ask().then(resolve, reject);
      });
    },
    abort(reason) {
      interrupt?.(reason);
      reset();
    },
    reply: () => ({ body, raw: new Uint8Array(0), kept: false }),
    reset,
  };
}

/** What a Node service would use for gRPC: @grpc/grpc-js, whose clock here holds neither encoding nor decoding. */
export function openGrpcLibrary(request: GrpcRequest): Exchange {
  const create = (): GrpcClient =>
    new GrpcClient(authorityOf(request), credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_REPLY_BYTES,
      // Otherwise clients to one address share a connection, and cells would not stand alone.
      'grpc.use_local_subchannel_pool': 1,
    });
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(request.metadata)) metadata.set(key, value);
  const message = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.length);
  const pass = (bytes: Buffer): Buffer => bytes;
  let client: GrpcClient | null = null;
  let body: Uint8Array = new Uint8Array(0);
  let interrupt: ((reason: Error) => void) | null = null;
  const reset = (): void => {
    client?.close();
    client = null;
  };
  return {
    send(timing) {
      return new Promise((resolve, reject) => {
        interrupt = reject;
        timing.connected = Number.NaN;
        timing.firstByte = Number.NaN;
        client ??= create();
        timing.start = performance.now();
        const call = client.makeUnaryRequest(request.path, pass, pass, message, metadata, (error, value) => {
          timing.end = performance.now();
          if (error) return reject(new Error(`expected grpc-status 0, found ${error.code}: ${error.details}`));
          body = value ?? new Uint8Array(0);
          resolve();
        });
        call.once('metadata', () => {
          timing.firstByte = performance.now();
        });
      });
    },
    abort(reason) {
      interrupt?.(reason);
      reset();
    },
    reply: () => ({ body: Uint8Array.from(body), raw: new Uint8Array(0), kept: true }),
    reset,
  };
}
