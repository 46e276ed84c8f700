import { inflateSync } from 'node:zlib';
import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';

const COMPRESSED_COOKIE = 0x1c849304;
const COOKIE = 0x1c849303;
const HEADER = 40;
/** What our own histograms need is below 100 kB. */
const MOST_BYTES = 1 << 20;
/** Three digits, as the report's histograms have; each more takes ten times the memory. */
const MOST_DIGITS = 3;

/**
 * The histogram of a report: latencies in nanoseconds. Null for what is none, or is larger than any that this program
 * writes: a report may come from a stranger, and a few bytes may unpack to a great many.
 */
export function readHistogram(base64: string): Histogram | null {
  try {
    const bytes = Buffer.from(base64, 'base64');
    if (!isCookie(bytes, COMPRESSED_COOKIE)) return null;
    const unpacked = inflateSync(bytes.subarray(8, 8 + bytes.readInt32BE(4)), { maxOutputLength: MOST_BYTES });
    if (unpacked.length < HEADER || !isCookie(unpacked, COOKIE) || unpacked.readInt32BE(12) > MOST_DIGITS) return null;
    const histogram = decodeFromCompressedBase64(base64, 32);
    return histogram.totalCount > 0 ? histogram : null;
  } catch {
    return null;
  }
}

/** The second lowest half byte is the size of the words. */
function isCookie(bytes: Buffer, cookie: number): boolean {
  return (bytes.readInt32BE(0) & ~0xf0) === cookie;
}
