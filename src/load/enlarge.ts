import { MAX_REPLY_BYTES } from './exchange.ts';

/**
 * A larger buffer that begins with the first `filled` bytes of `bytes` and has room for `needed` in all, and for twice
 * as many as before. Throws an Error where that is longer than any reply may be.
 */
export function enlarge(bytes: Buffer, filled: number, needed: number): Buffer {
  if (needed > MAX_REPLY_BYTES) throw new Error(`expected a reply of at most ${MAX_REPLY_BYTES} bytes, found more`);
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, bytes.length * 2));
  bytes.copy(larger, 0, 0, filled);
  return larger;
}
