import type { Encoding, Transport } from '../plan.ts';
import { own } from '../record.ts';
import { decodeMessage } from './decode.ts';
import { readNumbers } from './numbers.ts';

/**
 * What a server learns of a request: which encoding it came in and how many numbers it carries. The whole request is
 * decoded for it. Throws an Error that says what was expected when the bytes are no request.
 */
export function decodeRequest(transport: Transport, bytes: Uint8Array): { encoding: Encoding; count: number } {
  const { encoding, values } = readNumbers(own(decodeMessage(transport, bytes), 'data'), transport);
  return { encoding, count: values.length };
}
