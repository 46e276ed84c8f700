import { MAX_REPLY_BYTES, type Reply } from './exchange.ts';

const MAX_HEAD_BYTES = 64 * 1024;
const NONE: readonly string[] = [];
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
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #filled = 0;
  /** Where the part that is being looked for begins: the head, a chunk's size line, a trailer line. */
  #mark = 0;
  /** Bytes still to come of the body or of the chunk. */
  #left = 0;
  #bodyStart = 0;
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
    if (needed > this.#bytes.length) {
      if (needed > MAX_REPLY_BYTES) throw new Error(`expected a reply of at most ${MAX_REPLY_BYTES} bytes, found more`);
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#filled);
      this.#bytes = larger;
    }
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
    const end = this.#view().indexOf(HEAD_END, this.#mark);
    if (end < 0) {
      if (this.#filled - this.#mark > MAX_HEAD_BYTES) throw new Error('expected an HTTP head of at most 64 KiB');
      // Another protocol may never send what a head ends with.
      const start = this.#bytes.toString('latin1', this.#mark, Math.min(this.#filled, this.#mark + VERSION.length));
      if (!VERSION.startsWith(start)) throw new Error(`expected an HTTP/1.1 status line, found ${quote(start)}`);
      return false;
    }
    const head = this.#bytes.toString('latin1', this.#mark, end);
    this.#mark = end + HEAD_END.length;
    this.#bodyStart = this.#mark;
    const match = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: |\r\n|$)/.exec(head);
    if (!match) throw new Error(`expected an HTTP/1.1 status line, found ${quote(head)}`);
    this.status = Number(match[2]);
    if (this.status === 101) throw new Error('the server switched protocols unasked');
    // An interim reply (RFC 9110 section 15.2): the real one follows.
    if (this.status < 200) return true;
    this.#frame(head, match[1] === '1');
    return true;
  }

  /** Decides how long the body is (RFC 9112 section 6.3). */
  #frame(head: string, keptByDefault: boolean): void {
    const lower = head.toLowerCase();
    const options = headers(lower, 'connection').join();
    this.kept = keptByDefault ? !options.includes('close') : options.includes('keep-alive');
    const coding = header(lower, 'transfer-encoding');
    const length = header(lower, 'content-length');
    if (this.status === 204 || this.status === 304) {
      this.#state = 'done';
    } else if (coding !== null) {
      if (coding !== 'chunked' || length !== null) {
        throw new Error(`expected one framing, chunked or a length, found ${quote(coding)} and ${quote(length ?? '')}`);
      }
      this.#state = 'chunk-size';
    } else if (length !== null) {
      if (!/^[0-9]{1,12}$/.test(length)) throw new Error(`expected a Content-Length, found ${quote(length)}`);
      this.#left = Number(length);
      if (this.#left > MAX_REPLY_BYTES) throw new Error(`expected a reply of at most ${MAX_REPLY_BYTES} bytes`);
      this.#state = this.#left === 0 ? 'done' : 'length';
    } else {
      this.kept = false;
      this.#state = 'until-close';
    }
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

/** The value of a header field that occurs once; null without it. Throws where it occurs again with another value. */
function header(head: string, name: string): string | null {
  const values = headers(head, name);
  const value = values[0] ?? null;
  if (values.length > 1 && values.some((other) => other !== value)) {
    throw new Error(`expected one ${name} header, found two that differ`);
  }
  return value;
}

/** The values of a header field, in their order, from a head in lower case. */
function headers(head: string, name: string): readonly string[] {
  const start = `\r\n${name}:`;
  let at = head.indexOf(start);
  if (at < 0) return NONE;
  const values: string[] = [];
  for (; at >= 0; at = head.indexOf(start, at + 2)) {
    const end = head.indexOf('\r\n', at + 2);
    values.push(head.slice(at + start.length, end < 0 ? undefined : end).trim());
  }
  return values;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
