import { connect, type Socket } from 'node:net';
import { createFrameCutter } from '../http2/frame-cutter.ts';
import { checkPlace } from '../http2/frame-place.ts';
import {
  DEFAULT_WINDOW_BYTES,
  ERROR_CODE,
  FLAG,
  FRAME,
  frame,
  PREFACE,
  resetStream,
  SETTING,
  settings,
  unpad,
  windowUpdate,
} from '../http2/frames.ts';
import { createHeaderBlockReader, type HeaderBlock } from '../http2/header-block.ts';
import type { Field } from '../http2/hpack.ts';
import { createRequestSender } from '../http2/request-sender.ts';

/**
 * What one call hears. After `onEnd` or `onFailure` it hears nothing more. `at` is when the bytes were there, before
 * what they say was read, in milliseconds of `performance.now()`.
 */
interface CallEvents {
  /** The head's fields, then the trailers'; interim heads (status 1xx) are passed over. */
  onFields(fields: readonly Field[], at: number): void;
  /** A view that is only valid during the call. */
  onData(bytes: Buffer): void;
  onEnd(): void;
  /** `untouched`: the server says that it has not begun with the call, so that it may be sent again. */
  onFailure(error: Error, untouched: boolean): void;
}

/** One HTTP/2 connection without TLS that carries one call at a time. */
export interface UnaryConnection {
  /** Whether another call can go out on it. */
  usable(): boolean;
  /** Sends a request: a header block that enters no table, and a body. The body must not change until it has ended. */
  call(block: Buffer, body: Uint8Array, events: CallEvents): void;
  destroy(): void;
}

/** What we let the server send before we give credit: replies of the benchmarked models are far smaller. */
const RECEIVE_WINDOW_BYTES = 4 * 1024 * 1024;
const LAST_STREAM = 2 ** 31 - 1;

const GREETING = Buffer.concat([
  PREFACE,
  settings({
    [SETTING.headerTableSize]: 0,
    [SETTING.enablePush]: 0,
    [SETTING.initialWindowSize]: RECEIVE_WINDOW_BYTES,
  }),
  windowUpdate(0, RECEIVE_WINDOW_BYTES - DEFAULT_WINDOW_BYTES),
]);
const SETTINGS_ACK = frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0));

interface Call {
  readonly block: Buffer;
  readonly body: Uint8Array;
  readonly events: CallEvents;
  /** 0 while the server allows no stream. */
  stream: number;
  /** Whether it went out before the server's settings had come: they may forbid it. */
  early: boolean;
  /** Whether the head of the reply has come. */
  answered: boolean;
  /** Bytes received for which no credit was given back yet. */
  owed: number;
}

/**
 * As much of HTTP/2 (RFC 9113) as a unary call needs, and that in full: flow control in both directions, settings at
 * any time, header blocks in pieces, padding, PING, GOAWAY, RST_STREAM. A request that the windows allow goes out in one
 * write. `onConnected` is called once, when the connection stands.
 */
export function openUnaryConnection(
  address: { readonly host: string; readonly port: number },
  onConnected: () => void,
): UnaryConnection {
  let nextStream = 1;
  let call: Call | null = null;
  let open = true;
  let greeted = false;
  let owed = 0;
  let at = 0;
  const blocks = createHeaderBlockReader();

  const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
  const socket: Socket = connect({
    host: address.host,
    port: address.port,
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback: (length) => {
        at = performance.now();
        // What the bytes give rise to goes out in one write.
        socket.cork();
        try {
          const bytes = readBuffer.subarray(0, length);
          if (!greeted) checkGreeting(bytes);
          cut(bytes);
        } catch (error) {
          fail(error as Error);
        }
        socket.uncork();
        return true;
      },
    },
  });
  socket.once('connect', onConnected);
  socket.on('error', (error) => fail(error));
  socket.once('end', () => fail(new Error('the server closed the HTTP/2 connection')));
  socket.once('close', () => fail(new Error('the HTTP/2 connection was closed')));
  socket.write(GREETING);
  const sender = createRequestSender(socket);

  const fail = (error: Error, untouched = false): void => {
    open = false;
    socket.destroy();
    failCall(error, untouched);
  };

  const failCall = (error: Error, untouched: boolean): void => {
    const failed = call;
    call = null;
    sender.drop();
    failed?.events.onFailure(error, untouched);
  };

  const begin = (started: Call): void => {
    started.stream = nextStream;
    started.early = !greeted;
    nextStream += 2;
    sender.begin(started.stream, started.block, started.body);
  };

  const endCall = ({ stream, events }: Call): void => {
    call = null;
    // The server may answer without reading all: the rest must not follow.
    if (!sender.isDone()) socket.write(resetStream(stream, ERROR_CODE.cancel));
    sender.drop();
    if (!open) socket.end();
    events.onEnd();
  };

  const onBlock = ({ stream, fields, ends }: HeaderBlock): void => {
    if (call?.stream !== stream) return;
    if (call.answered) {
      if (!ends) throw new Error('expected trailers to end the stream');
    } else {
      const status = fields.find(([name]) => name === ':status')?.[1];
      if (status === undefined) throw new Error('expected a :status in the first header block of a reply, found none');
      if (/^1[0-9]{2}$/.test(status)) {
        if (ends) throw new Error(`expected a reply behind the interim one (${status}), found its end`);
        return;
      }
      call.answered = true;
    }
    call.events.onFields(fields, at);
    if (ends) endCall(call);
  };

  const onData = (stream: number, flags: number, payload: Buffer): void => {
    owed += payload.length;
    const bytes = unpad(flags, payload);
    if (owed > RECEIVE_WINDOW_BYTES / 2) {
      socket.write(windowUpdate(0, owed));
      owed = 0;
    }
    if (call?.stream !== stream) return;
    if (!call.answered) throw new Error('expected the head of a reply before its data');
    call.owed += payload.length;
    if (call.owed > RECEIVE_WINDOW_BYTES / 2) {
      socket.write(windowUpdate(stream, call.owed));
      call.owed = 0;
    }
    if (bytes.length > 0) call.events.onData(bytes);
    if ((flags & FLAG.endStream) !== 0) endCall(call);
  };

  const onSettings = (flags: number, payload: Buffer): void => {
    if ((flags & FLAG.ack) !== 0) {
      if (payload.length > 0) throw new Error('expected an acknowledgement of settings without a payload');
      return;
    }
    greeted = true;
    sender.set(payload);
    socket.write(SETTINGS_ACK);
    if (call?.stream === 0 && sender.limits.maxStreams > 0) begin(call);
  };

  const onReset = (stream: number, code: number): void => {
    if (call?.stream !== stream) return;
    if (code === ERROR_CODE.refusedStream && call.early && !call.answered) {
      // Nobody could know that it was too much: it waits until it is not.
      sender.drop();
      call.stream = 0;
      if (sender.limits.maxStreams > 0) begin(call);
      return;
    }
    failCall(new Error(`the server reset the stream (HTTP/2 error ${code})`), false);
  };

  const onGoAway = (payload: Buffer): void => {
    if (payload.length < 8) throw new Error('expected a whole GOAWAY');
    open = false;
    const last = payload.readUInt32BE(0) & 0x7fffffff;
    const code = payload.readUInt32BE(4);
    if (call === null) socket.end();
    else if (call.stream === 0 || call.stream > last) {
      fail(new Error(`the server said goodbye and left the call out (HTTP/2 error ${code})`), !call.answered);
    }
  };

  const cut = createFrameCutter((type, flags, stream, payload) => {
    if (!greeted && (type !== FRAME.settings || (flags & FLAG.ack) !== 0)) {
      throw new Error(`expected the server's settings first, found an HTTP/2 frame of type ${type}`);
    }
    // What came behind the failure in the same bytes.
    if (socket.destroyed) return;
    checkPlace(type, stream, nextStream);
    blocks.check(type, stream);
    if (type === FRAME.data) onData(stream, flags, payload);
    else if (type === FRAME.headers || type === FRAME.continuation) {
      // Read even for a call that is over: a broken block is a broken connection.
      const block = blocks.take(type, flags, stream, payload);
      if (block !== null) onBlock(block);
    } else if (type === FRAME.settings) onSettings(flags, payload);
    else if (type === FRAME.windowUpdate) sender.widen(stream, numberOf(payload) & 0x7fffffff);
    else if (type === FRAME.rstStream) onReset(stream, numberOf(payload));
    else if (type === FRAME.goAway) onGoAway(payload);
    else if (type === FRAME.ping) {
      if (payload.length !== 8) throw new Error('expected a PING of eight bytes');
      if ((flags & FLAG.ack) === 0) socket.write(frame(FRAME.ping, FLAG.ack, 0, payload));
    } else if (type === FRAME.pushPromise) throw new Error('expected no push, which we forbade');
    // Priorities and what may be invented yet change nothing here.
  });

  return {
    usable: () => open && nextStream <= LAST_STREAM,
    call(block, body, events) {
      call = { block, body, events, stream: 0, early: false, answered: false, owed: 0 };
      if (sender.limits.maxStreams > 0) begin(call);
    },
    destroy() {
      open = false;
      call = null;
      socket.destroy();
    },
  };
}

/** Says what speaks here where the first bytes are no HTTP/2: a wrong port is the commonest mistake. */
function checkGreeting(bytes: Buffer): void {
  const text = bytes.toString('latin1', 0, 5);
  if (text === 'HTTP/') throw new Error('expected HTTP/2 (a gRPC port), found a server that speaks HTTP/1');
}

function numberOf(payload: Buffer): number {
  if (payload.length !== 4) throw new Error(`expected a frame of four bytes, found ${payload.length}`);
  return payload.readUInt32BE(0);
}
