/** `tensorflow.DataType` of the integers. JSON has the name, protobuf the number. */
export const DT_INT64 = { name: 'DT_INT64', number: 9 } as const;

/** 0..n-1 as int64, little-endian on every machine: what a `tftensor` carries. */
export function int64Content(n: number): Buffer {
  const content = Buffer.alloc(8 * n);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  for (let i = 0; i < n; i++) view.setInt32(8 * i, i, true);
  return content;
}

/** The integers in such content; beyond 2^53 the nearest that a number can be. Throws if bytes are left over. */
export function readInt64Content(content: Uint8Array): Float64Array {
  if (content.length % 8 !== 0) throw new Error(`expected 8 bytes for each number, found ${content.length} in all`);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const numbers = new Float64Array(content.length / 8);
  for (let i = 0; i < numbers.length; i++)
    numbers[i] = view.getUint32(8 * i, true) + view.getInt32(8 * i + 4, true) * 2 ** 32;
  return numbers;
}
