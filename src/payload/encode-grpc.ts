import type { Encoding } from '../plan.ts';
import { contract } from './contract.ts';
import { DT_INT64, int64Content } from './int64.ts';
import { listValue } from './list-value.ts';

/** The protobuf request of 0..n-1. */
export function encodeGrpc(encoding: Encoding, n: number): Uint8Array {
  return contract()
    .SeldonMessage.encode({ data: { [encoding]: numbers(encoding, n) } })
    .finish();
}

function numbers(encoding: Encoding, n: number): object {
  switch (encoding) {
    case 'ndarray':
      return listValue([1, n], (i) => i);
    case 'tensor':
      return { shape: [1, n], values: Float64Array.from({ length: n }, (_, i) => i) };
    case 'tftensor': {
      // TensorFlow writes a single element in the field of its type, more than one as their bytes.
      const content = n === 1 ? { int64Val: [0] } : { tensorContent: int64Content(n) };
      return { dtype: DT_INT64.number, tensorShape: { dim: [{ size: n }] }, ...content };
    }
  }
}
