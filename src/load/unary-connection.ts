import { connect, type Socket } from 'node:net';
import { createFrameCutter } from '../http2/frame-cutter.ts';
import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  FLAG,
  FRAME,
  FRAME_HEAD_BYTES,
  frame,
  LARGEST_MAX_FRAME_BYTES,
  MAX_WINDOW_BYTES,
  PREFACE,
  SETTING,
  settings,
  unpad,
  windowUpdate,
  writeFrameHead,
} from '../http2/frames.ts';
import { createHeaderBlockReader } from '../http2/header-block.ts';
import type { Field } from '../http2/hpack.ts';

/** What one call hears. After `onEnd` or `onFailure` it hears nothing more. */
export interface CallEvents {
  onFields(fields: readonly Field[]): void;
  /** A view that is only valid during the call. */
  onData(bytes: Buffer): void;
  onEnd(): void;
  onFailure(error: Error): void;
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
const CANCEL = 8;

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
  readonly stream: number;
  readonly body: Uint8Array;
  readonly events: CallEvents;
  sent: number;
  window: number;
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
  let window = DEFAULT_WINDOW_BYTES;
  let initialWindow = DEFAULT_WINDOW_BYTES;
  let maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
  let owed = 0;
  const blocks = createHeaderBlockReader();

  const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
  const socket: Socket = connect({
    host: address.host,
    port: address.port,
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback: (length) => {
        try {
          if (open || call) cut(readBuffer.subarray(0, length));
        } catch (error) {
          fail(error as Error);
        }
        return true;
      },
    },
  });
  socket.once('connect', onConnected);
  socket.on('error', (error) => fail(error));
  socket.once('end', () => fail(new Error('the server closed the HTTP/2 connection')));
  socket.once('close', () => fail(new Error('the HTTP/2 connection was closed')));
  socket.write(GREETING);

  const fail = (error: Error): void => {
    open = false;
    const failed = call;
    call = null;
    socket.destroy();
    failed?.events.onFailure(error);
  };

  const endCall = (): void => {
    const ended = call;
    call = null;
    if (ended && ended.sent < ended.body.length) {
      // The server answered without reading all: the rest must not follow.
      const cancel = Buffer.alloc(4);
      cancel.writeUInt32BE(CANCEL);
      socket.write(frame(FRAME.rstStream, 0, ended.stream, cancel));
    }
    if (!open) socket.end();
    ended?.events.onEnd();
  };

  /** Sends what the windows allow of the body. */
  const pump = (): void => {
    if (call === null) return;
    while (call.sent < call.body.length) {
      const length = Math.min(call.body.length - call.sent, window, call.window, maxFrameBytes);
      if (length <= 0) return;
      const end = call.sent + length;
      socket.write(frameHead(length, FRAME.data, end === call.body.length ? FLAG.endStream : 0, call.stream));
      socket.write(call.body.subarray(call.sent, end));
      call.sent = end;
      call.window -= length;
      window -= length;
    }
  };

  const onBlock = (type: number, flags: number, stream: number, payload: Buffer): void => {
    // Read even for a call that is over: a broken block is a broken connection.
    const block = blocks.take(type, flags, stream, payload);
    if (block === null || call?.stream !== stream) return;
    call.events.onFields(block.fields);
    if (block.ends) endCall();
  };

  const onData = (stream: number, flags: number, payload: Buffer): void => {
    owed += payload.length;
    const bytes = unpad(flags, payload);
    if (owed > RECEIVE_WINDOW_BYTES / 2) {
      socket.write(windowUpdate(0, owed));
      owed = 0;
    }
    if (call?.stream !== stream) return;
    call.owed += payload.length;
    if (call.owed > RECEIVE_WINDOW_BYTES / 2) {
      socket.write(windowUpdate(stream, call.owed));
      call.owed = 0;
    }
    if (bytes.length > 0) call.events.onData(bytes);
    if ((flags & FLAG.endStream) !== 0) endCall();
  };

  const onSettings = (flags: number, payload: Buffer): void => {
    if ((flags & FLAG.ack) !== 0) return;
    if (payload.length % 6 !== 0) throw new Error('expected whole HTTP/2 settings');
    for (let at = 0; at < payload.length; at += 6) {
      applySetting(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    }
    socket.write(SETTINGS_ACK);
    pump();
  };

  const applySetting = (id: number, value: number): void => {
    if (id === SETTING.initialWindowSize) {
      if (value > MAX_WINDOW_BYTES) throw new Error(`expected a window of at most 2^31-1, found ${value}`);
      if (call) call.window += value - initialWindow;
      initialWindow = value;
    } else if (id === SETTING.maxFrameSize) {
      if (value < DEFAULT_MAX_FRAME_BYTES || value > LARGEST_MAX_FRAME_BYTES) {
        throw new Error(`expected a frame size from 2^14 to 2^24-1, found ${value}`);
      }
      maxFrameBytes = value;
    }
  };

  const onWindowUpdate = (stream: number, payload: Buffer): void => {
    const increment = numberOf(payload) & 0x7fffffff;
    if (stream === 0) window += increment;
    else if (call?.stream === stream) call.window += increment;
    if (increment === 0 || window > MAX_WINDOW_BYTES || (call?.window ?? 0) > MAX_WINDOW_BYTES) {
      throw new Error('expected credit within the limits of HTTP/2 flow control');
    }
    pump();
  };

  const onReset = (stream: number, payload: Buffer): void => {
    if (call?.stream !== stream) return;
    const { events } = call;
    call = null;
    events.onFailure(new Error(`the server reset the stream (HTTP/2 error ${numberOf(payload)})`));
  };

  const onGoAway = (payload: Buffer): void => {
    if (payload.length < 8) throw new Error('expected a whole GOAWAY');
    open = false;
    const last = payload.readUInt32BE(0) & 0x7fffffff;
    if (call === null) socket.end();
    else if (call.stream > last) {
      fail(new Error(`the server said goodbye and left the call out (HTTP/2 error ${payload.readUInt32BE(4)})`));
    }
  };

  const cut = createFrameCutter((type, flags, stream, payload) => {
    blocks.check(type, stream);
    if (type === FRAME.data) onData(stream, flags, payload);
    else if (type === FRAME.headers || type === FRAME.continuation) onBlock(type, flags, stream, payload);
    else if (type === FRAME.settings) onSettings(flags, payload);
    else if (type === FRAME.windowUpdate) onWindowUpdate(stream, payload);
    else if (type === FRAME.rstStream) onReset(stream, payload);
    else if (type === FRAME.goAway) onGoAway(payload);
    else if (type === FRAME.ping) {
      if (payload.length !== 8) throw new Error('expected a PING of eight bytes');
      if ((flags & FLAG.ack) === 0) socket.write(frame(FRAME.ping, FLAG.ack, 0, payload));
    } else if (type === FRAME.pushPromise) throw new Error('expected no push, which we forbade');
    // Priorities and what may be invented yet change nothing here.
  });

  return {
    usable: () => open && nextStream <= LAST_STREAM,
    call(fields, body, events) {
      const stream = nextStream;
      nextStream += 2;
      call = { stream, body, events, sent: 0, window: initialWindow, owed: 0 };
      socket.cork();
      socket.write(frameHead(fields.length, FRAME.headers, FLAG.endHeaders, stream));
      socket.write(fields);
      pump();
      socket.uncork();
    },
    destroy() {
      open = false;
      call = null;
      socket.destroy();
    },
  };
}

function numberOf(payload: Buffer): number {
  if (payload.length !== 4) throw new Error(`expected a frame of four bytes, found ${payload.length}`);
  return payload.readUInt32BE(0);
}

function frameHead(length: number, type: number, flags: number, stream: number): Buffer {
  const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
  writeFrameHead(head, length, type, flags, stream);
  return head;
}
