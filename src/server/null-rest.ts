import type { Socket } from 'node:net';
import { type ByteServer, createByteServer, type OnBytes, writeOrPause } from './byte-server.ts';

/**
 * Answers every HTTP/1.1 request with one prepared reply as soon as the request's body is in, over a bare socket.
 * Bodies must come with a Content-Length. Whoever sends anything else is disconnected.
 */
export function createNullRestServer(reply: Reply): ByteServer {
  const parseHead = createHeadParser();
  return createByteServer((socket) => createConnection(socket, reply, parseHead));
}

interface Reply {
  readonly raw: Uint8Array;
  readonly close: boolean;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const MAX_HEAD_BYTES = 16_384;
const EMPTY = Buffer.alloc(0);

/** Returns the function that takes what the client sends; it throws when that is no request. */
function createConnection(socket: Socket, reply: Reply, parseHead: (head: Buffer) => number): OnBytes {
  /** The beginning of a head whose end has not come. */
  let started: Buffer = EMPTY;
  /** Bytes of the body that are to come; null while a head is read. */
  let missing: number | null = null;
  let answered = false;

  const answer = (): void => {
    if (reply.close) {
      answered = true;
      socket.end(reply.raw);
    } else {
      writeOrPause(socket, reply.raw);
    }
  };

  return (chunk) => {
    let rest = chunk;
    while (!answered) {
      if (missing === null) {
        if (rest.length === 0) return;
        const bytes: Buffer = started.length > 0 ? Buffer.concat([started, rest]) : rest;
        const end = bytes.indexOf(HEAD_END);
        if (end < 0) {
          checkStart(bytes);
          // Kept beyond this call, and so copied.
          started = Buffer.from(bytes);
          return;
        }
        missing = parseHead(bytes.subarray(0, end));
        rest = bytes.subarray(end + HEAD_END.length);
        started = EMPTY;
      }
      const taken = Math.min(missing, rest.length);
      missing -= taken;
      if (missing > 0) return;
      rest = rest.subarray(taken);
      missing = null;
      answer();
    }
  };
}

/** A head without an end yet: it must look like one, and end some day. */
function checkStart(bytes: Buffer): void {
  if (bytes.length > MAX_HEAD_BYTES || !/^[A-Z]*$/.test(bytes.toString('latin1', 0, 3).trimEnd()))
    throw new Error('expected the head of an HTTP/1.1 request');
}

/**
 * Returns a parser of heads that gives the body's length. A load client sends the same head again and again, so the
 * last one is remembered.
 */
function createHeadParser(): (head: Buffer) => number {
  let lastHead = EMPTY;
  let lastLength = 0;
  return (head) => {
    if (head.equals(lastHead)) return lastLength;
    const length = contentLength(head.toString('latin1'));
    lastHead = Buffer.from(head);
    lastLength = length;
    return length;
  };
}

function contentLength(head: string): number {
  const lines = head.split('\r\n');
  if (
    head.length > MAX_HEAD_BYTES ||
    !/^[A-Z]+ \S+ HTTP\/1\.[01]$/.test(lines[0] ?? '') ||
    /^transfer-encoding:/im.test(head)
  )
    throw new Error('expected the head of an HTTP/1.1 request with a Content-Length');
  const header = lines.find((line) => /^content-length:/i.test(line));
  const value = header === undefined ? '0' : header.slice(header.indexOf(':') + 1).trim();
  if (!/^\d{1,12}$/.test(value)) throw new Error('expected Content-Length to be a number');
  return Number(value);
}
