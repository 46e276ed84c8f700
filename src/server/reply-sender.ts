import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  LARGEST_MAX_FRAME_BYTES,
  MAX_WINDOW_BYTES,
  SETTING,
} from '../http2/frames.ts';
import type { PreparedReply } from './prepared-reply.ts';

/** The sending half of one connection: gives each call the prepared reply as the client's windows allow. */
interface ReplySender {
  /** A call has begun; its window may be widened before its request has ended. */
  begin(stream: number): void;
  /** The call's request has ended. `credit` request bytes are given back to the connection along with the reply. */
  answer(stream: number, credit: number): void;
  /** The client wants nothing more of the call. */
  drop(stream: number): void;
  /** A setting of the client's. Throws an Error for a value that it cannot have. */
  set(id: number, value: number): void;
  /** Credit from the client, for one call or, as stream 0, for the connection. Throws an Error when it is absurd. */
  widen(stream: number, increment: number): void;
  /** Calls that have begun and are not answered in full. */
  calls(): number;
}

/** `sent`: bytes of the reply's data that went out; null until the request has ended. */
interface Call {
  window: number;
  sent: number | null;
}

export function createReplySender(reply: PreparedReply, write: (bytes: Uint8Array) => void): ReplySender {
  const calls = new Map<number, Call>();
  let window = DEFAULT_WINDOW_BYTES;
  let initialWindow = DEFAULT_WINDOW_BYTES;
  let maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
  /** Calls whose reply has begun and waits for the client's credit. */
  let waiting = 0;

  const drop = (stream: number): void => {
    if (typeof calls.get(stream)?.sent === 'number') waiting--;
    calls.delete(stream);
  };

  /** Oldest call first, as far as credit goes. */
  const flush = (): void => {
    if (waiting === 0) return;
    for (const [stream, call] of calls) {
      if (call.sent === null) continue;
      while (call.sent < reply.dataBytes) {
        const length = Math.min(reply.dataBytes - call.sent, window, call.window, maxFrameBytes);
        if (length <= 0) break;
        write(reply.part(stream, call.sent, length));
        call.sent += length;
        call.window -= length;
        window -= length;
      }
      if (call.sent < reply.dataBytes) continue;
      write(reply.tail(stream));
      drop(stream);
    }
  };

  return {
    begin: (stream) => void calls.set(stream, { window: initialWindow, sent: null }),
    answer(stream, credit) {
      const call = calls.get(stream);
      if (call === undefined) return;
      if (waiting === 0 && reply.dataBytes <= Math.min(window, call.window, maxFrameBytes)) {
        calls.delete(stream);
        window -= reply.dataBytes;
        write(reply.whole(stream, credit));
        return;
      }
      write(reply.head(stream, credit));
      call.sent = 0;
      waiting++;
      flush();
    },
    drop,
    set(id, value) {
      if (id === SETTING.maxFrameSize) {
        if (value < DEFAULT_MAX_FRAME_BYTES || value > LARGEST_MAX_FRAME_BYTES) throw new Error('absurd frame size');
        maxFrameBytes = value;
      } else if (id === SETTING.initialWindowSize) {
        if (value > MAX_WINDOW_BYTES) throw new Error('absurd window');
        // May leave a call with less than nothing: it then waits for that much more credit.
        for (const call of calls.values()) call.window += value - initialWindow;
        initialWindow = value;
      }
      flush();
    },
    widen(stream, increment) {
      const call = calls.get(stream);
      if (stream === 0) window += increment;
      else if (call !== undefined) call.window += increment;
      if (increment === 0 || window > MAX_WINDOW_BYTES || (call !== undefined && call.window > MAX_WINDOW_BYTES))
        throw new Error('absurd window');
      flush();
    },
    calls: () => calls.size,
  };
}
