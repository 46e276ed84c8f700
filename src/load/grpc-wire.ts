import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import type { Exchange, GrpcRequest, Timing } from './exchange.ts';
import { GrpcReply } from './grpc-reply.ts';

const RECEIVE_WINDOW_BYTES = 4 * 1024 * 1024;

/** A unary gRPC call over node:http2. `request.body` is framed already: each call hands that same buffer over. */
export function openGrpcWire(request: GrpcRequest): Exchange {
  const host = request.host.includes(':') ? `[${request.host}]` : request.host;
  const authority = `${host}:${request.port}`;
  const headers = {
    ':method': 'POST',
    ':scheme': 'http',
    ':path': request.path,
    ':authority': authority,
    te: 'trailers',
    'content-type': 'application/grpc',
    ...request.metadata,
  };
  const reply = new GrpcReply();
  let session: ClientHttp2Session | null = null;
  let stream: ClientHttp2Stream | null = null;
  let pending: { resolve: () => void; reject: (error: Error) => void } | null = null;

  const settle = (error: Error | null): void => {
    const settled = pending;
    pending = null;
    stream = null;
    if (error) settled?.reject(error);
    else settled?.resolve();
  };

  const drop = (error: Error): void => {
    const dropped = session;
    session = null;
    settle(error);
    dropped?.destroy();
  };

  const open = (timing: Timing): ClientHttp2Session => {
    const opened = connect(`http://${authority}`, {
      settings: { enablePush: false, initialWindowSize: RECEIVE_WINDOW_BYTES },
    });
    opened.once('connect', () => {
      timing.connected = performance.now();
      opened.setLocalWindowSize(RECEIVE_WINDOW_BYTES);
    });
    opened.on('error', (error) => {
      if (opened === session) drop(error);
    });
    // After GOAWAY the stream in flight may still finish, but the next call needs a new connection.
    opened.once('goaway', () => {
      if (opened === session && !pending) session = null;
    });
    opened.once('close', () => {
      if (opened === session) drop(new Error('the server closed the HTTP/2 connection'));
    });
    return opened;
  };

  return {
    send(timing) {
      return new Promise((resolve, reject) => {
        reply.reset();
        pending = { resolve, reject };
        timing.firstByte = Number.NaN;
        timing.start = performance.now();
        if (session === null || session.closed || session.destroyed) {
          session = open(timing);
        } else {
          timing.connected = timing.start;
        }
        const call = session.request(headers);
        stream = call;
        call.on('response', (fields: IncomingHttpHeaders) => {
          timing.firstByte = performance.now();
          reply.onHead(fields);
        });
        call.on('data', (piece: Buffer) => reply.onData(piece));
        call.on('trailers', (fields: IncomingHttpHeaders) => reply.onTrailers(fields));
        call.on('end', () => {
          timing.end = performance.now();
          // A stream that was reset ends, too; its own error says more than a missing status.
          if (call === stream && call.rstCode === 0) settle(reply.failure());
        });
        call.on('error', (error) => {
          if (call === stream) settle(error);
        });
        call.on('close', () => {
          if (call === stream) settle(new Error(`the server reset the stream (HTTP/2 error ${call.rstCode})`));
        });
        call.end(request.body);
      });
    },
    abort: drop,
    reply: () => ({ body: reply.message(), raw: new Uint8Array(0), kept: true }),
    reset() {
      pending = null;
      const closed = session;
      session = null;
      closed?.destroy();
    },
  };
}
