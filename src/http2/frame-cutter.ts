import { DEFAULT_MAX_FRAME_BYTES, FRAME_HEAD_BYTES } from './frames.ts';

/** `payload` is only valid during the call: it is a view of the bytes that came in. */
type OnFrame = (type: number, flags: number, stream: number, payload: Buffer) => void;

/**
 * Cuts bytes into HTTP/2 frames, however they are split. Frames that are whole in what came in are not copied; what is
 * left of one waits in a buffer of one frame's size. Throws an Error for a frame larger than we allowed.
 */
export function createFrameCutter(onFrame: OnFrame): (bytes: Buffer) => void {
  const kept = Buffer.allocUnsafeSlow(FRAME_HEAD_BYTES + DEFAULT_MAX_FRAME_BYTES);
  let keptBytes = 0;

  const report = (bytes: Buffer, at: number, length: number): void =>
    onFrame(
      bytes[at + 3] as number,
      bytes[at + 4] as number,
      bytes.readUInt32BE(at + 5) & 0x7fffffff,
      bytes.subarray(at + FRAME_HEAD_BYTES, at + FRAME_HEAD_BYTES + length),
    );

  /** Adds to what is kept until it holds `wanted` bytes; returns how many were taken. */
  const keep = (bytes: Buffer, at: number, wanted: number): number => {
    const taken = bytes.copy(kept, keptBytes, at, at + Math.min(wanted - keptBytes, bytes.length - at));
    keptBytes += taken;
    return taken;
  };

  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (keptBytes === 0 && bytes.length - at >= FRAME_HEAD_BYTES) {
        const length = lengthAt(bytes, at);
        if (bytes.length - at >= FRAME_HEAD_BYTES + length) {
          report(bytes, at, length);
          at += FRAME_HEAD_BYTES + length;
          continue;
        }
      }
      if (keptBytes < FRAME_HEAD_BYTES) at += keep(bytes, at, FRAME_HEAD_BYTES);
      if (keptBytes < FRAME_HEAD_BYTES) return;
      const length = lengthAt(kept, 0);
      at += keep(bytes, at, FRAME_HEAD_BYTES + length);
      if (keptBytes < FRAME_HEAD_BYTES + length) return;
      keptBytes = 0;
      report(kept, 0, length);
    }
  };
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUIntBE(at, 3);
  if (length > DEFAULT_MAX_FRAME_BYTES) {
    throw new Error(`expected HTTP/2 frames of at most ${DEFAULT_MAX_FRAME_BYTES} bytes, found one of ${length}`);
  }
  return length;
}
