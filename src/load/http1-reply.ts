import { enlarge } from './enlarge.ts';
import { MAX_REPLY_BYTES, type Reply } from './exchange.ts';
import { type Head, parseHead, quote } from './http1-head.ts';

const MAX_HEAD_BYTES = 64 * 1024;
/** Where each lies is remembered, which takes more room than a chunk of a byte does. */
const MAX_CHUNKS = 2 ** 20;
const VERSION = 'HTTP/1.';
const HEAD_END = Buffer.from('\r\n\r\n');

type State = 'head' | 'length' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'until-close' | 'done';

/**
 * Reads one HTTP/1.1 reply (RFC 9112) from pieces of any size; used again for the next reply after `reset`. Bytes are
 * gathered in one growing buffer, so that a reply of usual size allocates nothing.
 */
export class Http1Reply {
  status = 0;
  /** Whether the connection may carry another request after this reply. */
  kept = false;
  #state: State = 'head';
  #bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #filled = 0;
  /** Where the part that is being looked for begins: the head, a chunk's size line, a trailer line. */
  #mark = 0;
  /** Bytes still to come of the body or of the chunk. */
  #left = 0;
  #bodyStart = 0;
  /** The last head, with the empty line that ends it, and what it says. */
  #known: Buffer = Buffer.alloc(0);
  #head: Head | null = null;
  /** The parts of a chunked body, as [from, to) in the buffer. */
  #chunks: [number, number][] = [];

  reset(): void {
    this.status = 0;
    this.kept = false;
    this.#state = 'head';
    this.#filled = 0;
    this.#mark = 0;
    this.#left = 0;
    this.#bodyStart = 0;
    if (this.#chunks.length > 0) this.#chunks = [];
  }

  /** Whether any byte of the reply has come. */
  get begun(): boolean {
    return this.#filled > 0;
  }

  /** Takes the next `length` bytes. Returns true once the reply is whole; throws on what is not HTTP/1.1. */
  feed(bytes: Uint8Array, length: number): boolean {
    this.#append(bytes, length);
    while (this.#step()) {}
    if (this.#state === 'done' && this.#mark < this.#filled) {
      throw new Error('expected the end of the HTTP reply, found further bytes');
    }
    return this.#state === 'done';
  }

  /** The server ended the connection. Returns true if that is how this reply ends; throws if it was cut off. */
  end(): boolean {
    if (this.#state === 'until-close') {
      this.#mark = this.#filled;
      this.#state = 'done';
    }
    if (this.#state === 'done') return true;
    throw new Error(
      this.#filled === 0
        ? 'the server closed the connection without a reply'
        : `the server closed the connection in the middle of a reply (after ${this.#filled} bytes)`,
    );
  }

  /** Copies the whole reply. */
  copy(): Reply {
    const raw = Uint8Array.from(this.#bytes.subarray(0, this.#filled));
    const body =
      this.#chunks.length > 0
        ? Buffer.concat(this.#chunks.map(([from, to]) => raw.subarray(from, to)))
        : raw.subarray(this.#bodyStart, this.#mark);
    return { body, raw, kept: this.kept };
  }

  #append(bytes: Uint8Array, length: number): void {
    const needed = this.#filled + length;
    if (needed > this.#bytes.length) this.#bytes = enlarge(this.#bytes, this.#filled, needed);
    this.#bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.#filled);
    this.#filled = needed;
  }

  /** Goes one part further; false where it needs more bytes or is done. */
  #step(): boolean {
    switch (this.#state) {
      case 'head':
        return this.#readHead();
      case 'length':
      case 'chunk':
        return this.#readCounted();
      case 'chunk-size':
        return this.#readChunkSize();
      case 'chunk-end':
        return this.#readChunkEnd();
      case 'trailers':
        return this.#readTrailer();
      case 'until-close':
      case 'done':
        return false;
    }
  }

  #readHead(): boolean {
    if (this.#isKnown()) {
      this.#pass(this.#mark + this.#known.length, this.#head);
      return true;
    }
    const end = this.#view().indexOf(HEAD_END, this.#mark);
    if (end < 0) {
      if (this.#filled - this.#mark > MAX_HEAD_BYTES) throw new Error('expected an HTTP head of at most 64 KiB');
      // Another protocol may never send what a head ends with.
      const start = this.#bytes.toString('latin1', this.#mark, Math.min(this.#filled, this.#mark + VERSION.length));
      if (!VERSION.startsWith(start)) throw new Error(`expected an HTTP/1.1 status line, found ${quote(start)}`);
      return false;
    }
    const after = end + HEAD_END.length;
    const head = parseHead(this.#bytes.toString('latin1', this.#mark, end));
    // An interim reply (RFC 9110 section 15.2): the real one follows.
    if (head !== null) {
      this.#known = Buffer.from(this.#bytes.subarray(this.#mark, after));
      this.#head = head;
    }
    this.#pass(after, head);
    return true;
  }

  /** A server says the same again and again, but for the date once a second: what is known is not read twice. */
  #isKnown(): boolean {
    const end = this.#mark + this.#known.length;
    return (
      this.#known.length > 0 &&
      end <= this.#filled &&
      this.#bytes.compare(this.#known, 0, this.#known.length, this.#mark, end) === 0
    );
  }

  #pass(end: number, head: Head | null): void {
    this.#mark = end;
    this.#bodyStart = end;
    if (head === null) return;
    this.status = head.status;
    this.kept = head.kept;
    this.#left = head.length;
    this.#state = head.body;
  }

  #readCounted(): boolean {
    const from = this.#mark;
    const taken = Math.min(this.#left, this.#filled - from);
    if (taken === 0) return false;
    this.#mark += taken;
    this.#left -= taken;
    if (this.#state === 'chunk') this.#chunks.push([from, this.#mark]);
    if (this.#left > 0) return false;
    this.#state = this.#state === 'chunk' ? 'chunk-end' : 'done';
    return true;
  }

  #readChunkSize(): boolean {
    const line = this.#readLine();
    if (line === null) return false;
    const match = /^([0-9a-fA-F]{1,8})(?:[ \t]*;.*)?$/.exec(line);
    if (!match) throw new Error(`expected a chunk size, found ${quote(line)}`);
    this.#left = Number.parseInt(match[1] as string, 16);
    if (this.#left > MAX_REPLY_BYTES) throw new Error(`expected a reply of at most ${MAX_REPLY_BYTES} bytes`);
    if (this.#chunks.length > MAX_CHUNKS) throw new Error(`expected at most ${MAX_CHUNKS} chunks, found more`);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk';
    // Keeps an empty chunked body apart from a body by length.
    if (this.#left === 0 && this.#chunks.length === 0) this.#chunks.push([this.#mark, this.#mark]);
    return true;
  }

  #readChunkEnd(): boolean {
    const line = this.#readLine();
    if (line === null) return false;
    if (line !== '') throw new Error(`expected the end of a chunk, found ${quote(line)}`);
    this.#state = 'chunk-size';
    return true;
  }

  #readTrailer(): boolean {
    const line = this.#readLine();
    if (line === null) return false;
    if (line === '') this.#state = 'done';
    return true;
  }

  #readLine(): string | null {
    const end = this.#view().indexOf('\r\n', this.#mark, 'latin1');
    if (end < 0) {
      if (this.#filled - this.#mark > MAX_HEAD_BYTES) throw new Error('expected a line of at most 64 KiB');
      return null;
    }
    const line = this.#bytes.toString('latin1', this.#mark, end);
    this.#mark = end + 2;
    return line;
  }

  #view(): Buffer {
    return this.#bytes.subarray(0, this.#filled);
  }
}
