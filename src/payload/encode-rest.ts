import type { Encoding } from '../plan.ts';
import { int64Content } from './int64.ts';
import { listLength } from './size.ts';

/** The JSON request of 0..n-1. */
export function encodeRest(encoding: Encoding, n: number): Buffer {
  switch (encoding) {
    case 'ndarray':
      return aroundList('{"data": {"ndarray": [[', n, ']]}}');
    case 'tensor':
      return aroundList(`{"data":{"tensor":{"shape":[1,${n}],"values":[`, n, ']}}}');
    case 'tftensor':
      return Buffer.from(
        `{"data":{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":"${n}"}]},${tensorContent(n)}}}}`,
        'latin1',
      );
  }
}

/** TensorFlow writes a single element in the field of its type, more than one as their bytes. */
function tensorContent(n: number): string {
  return n === 1 ? '"int64Val":["0"]' : `"tensorContent":"${int64Content(n).toString('base64')}"`;
}

/** Writes the digits in place: ten million numbers joined as strings would cost gigabytes. */
function aroundList(before: string, n: number, after: string): Buffer {
  const buffer = Buffer.allocUnsafe(before.length + listLength(n) + after.length);
  let at = buffer.write(before, 'latin1');
  buffer[at++] = ZERO;
  let digits = 1;
  let nextPower = 10;
  for (let i = 1; i < n; i++) {
    if (i === nextPower) {
      digits++;
      nextPower *= 10;
    }
    buffer[at++] = COMMA;
    buffer[at++] = SPACE;
    let rest = i;
    for (let place = at + digits - 1; place >= at; place--) {
      const tenth = (rest / 10) | 0;
      buffer[place] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    at += digits;
  }
  buffer.write(after, at, 'latin1');
  return buffer;
}

const ZERO = 0x30;
const COMMA = 0x2c;
const SPACE = 0x20;
