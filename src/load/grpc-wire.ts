import { authorityOf } from '../endpoint.ts';
import { encodeFields } from '../http2/hpack.ts';
import type { Exchange, GrpcRequest, Timing } from './exchange.ts';
import { GrpcReply } from './grpc-reply.ts';
import { openUnaryConnection, type UnaryConnection } from './unary-connection.ts';

/**
 * A unary gRPC call over a bare HTTP/2 connection. `request.body` is framed already, and the header block is encoded
 * once: each call hands the same buffers over.
 */
export function openGrpcWire(request: GrpcRequest): Exchange {
  const block = encodeFields([
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', request.path],
    [':authority', authorityOf(request)],
    ['te', 'trailers'],
    ['content-type', 'application/grpc'],
    ...Object.entries(request.metadata),
  ]);
  const reply = new GrpcReply();
  let connection: UnaryConnection | null = null;
  let interrupt: ((reason: Error) => void) | null = null;

  const reset = (): void => {
    connection?.destroy();
    connection = null;
    interrupt = null;
  };

  const attempt = (timing: Timing, again: boolean, resolve: () => void, reject: (error: Error) => void): void => {
    if (connection?.usable()) {
      timing.connected = timing.start;
    } else {
      connection?.destroy();
      connection = openUnaryConnection(request, () => {
        timing.connected = performance.now();
      });
    }
    connection.call(block, request.body, {
      onFields(fields, at) {
        if (Number.isNaN(timing.firstByte)) timing.firstByte = at;
        reply.onFields(fields);
      },
      onData: (bytes) => reply.onData(bytes),
      onEnd() {
        timing.end = performance.now();
        const failure = reply.failure();
        if (failure) reject(failure);
        else resolve();
      },
      onFailure(error, untouched) {
        // A farewell may cross a request on its way. Every gRPC client then asks once more, inside the clock.
        if (untouched && !again) attempt(timing, true, resolve, reject);
        else reject(error);
      },
    });
  };

  return {
    send(timing) {
      return new Promise((resolve, reject) => {
        interrupt = reject;
        reply.reset();
        timing.firstByte = Number.NaN;
        timing.start = performance.now();
        attempt(timing, false, resolve, reject);
      });
    },
    abort(reason) {
      interrupt?.(reason);
      reset();
    },
    reply: () => ({ body: reply.message(), raw: new Uint8Array(0), kept: true }),
    reset,
  };
}
