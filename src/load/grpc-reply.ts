import type { IncomingHttpHeaders } from 'node:http2';
import { MAX_REPLY_BYTES } from './exchange.ts';

/** Gathers one unary reply: head, one length-prefixed message, trailers; or trailers only, where the call failed. */
export class GrpcReply {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #status: string | null = null;
  #httpStatus = 0;
  #text = '';

  reset(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#status = null;
    this.#httpStatus = 0;
    this.#text = '';
  }

  onHead(fields: IncomingHttpHeaders): void {
    this.#httpStatus = Number(fields[':status']);
    this.onTrailers(fields);
  }

  onData(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes <= MAX_REPLY_BYTES) this.#pieces.push(piece);
  }

  onTrailers(fields: IncomingHttpHeaders): void {
    const status = fields['grpc-status'];
    if (status === undefined) return;
    this.#status = String(status);
    this.#text = String(fields['grpc-message'] ?? '');
  }

  /** What is wrong with the reply, once it is whole; null where it is a success with exactly one message. */
  failure(): Error | null {
    if (this.#httpStatus !== 200) return new Error(`expected HTTP status 200, found ${this.#httpStatus}`);
    if (this.#status === null) return new Error('expected a grpc-status in the trailers, found none');
    if (this.#status !== '0') {
      const text = JSON.stringify(decodeText(this.#text).slice(0, 200));
      return new Error(`expected grpc-status 0, found ${this.#status.slice(0, 20)}: ${text}`);
    }
    if (this.#bytes > MAX_REPLY_BYTES) return new Error(`expected a reply of at most ${MAX_REPLY_BYTES} bytes`);
    const prefix = Buffer.concat(this.#pieces.slice(0, 5), Math.min(5, this.#bytes));
    if (this.#bytes < 5) return new Error(`expected a gRPC message, found ${this.#bytes} bytes`);
    if (prefix[0] !== 0) return new Error('expected an uncompressed gRPC message, found a compressed one');
    const length = prefix.readUInt32BE(1);
    if (length !== this.#bytes - 5) {
      return new Error(`expected one gRPC message, found a prefix of ${length} bytes before ${this.#bytes - 5}`);
    }
    return null;
  }

  /** The message without its prefix, copied. */
  message(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#pieces).subarray(5));
  }
}

/** grpc-message is percent-encoded; what is not, stays as it is. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
