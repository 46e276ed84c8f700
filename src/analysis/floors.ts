import type { Block } from '../block.ts';
import type { Cell } from '../plan.ts';
import type { Floor } from '../report.ts';
import { median, midmean } from '../stats/quantile.ts';
import { summariseTail } from './tails.ts';

/** Bytes of one request or reply, by cell id. */
export type Sizes = ReadonlyMap<string, number>;

/**
 * What the client and the kernel cost alone, for each cell of an arm that was calibrated: median and midmean over
 * rounds of the block medians, p99 pooled. The null server is built from the sizes, so a calibrated cell without them
 * is a mistake of the caller: throws.
 */
export function summariseFloors(
  arm: string,
  cells: readonly Cell[],
  blocks: readonly Block[],
  requestBytes: Sizes,
  responseBytes: Sizes,
): Floor[] {
  const floors: Floor[] = [];
  const own = Map.groupBy(
    blocks.filter((block) => block.role === 'floor' && block.arm === arm && block.latencyMs.length > 0),
    ({ cell }) => cell,
  );
  for (const { id, transport, encoding, batch } of cells) {
    const samples = (own.get(id) ?? []).map((block) => block.latencyMs);
    if (samples.length === 0) continue;
    const medians = samples.map(median);
    floors.push({
      arm,
      cell: id,
      transport,
      encoding,
      batch,
      requestBytes: sizeOf(id, requestBytes),
      responseBytes: sizeOf(id, responseBytes),
      requests: samples.reduce((total, { length }) => total + length, 0),
      p50Ms: median(medians),
      midmeanMs: midmean(medians),
      p99Ms: summariseTail(samples).percentilesMs.p99,
    });
  }
  return floors;
}

function sizeOf(cell: string, sizes: Sizes): number {
  const bytes = sizes.get(cell);
  if (bytes === undefined)
    throw new Error(`expected the size of each calibrated cell's messages, found none of ${cell}`);
  return bytes;
}
