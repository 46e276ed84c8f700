import { explain } from '../errors.ts';
import type { Transport } from '../plan.ts';
import { contract } from './contract.ts';
import { quote } from './quote.ts';

/** The message as a plain value: parsed JSON, or what protobufjs decoded. Throws an Error for any other bytes. */
export function decodeMessage(transport: Transport, bytes: Uint8Array): unknown {
  return transport === 'rest' ? parseJson(bytes) : decodeProtobuf(bytes);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // The parser's message repeats a piece of the text.
    throw new Error(`expected JSON; ${quote(explain(error))}`);
  }
}

function decodeProtobuf(bytes: Uint8Array): unknown {
  try {
    return contract().SeldonMessage.decode(bytes);
  } catch (error) {
    throw new Error(`expected a protobuf SeldonMessage; ${quote(explain(error))}`);
  }
}
