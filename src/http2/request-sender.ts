import type { Writable } from 'node:stream';
import { DEFAULT_WINDOW_BYTES, FLAG, FRAME, FRAME_HEAD_BYTES, MAX_WINDOW_BYTES, writeFrameHead } from './frames.ts';
import { applySettings, createPeerLimits, type PeerLimits } from './peer-limits.ts';

/** Sends one request after the other, each as fast as the server's limits and windows allow. */
interface RequestSender {
  readonly limits: Readonly<PeerLimits>;
  /** The header block, and as much of the body as may go. Neither must change before the request is over. */
  begin(stream: number, block: Buffer, body: Uint8Array): void;
  /** Whether all of the request was handed to the socket. */
  isDone(): boolean;
  /** Sends no more of the request: it is over. */
  drop(): void;
  /** Takes the payload of the server's SETTINGS and sends what they allow now. Throws an Error where they cannot be. */
  set(payload: Buffer): void;
  /** Takes credit for a stream, or for the connection (stream 0), and sends what it allows. Throws the same. */
  widen(stream: number, increment: number): void;
}

/** Requests up to this size are copied: header block and body together. */
const COPIED_BYTES = 2048;
const NOTHING = new Uint8Array(0);

export function createRequestSender(socket: Writable): RequestSender {
  const limits = createPeerLimits();
  let window = DEFAULT_WINDOW_BYTES;
  let current = 0;
  let body: Uint8Array = NOTHING;
  let sent = 0;
  // Below 0 where a setting has shrunk it after more was sent (RFC 9113 section 6.9.2).
  let streamWindow = 0;

  const mayGo = (): number => Math.min(body.length - sent, window, streamWindow, limits.maxFrameBytes);

  /** A small request in one piece, which is cheaper to write than four. */
  const copyWhole = (block: Buffer): Buffer => {
    const dataAt = FRAME_HEAD_BYTES + block.length;
    const bytes = Buffer.allocUnsafe(dataAt + FRAME_HEAD_BYTES + body.length);
    writeFrameHead(bytes, 0, block.length, FRAME.headers, FLAG.endHeaders, current);
    bytes.set(block, FRAME_HEAD_BYTES);
    writeFrameHead(bytes, dataAt, body.length, FRAME.data, FLAG.endStream, current);
    bytes.set(body, dataAt + FRAME_HEAD_BYTES);
    sent = body.length;
    streamWindow -= sent;
    window -= sent;
    return bytes;
  };

  const pump = (): void => {
    while (sent < body.length) {
      const length = mayGo();
      if (length <= 0) return;
      const end = sent + length;
      writeHead(length, FRAME.data, end === body.length ? FLAG.endStream : 0);
      socket.write(body.subarray(sent, end));
      sent = end;
      streamWindow -= length;
      window -= length;
    }
  };

  const writeHead = (length: number, type: number, flags: number): void => {
    const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
    writeFrameHead(head, 0, length, type, flags, current);
    socket.write(head);
  };

  const writeBlock = (block: Buffer): void => {
    const endStream = body.length === 0 ? FLAG.endStream : 0;
    let end = Math.min(block.length, limits.maxFrameBytes);
    writeHead(end, FRAME.headers, endStream | (end === block.length ? FLAG.endHeaders : 0));
    socket.write(block.subarray(0, end));
    for (let at = end; at < block.length; at = end) {
      end = Math.min(block.length, at + limits.maxFrameBytes);
      writeHead(end - at, FRAME.continuation, end === block.length ? FLAG.endHeaders : 0);
      socket.write(block.subarray(at, end));
    }
  };

  const checkWindows = (): void => {
    if (window > MAX_WINDOW_BYTES || streamWindow > MAX_WINDOW_BYTES) {
      throw new Error('expected credit within the limits of HTTP/2 flow control, found more');
    }
  };

  return {
    limits,
    begin(stream, block, bytes) {
      current = stream;
      body = bytes;
      sent = 0;
      streamWindow = limits.initialWindow;
      if (block.length + body.length <= COPIED_BYTES && mayGo() === body.length && body.length > 0) {
        socket.write(copyWhole(block));
        return;
      }
      socket.cork();
      writeBlock(block);
      pump();
      socket.uncork();
    },
    isDone: () => sent === body.length,
    drop() {
      current = 0;
      body = NOTHING;
      sent = 0;
    },
    set(payload) {
      const before = limits.initialWindow;
      applySettings(limits, payload);
      if (current !== 0) streamWindow += limits.initialWindow - before;
      checkWindows();
      pump();
    },
    widen(stream, increment) {
      if (increment === 0) throw new Error('expected credit by HTTP/2 flow control, found none in its frame');
      if (stream === 0) window += increment;
      else if (stream === current) streamWindow += increment;
      checkWindows();
      pump();
    },
  };
}
