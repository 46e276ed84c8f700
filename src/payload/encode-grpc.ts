import protobuf from 'protobufjs';
import type { Encoding } from '../plan.ts';
import { contract } from './contract.ts';
import { DT_INT64, int64Content } from './int64.ts';

/** The protobuf request of 0..n-1. */
export function encodeGrpc(encoding: Encoding, n: number): Uint8Array {
  return contract()
    .SeldonMessage.encode({ data: { [encoding]: numbers(encoding, n) } })
    .finish();
}

function numbers(encoding: Encoding, n: number): object {
  switch (encoding) {
    case 'ndarray':
      return { values: [{ listValue: listOf(n) }] };
    case 'tensor':
      return { shape: [1, n], values: Float64Array.from({ length: n }, (_, i) => i) };
    case 'tftensor': {
      // TensorFlow writes a single element in the field of its type, more than one as their bytes.
      const content = n === 1 ? { int64Val: [0] } : { tensorContent: int64Content(n) };
      return { dtype: DT_INT64.number, tensorShape: { dim: [{ size: n }] }, ...content };
    }
  }
}

/**
 * A ListValue of n numbers that is encoded already, for the encoder to copy. An object for each number would be
 * gigabytes at ten million; a repeated field may be encoded in pieces, so the same few objects serve for all.
 */
function listOf(n: number): object {
  const { ListValue } = contract();
  const writer = protobuf.Writer.create();
  for (let start = 0; start < n; start += PIECE) {
    const values = Array.from({ length: Math.min(PIECE, n - start) }, (_, i) => ({ numberValue: start + i }));
    ListValue.encode({ values }, writer);
  }
  return { $unknowns: [writer.finish()] };
}

const PIECE = 8192;
