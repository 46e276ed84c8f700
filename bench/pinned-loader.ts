import { type Loader, startLoader } from '../src/load/loader.ts';
import type { Client } from '../src/load/protocol.ts';
import { encodePayloads } from '../src/payload/payloads.ts';
import type { Cell } from '../src/plan.ts';
import { type Pinning, pinLoad } from '../src/run/pinning.ts';
import { addressRequest } from '../src/run/prepare.ts';
import type { Target } from '../src/target/target.ts';

/** Starts a load process, on its own core where the pinning has one for it. */
export async function startPinned(pinning: Pinning | null): Promise<Loader> {
  const loader = await startLoader();
  await pinLoad(loader.pid, pinning);
  return loader;
}

/** Prepares each cell's request to the target under the cell's id. */
export async function prepareRequests(
  loader: Loader,
  client: Client,
  cells: readonly Cell[],
  target: Target,
): Promise<void> {
  const payloads = encodePayloads(cells);
  for (const payload of new Set(payloads.values())) await loader.hold(payload.sha256, payload.bytes);
  for (const cell of cells) await loader.prepare(cell.id, client, addressRequest(cell, payloads, target));
}
