import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  LARGEST_MAX_FRAME_BYTES,
  MAX_WINDOW_BYTES,
  SETTING,
} from './frames.ts';

/** What the other side takes. It may change it at any time. */
export interface PeerLimits {
  /** The window that a stream begins with, in bytes. */
  initialWindow: number;
  maxFrameBytes: number;
  /** How many streams may be open at once. */
  maxStreams: number;
}

/** Until the first settings arrive (RFC 9113 section 6.5.2). */
export function createPeerLimits(): PeerLimits {
  return {
    initialWindow: DEFAULT_WINDOW_BYTES,
    maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
    maxStreams: Number.POSITIVE_INFINITY,
  };
}

/** Applies the payload of a SETTINGS frame. Settings that a unary call has no use for are passed over. */
export function applySettings(limits: PeerLimits, payload: Buffer): void {
  if (payload.length % 6 !== 0) throw new Error('expected whole HTTP/2 settings');
  for (let at = 0; at < payload.length; at += 6) {
    const value = payload.readUInt32BE(at + 2);
    switch (payload.readUInt16BE(at)) {
      case SETTING.initialWindowSize:
        if (value > MAX_WINDOW_BYTES) throw new Error(`expected a window of at most 2^31-1, found ${value}`);
        limits.initialWindow = value;
        break;
      case SETTING.maxFrameSize:
        if (value < DEFAULT_MAX_FRAME_BYTES || value > LARGEST_MAX_FRAME_BYTES) {
          throw new Error(`expected a frame size from 2^14 to 2^24-1, found ${value}`);
        }
        limits.maxFrameBytes = value;
        break;
      case SETTING.maxConcurrentStreams:
        limits.maxStreams = value;
        break;
    }
  }
}
