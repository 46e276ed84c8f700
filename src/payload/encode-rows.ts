import { type OwnPayload, rowLength } from '../own-payload.ts';
import type { Cell, Encoding } from '../plan.ts';
import { contract } from './contract.ts';
import type { Encoded } from './encode.ts';
import { DT_DOUBLE } from './float64.ts';
import { DT_INT64 } from './int64.ts';

/**
 * The request that carries `batch` rows of somebody's own: over REST the JSON with the numbers as the file has them
 * (1.0 stays a floating-point number); over gRPC the message that this JSON stands for. A `tensor` has floating-point
 * numbers whatever they were.
 */
export function encodeRows(
  { transport, encoding, batch }: Pick<Cell, 'transport' | 'encoding' | 'batch'>,
  payload: OwnPayload,
): Encoded {
  const shape = [batch, ...payload.rowShape];
  const isFloat = payload.isFloat || encoding === 'tensor';
  const values = takeValues(payload, batch * rowLength(payload));
  const bytes =
    transport === 'rest'
      ? Buffer.from(writeJson(encoding, shape, values, payload), 'utf8')
      : contract()
          .SeldonMessage.encode({ data: { names: payload.names, ...buildData(encoding, shape, values, payload) } })
          .finish();
  return { bytes, shape, dtype: isFloat ? 'float64' : 'int64' };
}

/** The rows from the first on, and from the first again where they are too few. */
function takeValues({ values }: OwnPayload, count: number): Float64Array {
  const taken = new Float64Array(count);
  for (let i = 0; i < count; i++) taken[i] = values === null ? i : (values[i % values.length] as number);
  return taken;
}

function writeJson(encoding: Encoding, shape: readonly number[], values: Float64Array, payload: OwnPayload): string {
  const names = payload.names.length === 0 ? '' : `"names":${JSON.stringify(payload.names)},`;
  const write = payload.isFloat ? writeFloat : String;
  switch (encoding) {
    case 'ndarray':
      return `{"data": {${names}"ndarray": ${nest(shape, values, write)}}}`;
    case 'tensor':
      return `{"data":{${names}"tensor":{"shape":[${shape}],"values":[${join(values, write)}]}}}`;
    case 'tftensor': {
      const dim = shape.map((size) => `{"size":"${size}"}`);
      const { name } = payload.isFloat ? DT_DOUBLE : DT_INT64;
      const content =
        values.length > 1
          ? `"tensorContent":"${contentOf(values, payload).toString('base64')}"`
          : payload.isFloat
            ? `"doubleVal":[${join(values, write)}]`
            : `"int64Val":["${join(values, write)}"]`;
      return `{"data":{${names}"tftensor":{"dtype":"${name}","tensorShape":{"dim":[${dim}]},${content}}}}`;
    }
  }
}

function buildData(encoding: Encoding, shape: readonly number[], values: Float64Array, payload: OwnPayload): object {
  switch (encoding) {
    case 'ndarray':
      return { ndarray: nestValues(shape, values) };
    case 'tensor':
      return { tensor: { shape, values } };
    case 'tftensor': {
      const { number } = payload.isFloat ? DT_DOUBLE : DT_INT64;
      // TensorFlow writes a single element in the field of its type, more than one as their bytes.
      const content =
        values.length > 1
          ? { tensorContent: contentOf(values, payload) }
          : payload.isFloat
            ? { doubleVal: [...values] }
            : { int64Val: [...values] };
      return { tftensor: { dtype: number, tensorShape: { dim: shape.map((size) => ({ size })) }, ...content } };
    }
  }
}

/** Little-endian on every machine. */
function contentOf(values: Float64Array, { isFloat }: OwnPayload): Buffer {
  const content = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) {
    if (isFloat) content.writeDoubleLE(value, 8 * i);
    else content.writeBigInt64LE(BigInt(value), 8 * i);
  }
  return content;
}

function nest([size = 0, ...inner]: readonly number[], values: Float64Array, write: (value: number) => string): string {
  if (inner.length === 0) return `[${join(values, write)}]`;
  return `[${split(values, size)
    .map((part) => nest(inner, part, write))
    .join(', ')}]`;
}

/** A ListValue. */
function nestValues([size = 0, ...inner]: readonly number[], values: Float64Array): object {
  if (inner.length === 0) return { values: Array.from(values, (numberValue) => ({ numberValue })) };
  return { values: split(values, size).map((part) => ({ listValue: nestValues(inner, part) })) };
}

function split(values: Float64Array, parts: number): Float64Array[] {
  const length = values.length / parts;
  return Array.from({ length: parts }, (_, i) => values.subarray(i * length, (i + 1) * length));
}

function join(values: Float64Array, write: (value: number) => string): string {
  return Array.from(values, write).join(', ');
}

function writeFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
