import type { Field } from '../http2/hpack.ts';
import { enlarge } from './enlarge.ts';

/** What stands before a gRPC message: whether it is compressed, and its length in four bytes. */
export const PREFIX_BYTES = 5;

/** Gathers one unary reply: head, one length-prefixed message, trailers; or trailers only, where the call failed. */
export class GrpcReply {
  /** Used again for the next reply, so that one of usual size allocates nothing. */
  #bytes: Buffer = Buffer.allocUnsafeSlow(16 * 1024);
  #filled = 0;
  #httpStatus = '';
  #status: string | null = null;
  #text = '';

  reset(): void {
    this.#filled = 0;
    this.#httpStatus = '';
    this.#status = null;
    this.#text = '';
  }

  /** Takes the head's fields or the trailers'. */
  onFields(fields: readonly Field[]): void {
    for (const [name, value] of fields) {
      if (name === ':status') this.#httpStatus ||= value;
      else if (name === 'grpc-status') this.#status = value;
      else if (name === 'grpc-message') this.#text = value;
    }
  }

  /** Copies what it is given. Throws where the reply is longer than any reply may be. */
  onData(piece: Buffer): void {
    const needed = this.#filled + piece.length;
    if (needed > this.#bytes.length) this.#bytes = enlarge(this.#bytes, this.#filled, needed);
    piece.copy(this.#bytes, this.#filled);
    this.#filled = needed;
  }

  /** What is wrong with the reply, once it is whole; null where it is a success with exactly one message. */
  failure(): Error | null {
    if (this.#httpStatus !== '200') return new Error(`expected HTTP status 200, found ${number(this.#httpStatus)}`);
    if (this.#status === null) return new Error('expected a grpc-status in the trailers, found none');
    if (this.#status !== '0') {
      return new Error(`expected grpc-status 0, found ${number(this.#status)}: ${quote(decodeText(this.#text))}`);
    }
    if (this.#filled < PREFIX_BYTES) return new Error(`expected a gRPC message, found ${this.#filled} bytes`);
    if (this.#bytes[0] !== 0) return new Error('expected an uncompressed gRPC message, found a compressed one');
    const length = this.#bytes.readUInt32BE(1);
    const found = this.#filled - PREFIX_BYTES;
    if (length === found) return null;
    return new Error(`expected one gRPC message, found a prefix of ${length} bytes before ${found}`);
  }

  /** The message without its prefix, copied. */
  message(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(PREFIX_BYTES, this.#filled));
  }
}

function number(text: string): string {
  return /^[0-9]{1,3}$/.test(text) ? text : quote(text);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

/** grpc-message is UTF-8, percent-encoded; what is not, stays as it is. */
function decodeText(text: string): string {
  const toByte = (_: string, code: string): string => String.fromCharCode(Number.parseInt(code, 16));
  return Buffer.from(text.replace(/%([0-9a-fA-F]{2})/g, toByte), 'latin1').toString('utf8');
}
