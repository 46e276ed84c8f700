import { FRAME, FRAME_HEAD_BYTES, PREFACE } from '../http2/frames.ts';

/** `payload` is empty, whatever `length`, for the types whose content the null server has no use for. */
type OnFrame = (type: number, flags: number, stream: number, length: number, payload: Buffer) => void;

/**
 * Cuts what a client sends into HTTP/2 frames, however the bytes are split, and reports each once it is whole. Keeps no
 * more than one small control frame. Throws an Error for a wrong preface or a frame of a size that its type cannot have.
 */
export function createFrameReader(maxFrameBytes: number, onFrame: OnFrame): (chunk: Buffer) => void {
  const read = createFrameCutter(maxFrameBytes, onFrame);
  let seen = 0;
  return (chunk) => {
    if (seen === PREFACE.length) return read(chunk);
    const length = Math.min(PREFACE.length - seen, chunk.length);
    if (PREFACE.compare(chunk, 0, length, seen, seen + length) !== 0) throw new Error('expected the HTTP/2 preface');
    seen += length;
    if (length < chunk.length) read(chunk.subarray(length));
  };
}

function createFrameCutter(maxFrameBytes: number, onFrame: OnFrame): (chunk: Buffer) => void {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  let headBytes = 0;
  let length = 0;
  let missing = 0;
  let kept = EMPTY;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (headBytes < FRAME_HEAD_BYTES) {
        const copied = chunk.copy(head, headBytes, at, at + FRAME_HEAD_BYTES - headBytes);
        headBytes += copied;
        at += copied;
        if (headBytes < FRAME_HEAD_BYTES) return;
        length = head.readUIntBE(0, 3);
        missing = length;
        checkLength(head[3] as number, length, maxFrameBytes);
        kept = isKept(head[3] as number) ? Buffer.allocUnsafe(length) : EMPTY;
      }
      const taken = Math.min(missing, chunk.length - at);
      if (kept.length > 0) chunk.copy(kept, length - missing, at, at + taken);
      missing -= taken;
      at += taken;
      if (missing > 0) return;
      headBytes = 0;
      onFrame(head[3] as number, head[4] as number, head.readUInt32BE(5) & 0x7fffffff, length, kept);
    }
  };
}

const EMPTY = Buffer.alloc(0);

/** Far more than the settings that exist. */
const MAX_SETTINGS_BYTES = 6 * 100;

function isKept(type: number): boolean {
  return type === FRAME.settings || type === FRAME.ping || type === FRAME.windowUpdate;
}

function checkLength(type: number, length: number, maxFrameBytes: number): void {
  const fits =
    type === FRAME.settings
      ? length % 6 === 0 && length <= MAX_SETTINGS_BYTES
      : type === FRAME.ping
        ? length === 8
        : type === FRAME.windowUpdate || type === FRAME.rstStream
          ? length === 4
          : length <= maxFrameBytes;
  if (!fits) throw new Error(`a frame of type ${type} cannot have ${length} bytes`);
}
