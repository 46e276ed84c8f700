import { flattenLists, type ListFault } from '../nested-lists.ts';
import type { Encoding, Transport } from '../plan.ts';
import { isRecord, own } from '../record.ts';
import { DT_DOUBLE, readFloat64Content } from './float64.ts';
import { DT_INT64, readInt64Content } from './int64.ts';

/** The array that a message carries. */
export interface Numbers {
  readonly encoding: Encoding;
  readonly shape: readonly number[];
  /** In row-major order; as many as the product of `shape`. */
  readonly values: ArrayLike<number>;
}

/**
 * Reads `data` of a message: parsed JSON, or what protobufjs decoded, which differ in how a list is written.
 * Throws an Error that says what was expected where anything but numbers, or another number of them, is found.
 */
export function readNumbers(data: unknown, transport: Transport): Numbers {
  const numbers = read(data, transport);
  const count = numbers.shape.reduce((product, size) => product * size, 1);
  if (numbers.shape.length === 0 || count !== numbers.values.length)
    throw new Error(
      `expected as many numbers as the shape [${numbers.shape.slice(0, 8).join(', ')}] has, found ${numbers.values.length}`,
    );
  return numbers;
}

function read(data: unknown, transport: Transport): Numbers {
  const ndarray = own(data, 'ndarray');
  if (ndarray !== undefined) return readNested(transport === 'rest' ? ndarray : { listValue: ndarray }, transport);
  const tensor = own(data, 'tensor');
  if (tensor !== undefined) return readTensor(tensor);
  const tftensor = own(data, 'tftensor');
  if (tftensor !== undefined) return readTftensor(tftensor);
  throw new Error('expected data.ndarray, data.tensor or data.tftensor, found none of them');
}

function readTensor(tensor: unknown): Numbers {
  return {
    encoding: 'tensor',
    shape: numbersOf(own(tensor, 'shape'), 'tensor.shape'),
    values: numbersOf(own(tensor, 'values'), 'tensor.values'),
  };
}

function readTftensor(tftensor: unknown): Numbers {
  const dtype = own(tftensor, 'dtype');
  const is = ({ name, number }: { name: string; number: number }): boolean => dtype === name || dtype === number;
  if (!is(DT_INT64) && !is(DT_DOUBLE))
    throw new Error(
      `expected tftensor.dtype ${DT_INT64.name} or ${DT_DOUBLE.name}, found ${String(dtype).slice(0, 30)}`,
    );
  const dims = own(own(tftensor, 'tensorShape'), 'dim');
  if (!Array.isArray(dims)) throw new Error('expected tftensor.tensorShape.dim to be a list');
  const content = own(tftensor, 'tensorContent');
  return {
    encoding: 'tftensor',
    shape: dims.map((dim) => integerOf(own(dim, 'size'), 'tftensor.tensorShape.dim.size')),
    values: is(DT_INT64)
      ? content === undefined
        ? int64Values(own(tftensor, 'int64Val'))
        : readInt64Content(bytesOf(content))
      : content === undefined
        ? numbersOf(own(tftensor, 'doubleVal'), 'tftensor.doubleVal')
        : readFloat64Content(bytesOf(content)),
  };
}

function int64Values(list: unknown): number[] {
  if (!Array.isArray(list)) throw new Error('expected tftensor.tensorContent or tftensor.int64Val, found neither');
  return list.map((value) => integerOf(value, 'tftensor.int64Val'));
}

/** The lists of an `ndarray`, flattened. */
function readNested(list: unknown, transport: Transport): Numbers {
  const isRest = transport === 'rest';
  const found = flattenLists(
    list,
    MAX_DEPTH,
    (node) => (isRest ? node : own(own(node, 'listValue'), 'values')),
    (node) => (isRest ? node : own(node, 'numberValue')),
  );
  if (typeof found === 'string') throw new Error(LIST_FAULTS[found]);
  return { encoding: 'ndarray', ...found };
}

const MAX_DEPTH = 32;
const LIST_FAULTS: Readonly<Record<ListFault, string>> = {
  'too deep': `expected at most ${MAX_DEPTH} lists within one another`,
  ragged: 'expected lists of one length in data.ndarray',
  'no number': 'expected nothing but numbers in data.ndarray',
  'mixed depths': 'expected numbers at one depth in data.ndarray',
};

function numbersOf(list: unknown, name: string): number[] {
  if (!Array.isArray(list) || !list.every((value) => typeof value === 'number'))
    throw new Error(`expected ${name} to be a list of numbers`);
  return list;
}

/** An int64: in JSON a string, or a number from a lenient writer; a Long where protobufjs decoded it. */
function integerOf(value: unknown, name: string): number {
  const isLong = isRecord(value) && typeof value.low === 'number';
  const integer = typeof value === 'string' || isLong ? Number(String(value)) : value;
  if (typeof integer !== 'number' || !Number.isInteger(integer)) throw new Error(`expected ${name} to be an integer`);
  return integer;
}

function bytesOf(content: unknown): Uint8Array {
  if (content instanceof Uint8Array) return content;
  if (typeof content === 'string') return Buffer.from(content, 'base64');
  throw new Error('expected tftensor.tensorContent to be base64');
}
