import type { Transport } from '../plan.ts';
import { isRecord, own } from '../record.ts';
import { DT_DOUBLE } from './float64.ts';
import { DT_INT64 } from './int64.ts';

/**
 * The shape of the array that a foreign model answers with; or, where there is none or its content does not fill it,
 * what was expected. It counts and reads no number, so a large reply costs no more than a small one: of an `ndarray`
 * it tells only how many rows there are. A single number has the shape []. `data` is parsed JSON, or what protobufjs
 * decoded.
 */
export function readShape(data: unknown, transport: Transport): readonly number[] | string {
  const ndarray = given(data, 'ndarray');
  if (ndarray !== undefined) {
    // What the wrapper makes of an array without dimensions, and only as JSON.
    if (transport === 'rest' && typeof ndarray === 'number') return [];
    const rows = transport === 'rest' ? ndarray : (own(ndarray, 'values') ?? []);
    return Array.isArray(rows) ? [rows.length] : 'expected data.ndarray to be a list';
  }
  const tensor = given(data, 'tensor');
  if (tensor !== undefined) return readTensor(tensor);
  const tftensor = given(data, 'tftensor');
  return tftensor === undefined ? 'expected data.ndarray, data.tensor or data.tftensor' : readTftensor(tftensor);
}

/** In JSON a field that is null is one that is absent. */
export function given(data: unknown, field: string): unknown {
  return own(data, field) ?? undefined;
}

function readTensor(tensor: unknown): readonly number[] | string {
  const shape = own(tensor, 'shape') ?? [];
  const values = own(tensor, 'values') ?? [];
  if (!isShape(shape)) return 'expected whole numbers in data.tensor.shape';
  if (!Array.isArray(values)) return 'expected data.tensor.values to be a list';
  return values.length === count(shape) ? shape : expectFilled('data.tensor', shape, `${values.length}`);
}

function readTftensor(tftensor: unknown): readonly number[] | string {
  const dims = own(own(tftensor, 'tensorShape'), 'dim') ?? [];
  const shape = Array.isArray(dims) && dims.map((dim) => readSize(own(dim, 'size')));
  if (!isShape(shape)) return 'expected whole numbers in data.tftensor.tensorShape.dim';
  const dtype = own(tftensor, 'dtype');
  const type = TYPES.find(({ name, number }) => name === dtype || number === dtype);
  const bytes = countBytes(own(tftensor, 'tensorContent'));
  const size = count(shape);
  if (bytes > 0) {
    if (type === undefined || bytes === type.bytes * size) return shape;
    return expectFilled('data.tftensor', shape, `${bytes} bytes`);
  }
  const values = countValues(tftensor, type?.field);
  // TensorFlow may leave out values at the end that are the same as the last one.
  const isFilled = size === 0 || values > 0;
  return isFilled && (type === undefined || values <= size) ? shape : expectFilled('data.tftensor', shape, `${values}`);
}

/** An int64 is text in JSON and an object where it was decoded; one of 0 is left out. */
function readSize(size: unknown): number {
  if (size === undefined || typeof size === 'number') return size ?? 0;
  const text = isRecord(size) && typeof size.low === 'number' ? String(size) : size;
  return typeof text === 'string' && /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
}

/** Of real numbers: how many bytes one has in `tensorContent`, and the field of single ones. Of others some content will do. */
const TYPES = [
  { ...DT_DOUBLE, bytes: 8, field: 'doubleVal' },
  { ...DT_INT64, bytes: 8, field: 'int64Val' },
  { name: 'DT_FLOAT', number: 1, bytes: 4, field: 'floatVal' },
  { name: 'DT_INT32', number: 3, bytes: 4, field: 'intVal' },
  { name: 'DT_UINT8', number: 4, bytes: 1, field: 'intVal' },
  { name: 'DT_INT16', number: 5, bytes: 2, field: 'intVal' },
  { name: 'DT_INT8', number: 6, bytes: 1, field: 'intVal' },
  { name: 'DT_UINT16', number: 17, bytes: 2, field: 'intVal' },
  { name: 'DT_HALF', number: 19, bytes: 2, field: 'halfVal' },
  { name: 'DT_UINT32', number: 22, bytes: 4, field: 'uint32Val' },
  { name: 'DT_UINT64', number: 23, bytes: 8, field: 'uint64Val' },
] as const;

/** In the field of its type; where that is not known, in whichever has some. */
function countValues(tftensor: unknown, field: string | undefined): number {
  const fields = field === undefined ? Object.keys(tftensor ?? {}).filter((key) => key.endsWith('Val')) : [field];
  return fields.reduce((most, key) => Math.max(most, countItems(own(tftensor, key))), 0);
}

function countItems(values: unknown): number {
  return Array.isArray(values) ? values.length : countBytes(values);
}

function countBytes(content: unknown): number {
  if (typeof content === 'string') return Buffer.byteLength(content, 'base64');
  return content instanceof Uint8Array ? content.length : 0;
}

function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function expectFilled(name: string, shape: readonly number[], found: string): string {
  const sizes = shape.length > 8 ? `${shape.slice(0, 8).join(', ')}, …` : shape.join(', ');
  return `expected as many numbers in ${name} as its shape [${sizes}] has (${count(shape)}), not ${found}`;
}
