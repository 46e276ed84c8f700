/** `tensorflow.DataType` of floating-point numbers of 64 bits. JSON has the name, protobuf the number. */
export const DT_DOUBLE = { name: 'DT_DOUBLE', number: 2 } as const;

/** The numbers in what a `tftensor` of them carries. Throws if bytes are left over. */
export function readFloat64Content(content: Uint8Array): Float64Array {
  if (content.length % 8 !== 0) throw new Error(`expected 8 bytes for each number, found ${content.length} in all`);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Float64Array.from({ length: content.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}
