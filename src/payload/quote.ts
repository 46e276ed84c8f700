/** Foreign text in messages is cut at this many characters. */
const MAX_QUOTED = 200;

/**
 * Foreign text made fit for one line of a message: at most 200 characters of it, and nothing in it that could move a
 * cursor, begin a line, or turn the direction of writing.
 */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED;
  // Well-formed after cutting: half a surrogate pair must not be left over.
  const kept = (cut ? text.slice(0, MAX_QUOTED) : text).toWellFormed();
  const escaped = kept.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return cut ? `${escaped}...` : escaped;
}

/** The same for bytes: as text where they are UTF-8, else the first of them in hex. */
export function quoteBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing';
  try {
    // A character is at most four bytes, and the cut may go through the last one: hence a decoder that expects more.
    const head = bytes.subarray(0, 4 * MAX_QUOTED);
    return quote(new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true }));
  } catch {
    return quoteHex(bytes);
  }
}

/** How many bytes there are, and the first of them. */
export function quoteHex(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 32)).toString('hex');
  return bytes.length === 0 ? 'nothing' : `${bytes.length} bytes, beginning 0x${head}`;
}
