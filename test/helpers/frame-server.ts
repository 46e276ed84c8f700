import type { Socket } from 'node:net';
import { FLAG, FRAME, FRAME_HEAD_BYTES, frame, PREFACE, settings } from '../../src/http2/frames.ts';
import { encodeFields } from '../../src/http2/hpack.ts';
import { openUnaryConnection, type UnaryConnection } from '../../src/load/unary-connection.ts';
import { startRawServer } from './raw-server.ts';

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** An HTTP/2 server without rules of its own: says what it is told to say to each frame of the client's. */
export function startFrames(
  onFrame: (frame: Frame, socket: Socket, connection: number) => void,
  greeting: Buffer = settings({}),
) {
  return startRawServer((socket, connection) => {
    let kept = Buffer.alloc(0);
    let at = PREFACE.length;
    if (greeting.length > 0) socket.write(greeting);
    socket.on('data', (piece) => {
      kept = Buffer.concat([kept, piece]);
      while (kept.length >= at + FRAME_HEAD_BYTES) {
        const end = at + FRAME_HEAD_BYTES + kept.readUIntBE(at, 3);
        if (kept.length < end) break;
        const [type, flags] = [kept[at + 3] as number, kept[at + 4] as number];
        const stream = kept.readUInt32BE(at + 5);
        onFrame({ type, flags, stream, payload: kept.subarray(at + FRAME_HEAD_BYTES, end) }, socket, connection);
        at = end;
      }
      if (kept.length < at) return;
      kept = kept.subarray(at);
      at = 0;
    });
  });
}

export const BLOCK = encodeFields([[':method', 'POST']]);
export const HEAD = encodeFields([[':status', '200']]);
export const TAIL = encodeFields([['grpc-status', '0']]);

/** The frames of a plain reply: head, data, trailers. */
export function success(stream: number): Buffer[] {
  return [
    frame(FRAME.headers, FLAG.endHeaders, stream, HEAD),
    frame(FRAME.data, 0, stream, Buffer.from('hello')),
    frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream, TAIL),
  ];
}

interface Heard {
  readonly fields: [string, string][];
  readonly data: string;
}

/** What is heard of `success`. */
export const EXPECTED: Heard = {
  fields: [
    [':status', '200'],
    ['grpc-status', '0'],
  ],
  data: 'hello',
};

/** Whether the request ends with this frame. */
export function endsRequest({ type, flags }: Frame): boolean {
  return (type === FRAME.data || type === FRAME.headers) && (flags & FLAG.endStream) !== 0;
}

/** Answers when the request has ended. */
export function answering(reply: (stream: number) => readonly Buffer[]): (frame: Frame, socket: Socket) => void {
  return (seen, socket) => {
    if (endsRequest(seen)) for (const piece of reply(seen.stream)) socket.write(piece);
  };
}

export function goAway(lastStream: number, code = 0): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(lastStream);
  payload.writeUInt32BE(code, 4);
  return frame(FRAME.goAway, 0, 0, payload);
}

export function open(port: number): UnaryConnection & Disposable {
  const connection = openUnaryConnection({ host: '127.0.0.1', port }, () => {});
  return { ...connection, [Symbol.dispose]: () => connection.destroy() };
}

export function call(
  connection: UnaryConnection,
  body: Uint8Array = Buffer.from('body'),
  block: Buffer = BLOCK,
): Promise<Heard> {
  const fields: [string, string][] = [];
  const data: Buffer[] = [];
  return new Promise((resolve, reject) => {
    connection.call(block, body, {
      onFields: (list) => void fields.push(...list.map(([name, value]): [string, string] => [name, value])),
      onData: (bytes) => void data.push(Buffer.from(bytes)),
      onEnd: () => resolve({ fields, data: Buffer.concat(data).toString('latin1') }),
      onFailure: reject,
    });
  });
}
