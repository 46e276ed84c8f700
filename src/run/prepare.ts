import type { Endpoint } from '../endpoint.ts';
import type { Destination } from '../load/exchange.ts';
import type { Loader } from '../load/loader.ts';
import type { Client } from '../load/protocol.ts';
import type { Payload } from '../payload/payloads.ts';
import type { Cell } from '../plan.ts';
import type { Target } from '../target/target.ts';
import { turnKey } from './rounds.ts';

/** Prepares each cell's request to each arm. The canary is its cell once more, under another name. */
export async function prepareCells(
  cells: readonly Cell[],
  canary: string | null,
  payloads: ReadonlyMap<string, Payload>,
  targets: readonly Target[],
  loader: Loader,
  client: Client,
): Promise<void> {
  for (const target of targets) {
    for (const cell of cells) {
      const destination = addressRequest(cell, payloads, target);
      const turn = { arm: target.arm.id, cell: cell.id };
      await loader.prepare(turnKey({ ...turn, role: 'cell' }), client, destination);
      if (cell.id === canary) await loader.prepare(turnKey({ ...turn, role: 'canary' }), client, destination);
    }
  }
}

/** A cell's bytes, addressed to the model that it asks. */
export function addressRequest(
  cell: Cell,
  payloads: ReadonlyMap<string, Payload>,
  target: Pick<Target, 'endpoints'>,
): Destination {
  const endpoint: Endpoint | undefined = target.endpoints[cell.method];
  const payload = payloads.get(cell.id)?.sha256;
  if (cell.transport === 'rest' && endpoint?.rest && payload) return { transport: 'rest', payload, ...endpoint.rest };
  if (cell.transport === 'grpc' && endpoint?.grpc && payload) return { transport: 'grpc', payload, ...endpoint.grpc };
  throw new TypeError(`the target has no ${cell.transport} endpoint or no payload for ${cell.id}`);
}
