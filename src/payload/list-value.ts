import protobuf from 'protobufjs';
import { contract } from './contract.ts';

/**
 * A ListValue of numbers in lists within lists, for the encoder to copy: where it is long, its parts are encoded
 * already. An object for each number would be gigabytes at ten million; a repeated field may be encoded in pieces, so
 * the objects of one piece at a time are enough.
 */
export function listValue([size = 0, ...inner]: readonly number[], numberAt: (i: number) => number): object {
  const length = inner.reduce((product, size) => product * size, 1);
  const buildItems = (from: number, to: number): object[] =>
    Array.from({ length: to - from }, (_, i) =>
      inner.length === 0
        ? { numberValue: numberAt(from + i) }
        : { listValue: listValue(inner, (at) => numberAt((from + i) * length + at)) },
    );
  if (size * length <= PIECE || length > PIECE) return { values: buildItems(0, size) };
  const { ListValue } = contract();
  const writer = protobuf.Writer.create();
  const step = Math.floor(PIECE / length);
  for (let from = 0; from < size; from += step)
    ListValue.encode({ values: buildItems(from, Math.min(from + step, size)) }, writer);
  return { $unknowns: [writer.finish()] };
}

/** Numbers. */
const PIECE = 8192;
