import { MAX_REPLY_BYTES } from './exchange.ts';

/** What the head of a final HTTP/1.1 reply says. */
export interface Head {
  readonly status: number;
  /** Whether the connection may carry another request after this reply. */
  readonly kept: boolean;
  /** How the body is framed; `done` is none. */
  readonly body: 'length' | 'chunk-size' | 'until-close' | 'done';
  /** Bytes of a body by length, else 0. */
  readonly length: number;
}

const NONE: readonly string[] = [];

/** Reads a head without the empty line that ends it. Null for an interim reply (1xx); throws on what is no head. */
export function parseHead(head: string): Head | null {
  const match = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: |\r\n|$)/.exec(head);
  if (!match) throw new Error(`expected an HTTP/1.1 status line, found ${quote(head)}`);
  const status = Number(match[2]);
  if (status === 101) throw new Error('the server switched protocols unasked');
  if (status < 200) return null;
  const lower = head.toLowerCase();
  const options = headers(lower, 'connection').join();
  const kept = match[1] === '1' ? !options.includes('close') : options.includes('keep-alive');
  return { status, ...frame(status, lower, kept) };
}

/** Decides how long the body is (RFC 9112 section 6.3). */
function frame(status: number, lower: string, kept: boolean): Pick<Head, 'body' | 'length' | 'kept'> {
  const coding = header(lower, 'transfer-encoding');
  const length = header(lower, 'content-length');
  if (status === 204 || status === 304) return { body: 'done', length: 0, kept };
  if (coding !== null) {
    if (coding !== 'chunked' || length !== null) {
      throw new Error(`expected one framing, chunked or a length, found ${quote(coding)} and ${quote(length ?? '')}`);
    }
    return { body: 'chunk-size', length: 0, kept };
  }
  if (length === null) return { body: 'until-close', length: 0, kept: false };
  if (!/^[0-9]{1,12}$/.test(length)) throw new Error(`expected a Content-Length, found ${quote(length)}`);
  const bytes = Number(length);
  if (bytes > MAX_REPLY_BYTES) throw new Error(`expected a reply of at most ${MAX_REPLY_BYTES} bytes`);
  return { body: bytes === 0 ? 'done' : 'length', length: bytes, kept };
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

export function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
