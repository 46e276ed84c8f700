import { type OwnPayload, rowLength } from '../own-payload.ts';
import type { Cell, Encoding } from '../plan.ts';
import { contract } from './contract.ts';
import type { Encoded } from './encode.ts';
import { DT_DOUBLE } from './float64.ts';
import { DT_INT64 } from './int64.ts';
import { listValue } from './list-value.ts';

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
      ? Buffer.concat(writeJson(encoding, shape, values, payload))
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

/** In pieces, one after the other. */
function writeJson(encoding: Encoding, shape: readonly number[], values: Float64Array, payload: OwnPayload): Buffer[] {
  const names = payload.names.length === 0 ? '' : `"names":${JSON.stringify(payload.names)},`;
  const write = payload.isFloat ? writeFloat : String;
  switch (encoding) {
    case 'ndarray':
      return [Buffer.from(`{"data": {${names}"ndarray": `), ...writeLists(shape, values, write), Buffer.from('}}')];
    case 'tensor': {
      const list = writeLists([values.length], values, write);
      return [Buffer.from(`{"data":{${names}"tensor":{"shape":[${shape}],"values":`), ...list, Buffer.from('}}}')];
    }
    case 'tftensor': {
      const dim = shape.map((size) => `{"size":"${size}"}`);
      const { name } = payload.isFloat ? DT_DOUBLE : DT_INT64;
      const [only = 0] = values;
      const content =
        values.length > 1
          ? `"tensorContent":"${contentOf(values, payload).toString('base64')}"`
          : payload.isFloat
            ? `"doubleVal":[${write(only)}]`
            : `"int64Val":["${write(only)}"]`;
      return [
        Buffer.from(`{"data":{${names}"tftensor":{"dtype":"${name}","tensorShape":{"dim":[${dim}]},${content}}}}`),
      ];
    }
  }
}

function buildData(encoding: Encoding, shape: readonly number[], values: Float64Array, payload: OwnPayload): object {
  switch (encoding) {
    case 'ndarray':
      return { ndarray: listValue(shape, (i) => values[i] as number) };
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
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (isFloat) content.writeDoubleLE(value, 8 * i);
    else content.writeBigInt64LE(BigInt(value), 8 * i);
  }
  return content;
}

/** Lists within lists, in pieces: the texts of ten million numbers, joined all at once, would cost gigabytes. */
function writeLists(shape: readonly number[], values: Float64Array, write: (value: number) => string): Buffer[] {
  /** How many numbers a list has, from the innermost one outwards; the outermost ends only once. */
  const lengths: number[] = [];
  for (const size of shape.slice(1).reverse()) lengths.push(size * (lengths.at(-1) ?? 1));
  const pieces: Buffer[] = [];
  let text = '['.repeat(shape.length);
  for (let i = 0; i < values.length; i++) {
    if (i > 0) {
      let ended = 0;
      while (ended < lengths.length && i % (lengths[ended] as number) === 0) ended++;
      text += `${']'.repeat(ended)}, ${'['.repeat(ended)}`;
    }
    text += write(values[i] as number);
    if (text.length >= PIECE_LENGTH) {
      pieces.push(Buffer.from(text, 'latin1'));
      text = '';
    }
  }
  pieces.push(Buffer.from(text + ']'.repeat(shape.length), 'latin1'));
  return pieces;
}

const PIECE_LENGTH = 65_536;

function writeFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
