/**
 * The Huffman code of HPACK (RFC 7541 appendix B). It is canonical: the codes follow from their lengths, shortest first
 * and in order of symbol. Symbol 256 ends a string and must not appear in one.
 */
const LENGTHS = Uint8Array.from([
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
]);

const LONGEST = 30;
const END_OF_STRING = 256;

/** Of each length: the first code, how many there are, and where their symbols begin in `SYMBOLS`. */
interface Row {
  readonly first: number;
  readonly count: number;
  readonly offset: number;
}

const SYMBOLS = Uint16Array.from(LENGTHS.keys()).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
const ROWS = buildRows();

/** Decodes a whole string to Latin-1 text. Throws an Error for bits that no string encodes to. */
export function decodeHuffman(bytes: Uint8Array): string {
  const text: number[] = [];
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length += 1;
      const row = ROWS[length];
      if (row === undefined) throw new Error('expected Huffman-coded text, found bits that are no code');
      const index = code - row.first;
      if (index < 0 || index >= row.count) continue;
      const symbol = SYMBOLS[row.offset + index] as number;
      if (symbol === END_OF_STRING) throw new Error('expected Huffman-coded text, found the end-of-string symbol');
      text.push(symbol);
      code = 0;
      length = 0;
    }
  }
  // What is left must be padding: fewer than eight bits, all ones.
  if (length > 7 || code !== 2 ** length - 1) throw new Error('expected Huffman padding of ones, found other bits');
  return Buffer.from(text).toString('latin1');
}

function buildRows(): Row[] {
  const rows: Row[] = [];
  let code = 0;
  let offset = 0;
  for (let length = 0; length <= LONGEST; length++) {
    const count = LENGTHS.reduce((sum, value) => sum + (value === length ? 1 : 0), 0);
    rows.push({ first: code, count, offset });
    code = (code + count) * 2;
    offset += count;
  }
  return rows;
}

function lengthOf(symbol: number): number {
  return LENGTHS[symbol] as number;
}
