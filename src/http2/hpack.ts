import { decodeHuffman } from './huffman.ts';

/** A header field; names are lower-case in HTTP/2. */
export type Field = readonly [name: string, value: string];

/** No header list that a unary call needs is near this long. */
const MAX_LIST_BYTES = 64 * 1024;

/**
 * Decodes a header block (RFC 7541) on a connection whose dynamic table has no room (SETTINGS_HEADER_TABLE_SIZE = 0):
 * fields that ask to be remembered are not, and nothing can refer to them. Throws an Error for what is no header block.
 */
export function decodeFields(block: Uint8Array): Field[] {
  const reader = new Reader(block);
  const fields: Field[] = [];
  let bytes = 0;
  while (reader.more()) {
    const field = readField(reader, fields.length === 0);
    if (field === null) continue;
    bytes += field[0].length + field[1].length + 32;
    if (bytes > MAX_LIST_BYTES) throw new Error('expected a header list of at most 64 KiB, found a longer one');
    fields.push(field);
  }
  return fields;
}

/**
 * Encodes fields as literals that enter no table and are not compressed: the same bytes serve every connection,
 * whatever its history. Values are Latin-1.
 */
export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), encodeString(name), encodeString(value)]));
}

/** Null for a change of the table's size, which is no field. */
function readField(reader: Reader, first: boolean): Field | null {
  const byte = reader.peek();
  if (byte >= 0x80) return staticField(reader.integer(7));
  if (byte >= 0x40) return literal(reader, reader.integer(6));
  if (byte < 0x20) return literal(reader, reader.integer(4));
  if (!first || reader.integer(5) !== 0) throw new Error('expected no dynamic header table, found one being used');
  return null;
}

function literal(reader: Reader, nameIndex: number): Field {
  const name = nameIndex === 0 ? reader.string() : staticField(nameIndex)[0];
  return [name, reader.string()];
}

function staticField(index: number): Field {
  const field = STATIC_TABLE[index - 1];
  if (field === undefined) throw new Error(`expected an index of the static header table, found ${index}`);
  return field;
}

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([encodeInteger(bytes.length), bytes]);
}

/** With a prefix of seven bits (section 5.1). */
function encodeInteger(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  more(): boolean {
    return this.#at < this.#bytes.length;
  }

  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Error('expected more of the header block, found its end');
    return byte;
  }

  /** An integer whose prefix has `bits` bits. */
  integer(bits: number): number {
    const most = 2 ** bits - 1;
    let value = this.#next() & most;
    if (value < most) return value;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#next();
      value += (byte & 127) * factor;
      // The second is for an integer that goes on with zeros.
      if (value > 2 ** 31 || factor > 2 ** 31)
        throw new Error('expected an integer of a header block, found an absurd one');
      if (byte < 128) return value;
    }
  }

  string(): string {
    const compressed = this.peek() >= 0x80;
    const length = this.integer(7);
    if (this.#at + length > this.#bytes.length) throw new Error('expected more of the header block, found its end');
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return compressed ? decodeHuffman(bytes) : Buffer.from(bytes).toString('latin1');
  }

  #next(): number {
    const byte = this.peek();
    this.#at += 1;
    return byte;
  }
}

/** RFC 7541 appendix A. */
const STATIC_TABLE: readonly Field[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  [':status', '200'],
  [':status', '204'],
  [':status', '206'],
  [':status', '304'],
  [':status', '400'],
  [':status', '404'],
  [':status', '500'],
  ...[
    'accept-charset',
    'accept-encoding',
    'accept-language',
    'accept-ranges',
    'accept',
    'access-control-allow-origin',
    'age',
    'allow',
    'authorization',
    'cache-control',
    'content-disposition',
    'content-encoding',
    'content-language',
    'content-length',
    'content-location',
    'content-range',
    'content-type',
    'cookie',
    'date',
    'etag',
    'expect',
    'expires',
    'from',
    'host',
    'if-match',
    'if-modified-since',
    'if-none-match',
    'if-range',
    'if-unmodified-since',
    'last-modified',
    'link',
    'location',
    'max-forwards',
    'proxy-authenticate',
    'proxy-authorization',
    'range',
    'referer',
    'refresh',
    'retry-after',
    'server',
    'set-cookie',
    'strict-transport-security',
    'transfer-encoding',
    'user-agent',
    'vary',
    'via',
    'www-authenticate',
  ].map((name): Field => [name, name === 'accept-encoding' ? 'gzip, deflate' : '']),
];
