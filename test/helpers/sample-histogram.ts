import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';

/** Milliseconds as a report holds them: nanoseconds in an HdrHistogram, compressed, in base64. */
export function sampleHistogram(latenciesMs: readonly number[]): string {
  const histogram = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    autoResize: true,
    numberOfSignificantValueDigits: 3,
  });
  for (const ms of latenciesMs) histogram.recordValue(Math.round(ms * 1e6));
  return encodeIntoCompressedBase64(histogram);
}
