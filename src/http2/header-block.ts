import { FLAG, FRAME, FRAME_HEAD_BYTES, unpad } from './frames.ts';
import { decodeFields, type Field } from './hpack.ts';

/** A head and its trailers. */
const REMEMBERED = 2;

const MAX_BLOCK_BYTES = 64 * 1024;
const PRIORITY_BYTES = 5;

export interface HeaderBlock {
  readonly stream: number;
  /** Whether the stream ends with it. */
  readonly ends: boolean;
  readonly fields: readonly Field[];
}

interface HeaderBlockReader {
  /** Throws an Error for a frame that cannot come now: between the pieces of a block nothing else may. */
  check(type: number, stream: number): void;
  /** Takes a HEADERS or CONTINUATION frame. Returns the block once it is whole; throws an Error for what is none. */
  take(type: number, flags: number, stream: number, payload: Buffer): HeaderBlock | null;
}

/** Puts header blocks together that may come in pieces (RFC 9113 section 4.3), padded and with a priority. */
export function createHeaderBlockReader(): HeaderBlockReader {
  const decode = createDecoder();
  let open: { readonly stream: number; readonly ends: boolean; readonly pieces: Buffer[]; bytes: number } | null = null;
  return {
    check(type, stream) {
      if ((open !== null) !== (type === FRAME.continuation) || (open !== null && open.stream !== stream)) {
        throw new Error('expected a header block in one piece, found another frame in between');
      }
    },
    take(type, flags, stream, payload) {
      let piece = payload;
      if (type === FRAME.headers) {
        piece = unpad(flags, payload);
        if ((flags & FLAG.priority) !== 0) {
          if (piece.length < PRIORITY_BYTES) throw new Error('expected a whole priority before the header block');
          piece = piece.subarray(PRIORITY_BYTES);
        }
        open = { stream, ends: (flags & FLAG.endStream) !== 0, pieces: [], bytes: 0 };
      }
      if (open === null) throw new Error('expected a header block before its continuation');
      // Its head counts, so that pieces of nothing come to an end too.
      open.bytes += FRAME_HEAD_BYTES + piece.length;
      if (open.bytes > MAX_BLOCK_BYTES)
        throw new Error('expected a header block of at most 64 KiB, found a longer one');
      if ((flags & FLAG.endHeaders) === 0) {
        // A copy: the payload is a view of what came in, and more is to come.
        open.pieces.push(Buffer.from(piece));
        return null;
      }
      const { ends, pieces } = open;
      open = null;
      return { stream, ends, fields: decode(pieces.length > 0 ? Buffer.concat([...pieces, piece]) : piece) };
    },
  };
}

/**
 * Servers send nearly the same blocks with every reply, and without a dynamic table the same bytes are the same fields:
 * comparing costs a fiftieth of decoding.
 */
function createDecoder(): (block: Buffer) => readonly Field[] {
  const known: { readonly block: Buffer; readonly fields: readonly Field[] }[] = [];
  return (block) => {
    for (const { block: other, fields } of known) if (other.equals(block)) return fields;
    const fields = decodeFields(block);
    if (known.length === REMEMBERED) known.shift();
    known.push({ block: Buffer.from(block), fields });
    return fields;
  };
}
