import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { explain } from './errors.ts';
import { type Flattened, flattenLists, type ListFault } from './nested-lists.ts';
import { own } from './record.ts';

/** Rows of numbers that requests carry in place of the integers 0..n-1; a batch is then so many rows. */
export interface OwnPayload {
  /** Of one row: `[4]` for four columns. */
  readonly rowShape: readonly number[];
  /** Of the file's rows one after the other, repeated for larger batches; null where requests carry 0, 1, 2 and so on. */
  readonly values: Float64Array | null;
  /** Whether the model gets floating-point numbers. */
  readonly isFloat: boolean;
  /** Of the columns; none for most. */
  readonly names: readonly string[];
  /** Null for rows that no file gives. */
  readonly file: { readonly name: string; readonly sha256: string; readonly rows: number } | null;
}

const MAX_FILE_BYTES = 64 * 2 ** 20;
const MAX_NAMES = 10_000;
const MAX_NAME_LENGTH = 1000;

/** Rows of `features` consecutive integers. */
export function consecutiveRows(features: number): OwnPayload {
  return { rowShape: [features], values: null, isFloat: false, names: [], file: null };
}

/** How many numbers one row has. */
export function rowLength({ rowShape }: Pick<OwnPayload, 'rowShape'>): number {
  return rowShape.reduce((product, size) => product * size, 1);
}

/** Reads a file with the JSON of a request. Throws an Error that says what was expected. */
export function readPayloadFile(path: string): OwnPayload {
  let bytes: Buffer;
  try {
    const about = statSync(path);
    if (!about.isFile()) throw new Error('it is no regular file');
    if (about.size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(`a file that can be read: ${explain(error).replace(/\p{C}+/gu, ' ')}`);
  }
  const { rows, ...payload } = parsePayload(bytes.toString('utf8'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...payload, file: { name: basename(path).slice(0, 200), sha256, rows } };
}

/**
 * Throws an Error that says what was expected of the text. What would not be sent is refused: left out in silence, the
 * model would be asked something else than the file says.
 */
export function parsePayload(text: string): Omit<OwnPayload, 'file'> & { readonly rows: number } {
  /** Whether a number is written with a point or an exponent: 1.0 is a floating-point number to the model. */
  let hasFloat = false;
  let message: unknown;
  try {
    // A byte order mark is no JSON, but some editors begin a file with one.
    message = JSON.parse(text.replace(/^\uFEFF/, ''), (_, value: unknown, context?: { source?: string }) => {
      hasFloat ||= typeof value === 'number' && /[.eE]/.test(context?.source ?? '');
      return value;
    });
  } catch {
    throw new Error('the JSON of a request, such as {"data": {"ndarray": [[5.1, 3.5, 1.4, 0.2]]}}');
  }
  const data = own(message, 'data');
  const ndarray = own(data, 'ndarray');
  const tensor = own(data, 'tensor');
  if (ndarray === undefined && tensor === undefined) throw new Error(NO_ARRAY);
  refuseOthers('the request', message, ['data']);
  refuseOthers('data', data, ['names', 'ndarray', 'tensor']);
  if (ndarray !== undefined && tensor !== undefined)
    throw new Error('either data.ndarray or data.tensor, and it has both: take one of them out');
  const { shape, values } = ndarray !== undefined ? readNdarray(ndarray) : readTensor(tensor);
  const [rows = 0, ...rowShape] = shape;
  if (values.length === 0 || rowShape.length === 0 || shape.reduce((a, b) => a * b, 1) !== values.length) {
    throw new Error('rows of numbers, one list for each: {"data": {"ndarray": [[1, 2], [3, 4]]}} has two');
  }
  const isFloat = hasFloat || tensor !== undefined;
  const beyond = isFloat ? undefined : values.find((value) => !Number.isSafeInteger(value));
  if (beyond !== undefined) throw new Error(`integers of at most 2^53; ${beyond} is beyond`);
  return { rowShape, values: Float64Array.from(values), isFloat, names: readNames(own(data, 'names'), rowShape), rows };
}

const NO_ARRAY = 'data.ndarray, or data.tensor with shape and values, as numbers';

function refuseOthers(where: string, record: unknown, sent: readonly string[]): void {
  const other = Object.keys(record ?? {}).find((key) => !sent.includes(key));
  if (other === undefined) return;
  const name = JSON.stringify(other.slice(0, 40)).replace(/\p{C}/gu, '?');
  throw new Error(`nothing in ${where} but ${sent.join(', ')}: ${name} is not sent, so take it out`);
}

function readNames(names: unknown, rowShape: readonly number[]): readonly string[] {
  if (names === undefined) return [];
  if (!Array.isArray(names) || names.length > MAX_NAMES || !names.every(isName))
    throw new Error('data.names to be a list of texts');
  const [columns] = rowShape;
  // Of rows with more dimensions a name may mean any of them.
  if (names.length > 0 && rowShape.length === 1 && names.length !== columns)
    throw new Error(
      `data.names to have one for each of ${columns} columns, and it has ${names.length}: name all or none`,
    );
  return names;
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH && name.isWellFormed();
}

function readTensor(tensor: unknown): Flattened {
  const shape = own(tensor, 'shape');
  const values = own(tensor, 'values');
  const isList = (list: unknown): list is number[] => Array.isArray(list) && list.every(Number.isFinite);
  if (!isList(shape) || !isList(values) || !shape.every((size) => Number.isInteger(size) && size > 0))
    throw new Error(NO_ARRAY);
  refuseOthers('data.tensor', tensor, ['shape', 'values']);
  return { shape, values };
}

/** The numbers of lists within lists, which are as long as one another. */
function readNdarray(ndarray: unknown): Flattened {
  const found = flattenLists(
    ndarray,
    MAX_DEPTH,
    (node) => node,
    (node) => (Number.isFinite(node) ? node : null),
  );
  if (typeof found === 'string') throw new Error(LIST_FAULTS[found]);
  return found;
}

const MAX_DEPTH = 8;
const LIST_FAULTS: Readonly<Record<ListFault, string>> = {
  'too deep': `at most ${MAX_DEPTH} lists within one another`,
  ragged: 'rows of one length in data.ndarray',
  'no number': 'nothing but numbers in data.ndarray: text can be sent in no other encoding',
  'mixed depths': 'numbers at one depth in data.ndarray',
};
