import type { Encoding, Transport } from '../plan.ts';

/**
 * The exact size in bytes of the request that `encodeRequest` makes, by arithmetic: to know, before anything is
 * encoded, whether a server will take it.
 */
export function requestBytes(request: { transport: Transport; encoding: Encoding; batch: number }): number {
  return request.transport === 'rest'
    ? restBytes(request.encoding, request.batch)
    : grpcBytes(request.encoding, request.batch);
}

/** How many decimal digits the integers 0..n-1 have together. */
export function countDigits(n: number): number {
  let total = n;
  // Everything from 10 up has a second digit, everything from 100 up a third, and so on.
  for (let power = 10; power < n; power *= 10) total += n - power;
  return total;
}

/** The length of 0..n-1 written with `", "` between them. */
export function listLength(n: number): number {
  return countDigits(n) + 2 * (n - 1);
}

function restBytes(encoding: Encoding, n: number): number {
  const digits = String(n).length;
  switch (encoding) {
    case 'ndarray':
      return '{"data": {"ndarray": [[]]}}'.length + listLength(n);
    case 'tensor':
      return '{"data":{"tensor":{"shape":[1,],"values":[]}}}'.length + digits + listLength(n);
    case 'tftensor': {
      const around = '{"data":{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":""}]},}}}'.length + digits;
      const content = n === 1 ? '"int64Val":["0"]'.length : '"tensorContent":""'.length + 4 * Math.ceil((8 * n) / 3);
      return around + content;
    }
  }
}

/** Field numbers are all below 16: every tag is one byte. */
function grpcBytes(encoding: Encoding, n: number): number {
  switch (encoding) {
    case 'ndarray':
      // A number is a Value of tag and double, with tag and length before it; around them the inner list, the Value
      // that holds it, and the outer list.
      return inField(inField(inField(inField(11 * n))));
    case 'tensor':
      return inField(inField(inField(1 + varintLength(n)) + inField(8 * n)));
    case 'tftensor': {
      const size = 1 + varintLength(n);
      const dtype = 2;
      const content = n === 1 ? inField(1) : inField(8 * n);
      return inField(inField(dtype + inField(inField(size)) + content));
    }
  }
}

/** A length-delimited field: tag, length, content. */
function inField(content: number): number {
  return 1 + varintLength(content) + content;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}
