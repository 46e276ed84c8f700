import { FLAG, FRAME, FRAME_HEAD_BYTES, frame, MAX_WINDOW_BYTES, windowUpdate } from '../http2/frames.ts';
import { encodeFields } from '../http2/hpack.ts';

/** One gRPC reply in frames that lack only the stream's number. */
export interface PreparedReply {
  /** What counts against the client's windows: the message with its prefix. */
  readonly dataBytes: number;
  /** The whole reply in one piece, after giving `credit` bytes back to the connection. */
  whole(stream: number, credit: number): Buffer;
  /** Its headers alone, likewise. */
  head(stream: number, credit: number): Buffer;
  part(stream: number, offset: number, length: number): Buffer;
  tail(stream: number): Buffer;
}

/** The headers are those of the wrapper's server. */
export function prepareReply(message: Uint8Array): PreparedReply {
  const data = Buffer.alloc(5 + message.length);
  data.writeUInt32BE(message.length, 1);
  data.set(message, 5);
  const head = Buffer.concat([
    STATUS_200,
    encodeFields([
      ['content-type', 'application/grpc'],
      ['grpc-accept-encoding', 'identity, deflate, gzip'],
    ]),
  ]);
  const tail = encodeFields([
    ['grpc-status', '0'],
    ['grpc-message', ''],
  ]);
  const makeHead = (stream: number) => frame(FRAME.headers, FLAG.endHeaders, stream, head);
  const makeTail = (stream: number) => frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream, tail);
  const makePart = (stream: number, offset: number, length: number) =>
    frame(FRAME.data, 0, stream, data.subarray(offset, offset + length));

  const credited = windowUpdate(0, MAX_WINDOW_BYTES);
  // A message too large for one frame has no whole; its head of 24 bits could not say so.
  const template = data.length <= MAX_WHOLE_BYTES ? [makeHead(0), makePart(0, 0, data.length), makeTail(0)] : [];
  const whole = Buffer.concat([credited, ...template]);
  const incrementAt = FRAME_HEAD_BYTES;
  const headAt = credited.length + STREAM_AT;
  const dataAt = headAt + FRAME_HEAD_BYTES + head.length;
  const tailAt = dataAt + FRAME_HEAD_BYTES + data.length;
  return {
    dataBytes: data.length,
    whole(stream, credit) {
      const bytes = Buffer.allocUnsafe(whole.length);
      whole.copy(bytes);
      bytes.writeUInt32BE(stream, headAt);
      bytes.writeUInt32BE(stream, dataAt);
      bytes.writeUInt32BE(stream, tailAt);
      if (credit === 0) return bytes.subarray(credited.length);
      bytes.writeUInt32BE(credit, incrementAt);
      return bytes;
    },
    head: (stream, credit) =>
      credit === 0 ? makeHead(stream) : Buffer.concat([windowUpdate(0, credit), makeHead(stream)]),
    part: makePart,
    tail: makeTail,
  };
}

/** `:status: 200`, which the static table of HPACK holds. */
const STATUS_200 = Buffer.from([0x88]);
/** Where a frame's head has the stream. */
const STREAM_AT = 5;
/** The largest frame that HTTP/2 can have. */
const MAX_WHOLE_BYTES = 2 ** 24 - 1;
