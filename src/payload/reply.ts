import { explain } from '../errors.ts';
import type { Cell, Transport } from '../plan.ts';
import { own } from '../record.ts';
import { given, readShape } from './array-shape.ts';
import { contract } from './contract.ts';
import { decodeMessage } from './decode.ts';
import { type Numbers, readNumbers } from './numbers.ts';
import { quote, quoteBytes, quoteHex } from './quote.ts';

export type Answers = 'fixed' | 'any' | { readonly rows: number };

type ReplyCheck =
  | { readonly ok: true; readonly decodeMs: number }
  /** What was expected and what was found, in one line that is safe to print. */
  | { readonly ok: false; readonly why: string };

/**
 * Decodes a reply and says whether it is the right one. `body` is the HTTP body, or the gRPC message without its
 * prefix. `fixed`: our own model, which answers every request with the single number 1, `predict` in the encoding
 * that it was asked in. `any`: a foreign model, which must answer with some data and not with a failure, and fill the
 * shape that it says. `rows`: one that was sent so many rows, and whose array, if it answers with one, must have as
 * many; for a single row any will do.
 * Never throws, whatever the bytes.
 */
export function checkReply(
  cell: Pick<Cell, 'transport' | 'encoding' | 'method'>,
  body: Uint8Array,
  answers: Answers,
): ReplyCheck {
  try {
    // Reading the contract is not this reply's cost.
    if (cell.transport === 'grpc') contract();
    const start = performance.now();
    const message = decodeMessage(cell.transport, body);
    const decodeMs = performance.now() - start;
    const fault =
      findFailure(message) ??
      (answers === 'fixed'
        ? findWrong(cell, message)
        : findMissing(cell, message, answers === 'any' ? null : answers.rows));
    return fault === null
      ? { ok: true, decodeMs }
      : { ok: false, why: `${fault}, found ${show(cell.transport, message, body)}` };
  } catch (error) {
    const found = cell.transport === 'rest' ? quoteBytes(body) : quoteHex(body);
    return { ok: false, why: `${explain(error)}, found ${found}` };
  }
}

function findFailure(message: unknown): string | null {
  const status = own(message, 'status');
  if (status === undefined) return null;
  const flag = own(status, 'status');
  return flag === 1 || flag === 'FAILURE' ? 'expected success' : null;
}

function findWrong(cell: Pick<Cell, 'transport' | 'encoding' | 'method'>, message: unknown): string | null {
  // A raw model chooses the form of its answer: ours is a bare list, which over gRPC needs a message around it.
  if (cell.method !== 'predict' && cell.transport === 'rest')
    return JSON.stringify(message) === '[1]' ? null : 'expected [1]';
  const encoding = cell.method === 'predict' ? cell.encoding : 'ndarray';
  const expected = `expected ${encoding} of shape [1] that holds 1`;
  try {
    return isFixed(readNumbers(own(message, 'data'), cell.transport), encoding) ? null : expected;
  } catch (error) {
    return `${expected} (${explain(error)})`;
  }
}

function isFixed(numbers: Numbers, encoding: string): boolean {
  const { shape, values } = numbers;
  return numbers.encoding === encoding && shape.length === 1 && values.length === 1 && values[0] === 1;
}

/** Of a foreign model: `rows` were sent; null where its array may have any number of them. */
function findMissing({ transport }: Pick<Cell, 'transport'>, message: unknown, rows: number | null): string | null {
  const isBare = transport === 'rest' && Array.isArray(message);
  const data = isBare ? { ndarray: message } : given(message, 'data');
  if (data !== undefined) {
    const shape = readShape(data, transport);
    if (typeof shape === 'string') return shape;
    return rows === null ? null : findOtherRows(shape, rows);
  }
  const hasOther =
    ['binData', 'strData', 'customData'].some((field) => given(message, field) !== undefined) ||
    isJson(given(message, 'jsonData'), transport);
  return hasOther ? null : 'expected a SeldonMessage with data';
}

function isJson(jsonData: unknown, transport: Transport): boolean {
  if (transport === 'rest') return jsonData !== undefined;
  return JSON_KINDS.some((kind) => own(jsonData, kind) !== undefined);
}

/** Of a protobuf Value, but for null. */
const JSON_KINDS = ['numberValue', 'stringValue', 'boolValue', 'structValue', 'listValue'] as const;

function findOtherRows([rows]: readonly number[], sent: number): string | null {
  if (rows === sent || (sent === 1 && rows !== 0)) return null;
  const found = rows === undefined ? 'not a single number' : `not of ${rows}`;
  return `expected an array of ${sent} rows, one for each that was sent, ${found}`;
}

/** Protobuf is shown as the JSON that it stands for, unless writing that down is itself a burden. */
function show(transport: Transport, message: unknown, body: Uint8Array): string {
  const status = own(message, 'status');
  if (status !== undefined) return quote(JSON.stringify({ status }));
  if (transport === 'rest') return quoteBytes(body);
  return body.length > 65_536 ? quoteHex(body) : quote(JSON.stringify(message));
}
