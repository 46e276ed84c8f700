import { createHash } from 'node:crypto';
import type { OwnPayload } from '../own-payload.ts';
import type { Cell } from '../plan.ts';
import { contract } from './contract.ts';
import { type Encoded, encodeRequest } from './encode.ts';
import { encodeRows } from './encode-rows.ts';

export interface Payload extends Encoded {
  /** Of `bytes`, in hex. */
  readonly sha256: string;
  readonly encodeMs: number;
}

/**
 * Each cell's request by the cell's id: of the integers 0..batch-1, or of so many rows of somebody's own. Cells that send
 * the same bytes share one payload, encoded once.
 */
export function encodePayloads(cells: readonly Cell[], own: OwnPayload | null = null): Map<string, Payload> {
  const distinct = new Map<string, Payload>();
  const byCell = new Map<string, Payload>();
  for (const cell of cells) {
    const key = `${cell.transport} ${cell.encoding} ${cell.batch}`;
    const payload = distinct.get(key) ?? encodePayload(cell, own);
    distinct.set(key, payload);
    byCell.set(cell.id, payload);
  }
  return byCell;
}

function encodePayload(cell: Cell, own: OwnPayload | null): Payload {
  // Reading the contract is not this payload's cost.
  if (cell.transport === 'grpc') contract();
  const start = performance.now();
  const encoded = own === null ? encodeRequest(cell) : encodeRows(cell, own);
  const encodeMs = performance.now() - start;
  return { ...encoded, sha256: createHash('sha256').update(encoded.bytes).digest('hex'), encodeMs };
}
