import type { Socket } from 'node:net';
import { DEFAULT_WINDOW_BYTES, FLAG, FRAME, frame, SETTING, settings, windowUpdate } from '../http2/frames.ts';
import { type ByteServer, createByteServer, type OnBytes, writeOrPause } from './byte-server.ts';
import { createFrameReader } from './frame-reader.ts';
import { type PreparedReply, prepareReply } from './prepared-reply.ts';
import { createReplySender } from './reply-sender.ts';

/**
 * Answers every gRPC call with one prepared message as soon as the call's request has ended. It looks at nothing but
 * frame heads, and is a floor because of it; what it does of HTTP/2 it does as the wrapper's server does: the same
 * windows and frame sizes, and credit given back with the reply. Whoever breaks the protocol is disconnected.
 */
export function createNullGrpcServer(message: Uint8Array): ByteServer {
  const reply = prepareReply(message);
  return createByteServer((socket) => createConnection(socket, reply));
}

const WINDOW_BYTES = 4 * 1024 * 1024;
/** More calls at once than any client of ours makes; a client that opens more wants our memory. */
const MAX_CALLS = 1000;
const GREETING = Buffer.concat([
  settings({ [SETTING.initialWindowSize]: WINDOW_BYTES, [SETTING.maxFrameSize]: WINDOW_BYTES }),
  windowUpdate(0, WINDOW_BYTES - DEFAULT_WINDOW_BYTES),
]);
const SETTINGS_ACK = frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0));

/** Returns the function that takes what the client sends; it throws when that is no HTTP/2. */
function createConnection(socket: Socket, reply: PreparedReply): OnBytes {
  const write = (bytes: Uint8Array): void => writeOrPause(socket, bytes);
  const sender = createReplySender(reply, write);
  /** Calls whose request is still coming, with its bytes that were not yet given back as credit. */
  const requests = new Map<number, number>();
  let lastStream = 0;
  /** The call whose header block has not ended: nothing else may come between. */
  let openBlock: { readonly stream: number; readonly endsRequest: boolean } | null = null;
  /** Bytes of all calls that were not yet given back to the connection. */
  let owed = 0;

  const endRequest = (stream: number): void => {
    requests.delete(stream);
    sender.answer(stream, owed);
    owed = 0;
  };

  const onData = (stream: number, length: number, endsRequest: boolean): void => {
    expect(stream > 0 && stream <= lastStream);
    owed += length;
    const owedToCall = requests.get(stream);
    if (owedToCall !== undefined) {
      if (endsRequest) {
        endRequest(stream);
      } else if (owedToCall + length >= WINDOW_BYTES / 2) {
        write(windowUpdate(stream, owedToCall + length));
        requests.set(stream, 0);
      } else {
        requests.set(stream, owedToCall + length);
      }
    }
    // Else it was under way when the client's reset overtook it, and counts for the connection all the same.
    if (owed >= WINDOW_BYTES / 2) {
      write(windowUpdate(0, owed));
      owed = 0;
    }
  };

  const onHeaders = (stream: number, flags: number): void => {
    const endsRequest = (flags & FLAG.endStream) !== 0;
    if (requests.has(stream)) {
      // A second header block can only be the request's trailers.
      expect(endsRequest);
    } else {
      expect(stream % 2 === 1 && stream > lastStream && sender.calls() < MAX_CALLS);
      lastStream = stream;
      requests.set(stream, 0);
      sender.begin(stream);
    }
    openBlock = { stream, endsRequest };
    onBlockPart(flags);
  };

  const onBlockPart = (flags: number): void => {
    if ((flags & FLAG.endHeaders) === 0) return;
    const block = openBlock;
    openBlock = null;
    if (block?.endsRequest) endRequest(block.stream);
  };

  const onReset = (stream: number): void => {
    expect(stream > 0 && stream <= lastStream);
    requests.delete(stream);
    sender.drop(stream);
  };

  const onSettings = (flags: number, payload: Buffer): void => {
    if ((flags & FLAG.ack) !== 0) return;
    for (let at = 0; at < payload.length; at += 6) sender.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    write(SETTINGS_ACK);
  };

  const onPing = (flags: number, payload: Buffer): void => {
    if ((flags & FLAG.ack) === 0) write(frame(FRAME.ping, FLAG.ack, 0, payload));
  };

  const onWindowUpdate = (stream: number, payload: Buffer): void => {
    expect(stream <= lastStream);
    sender.widen(stream, payload.readUInt32BE(0) & 0x7fffffff);
  };

  write(GREETING);
  return createFrameReader(WINDOW_BYTES, (type, flags, stream, length, payload) => {
    expect((openBlock !== null) === (type === FRAME.continuation) && (openBlock?.stream ?? stream) === stream);
    if (type === FRAME.data) onData(stream, length, (flags & FLAG.endStream) !== 0);
    else if (type === FRAME.headers) onHeaders(stream, flags);
    else if (type === FRAME.continuation) onBlockPart(flags);
    else if (type === FRAME.rstStream) onReset(stream);
    else if (type === FRAME.settings) onSettings(flags, payload);
    else if (type === FRAME.ping) onPing(flags, payload);
    else if (type === FRAME.windowUpdate) onWindowUpdate(stream, payload);
    // A client cannot push. Priorities, farewells and what may be invented yet change nothing here.
    else expect(type !== FRAME.pushPromise);
  });
}

function expect(holds: boolean): void {
  if (!holds) throw new Error('the client broke the protocol');
}
