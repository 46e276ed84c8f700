import { Socket } from 'node:net';
import { authorityOf } from '../endpoint.ts';
import type { Exchange, RestRequest, Timing } from './exchange.ts';
import { Http1Reply } from './http1-reply.ts';

/** So many ended connections may wait for the server's FIN before the oldest is dropped. */
const MAX_LINGERING = 64;
/** Bodies up to this size are copied behind their head. */
const COPIED_BYTES = 16 * 1024;

/**
 * HTTP/1.1 over a plain socket: the request is framed once and goes out in one write.
 * Where the server keeps connections, one is used on and on; where it ends them, each request connects anew and the
 * connecting is inside the clock.
 */
export function openRestWire(request: RestRequest): Exchange {
  const { head, body } = frameRequest(request);
  const reply = new Http1Reply();
  // Every connection reads into this buffer: the reply is taken out of it before the next piece is read.
  const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
  const lingering: Socket[] = [];
  let current: Socket | null = null;
  /**
   * Where the server ends each connection: the object for the next one, made while this one's reply is waited for. A
   * socket object costs JavaScript more than the connection costs the kernel, and that is not the server's doing.
   */
  let spare: Socket | null = null;
  let pending: { resolve: () => void; reject: (error: Error) => void; timing: Timing } | null = null;

  const fail = (error: Error): void => {
    const failed = pending;
    pending = null;
    current?.destroy();
    current = null;
    failed?.reject(error);
  };

  /** Whether the last reply ended its connection. */
  let ends = false;

  const finish = (socket: Socket, end: number): void => {
    const finished = pending;
    if (!finished) return;
    finished.timing.end = end;
    pending = null;
    ends = !reply.kept;
    if (ends) {
      current = null;
      // The server closes first, so that the ports in TIME_WAIT are its own and not this machine's ephemeral ones.
      lingering.push(socket);
      if (lingering.length > MAX_LINGERING) lingering.shift()?.destroy();
    }
    if (reply.status === 200) finished.resolve();
    else finished.reject(new Error(`expected HTTP status 200, found ${reply.status}: ${excerpt(reply.copy().body)}`));
  };

  const prepareSpare = (): void => {
    if (pending) spare ??= create();
  };

  const create = (): Socket => {
    const socket = new Socket({
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          // The clock stops with the bytes; what they say is read after it.
          const now = performance.now();
          if (socket !== current || !pending) {
            if (socket === current) fail(new Error('the server sent bytes that nobody asked for'));
            return true;
          }
          if (!reply.begun) pending.timing.firstByte = now;
          try {
            if (reply.feed(readBuffer, length)) finish(socket, now);
          } catch (error) {
            fail(error as Error);
          }
          return true;
        },
      },
    });
    socket.once('connect', () => {
      if (socket !== current || !pending) return;
      pending.timing.connected = performance.now();
      // Once the request is out.
      if (ends) setImmediate(prepareSpare);
    });
    socket.once('end', () => {
      if (socket !== current) return;
      if (!pending) {
        current = null;
        return;
      }
      try {
        if (reply.end()) finish(socket, performance.now());
      } catch (error) {
        fail(error as Error);
      }
    });
    socket.on('error', (error) => {
      if (socket === current) fail(error);
    });
    socket.once('close', () => {
      if (socket === current) fail(new Error('the connection was closed'));
      const at = lingering.indexOf(socket);
      if (at >= 0) lingering.splice(at, 1);
    });
    return socket;
  };

  return {
    send(timing) {
      return new Promise((resolve, reject) => {
        reply.reset();
        pending = { resolve, reject, timing };
        timing.firstByte = Number.NaN;
        timing.start = performance.now();
        // A connection that broke just now has not said so yet.
        if (current === null || current.destroyed) {
          current = spare ?? create();
          spare = null;
          current.connect(request.port, request.host);
        } else {
          timing.connected = timing.start;
        }
        if (body === null) {
          current.write(head);
        } else {
          current.cork();
          current.write(head);
          current.write(body);
          current.uncork();
        }
      });
    },
    abort: fail,
    reply: () => reply.copy(),
    reset() {
      pending = null;
      current?.destroy();
      current = null;
      spare?.destroy();
      spare = null;
      for (const socket of lingering.splice(0)) socket.destroy();
    },
  };
}

/** A small request is one buffer; a large body stays where it is, shared by all cells, and goes out in one `writev`. */
function frameRequest(request: RestRequest): { head: Buffer; body: Uint8Array | null } {
  const head = Buffer.from(
    `POST ${request.path} HTTP/1.1\r\nHost: ${authorityOf(request)}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${request.body.length}\r\n\r\n`,
    'latin1',
  );
  if (request.body.length > COPIED_BYTES) return { head, body: request.body };
  return { head: Buffer.concat([head, request.body]), body: null };
}

function excerpt(body: Uint8Array): string {
  return JSON.stringify(Buffer.from(body.subarray(0, 200)).toString('utf8'));
}
