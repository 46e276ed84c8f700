import { UserError } from '../errors.ts';
import { type Encoding, MAX_BATCH, type Transport } from '../plan.ts';
import { encodeGrpc } from './encode-grpc.ts';
import { encodeRest } from './encode-rest.ts';

export interface Encoded {
  /** The HTTP body, or the gRPC message without its five-byte prefix. */
  readonly bytes: Uint8Array;
  /** What the server makes of it. */
  readonly shape: readonly number[];
  readonly dtype: 'int64' | 'float64';
}

/**
 * The request that carries the integers 0..batch-1, in the canonical bytes: JSON as Python's `json` writes it, protobuf
 * as its `SerializeToString` does, a `tftensor` as TensorFlow's `make_tensor_proto` fills it.
 * Throws a UserError for a batch outside 1..MAX_BATCH.
 */
export function encodeRequest(request: { transport: Transport; encoding: Encoding; batch: number }): Encoded {
  const { transport, encoding, batch } = request;
  if (!Number.isInteger(batch) || batch < 1 || batch > MAX_BATCH)
    throw new UserError(`expected a batch of 1 to ${MAX_BATCH} numbers, found ${batch}; choose a batch in that range`);
  const bytes = transport === 'rest' ? encodeRest(encoding, batch) : encodeGrpc(encoding, batch);
  return { bytes, ...describeArray(encoding, batch) };
}

/** The array that the server will see. Encodings differ in shape and in type, though they carry the same numbers. */
export function describeArray(encoding: Encoding, batch: number): Pick<Encoded, 'shape' | 'dtype'> {
  switch (encoding) {
    case 'ndarray':
      return { shape: [1, batch], dtype: 'int64' };
    case 'tensor':
      return { shape: [1, batch], dtype: 'float64' };
    case 'tftensor':
      return { shape: [batch], dtype: 'int64' };
  }
}
