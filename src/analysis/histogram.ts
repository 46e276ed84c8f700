import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';

const NS_PER_MS = 1e6;

/**
 * All latencies as an HdrHistogram of nanoseconds with three significant digits, in the compressed V2 encoding and
 * base64. Null for none.
 */
export function encodeHistogram(samplesMs: readonly Float64Array[]): string | null {
  if (samplesMs.length === 0) return null;
  const histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2,
    numberOfSignificantValueDigits: 3,
    autoResize: true,
    useWebAssembly: false,
  });
  for (const samples of samplesMs) for (const ms of samples) histogram.recordValue(Math.round(ms * NS_PER_MS));
  return encodeIntoCompressedBase64(histogram);
}
