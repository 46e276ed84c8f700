import { FRAME } from './frames.ts';

/**
 * Throws an Error for a frame from a server that has no place where it stands (RFC 9113 sections 5.1 and 6): one of the
 * connection on a stream, one of a stream on the connection, on a stream that the server would have opened (push is
 * off) or on one that no call has opened yet. `nextStream` is the next stream that a call will open.
 */
export function checkPlace(type: number, stream: number, nextStream: number): void {
  switch (type) {
    case FRAME.settings:
    case FRAME.ping:
    case FRAME.goAway:
      if (stream === 0) return;
      break;
    case FRAME.windowUpdate:
      if (stream === 0) return;
      if (isOpened(stream, nextStream)) return;
      break;
    case FRAME.data:
    case FRAME.headers:
    case FRAME.continuation:
    case FRAME.rstStream:
      if (isOpened(stream, nextStream)) return;
      break;
    default:
      return;
  }
  throw new Error(`expected each HTTP/2 frame in its place, found one of type ${type} on stream ${stream}`);
}

function isOpened(stream: number, nextStream: number): boolean {
  return stream % 2 === 1 && stream < nextStream;
}
