import type { Encoding, Method } from '../plan.ts';

/**
 * What the wrapper answers for the benchmarked model, whose result is the one number 1: `predict` in the encoding of
 * the request with the image in `meta`, the raw methods the bare list.
 */
export interface Model {
  readonly method: Method;
  readonly image: string;
}

/** The reply's JSON, keys in the wrapper's order, with the newline that ends it. */
export function answerRest(model: Model, encoding: Encoding): string {
  if (isRaw(model)) return '[1]\n';
  const data = { names: [], [encoding]: JSON_DATA[encoding] };
  return `${JSON.stringify({ data, meta: metaOf(model.image) })}\n`;
}

export function metaOf(image: string): object {
  return { requestPath: { [NODE]: image } };
}

/** The reply's protobuf. */
export function answerGrpc(model: Model, encoding: Encoding): Buffer {
  if (isRaw(model)) return field(DATA, PROTOBUF_DATA.ndarray);
  const entry = Buffer.concat([field(1, Buffer.from(NODE)), field(2, Buffer.from(model.image))]);
  return Buffer.concat([field(META, field(REQUEST_PATH, entry)), field(DATA, PROTOBUF_DATA[encoding])]);
}

function isRaw({ method }: Model): boolean {
  return method !== 'predict';
}

/** The node's name in the inference graph. */
const NODE = 'classifier';

const JSON_DATA: Readonly<Record<Encoding, unknown>> = {
  ndarray: [1],
  tensor: { shape: [1], values: [1] },
  tftensor: { dtype: 'DT_INT64', int64Val: ['1'], tensorShape: { dim: [{ size: '1' }] } },
};

// A server must not share its encoder with the client that checks it, so these few bytes are written out.
const PROTOBUF_DATA: Readonly<Record<Encoding, Buffer>> = {
  // ndarray { values { number_value: 1.0 } }
  ndarray: Buffer.from('1a0b0a0911000000000000f03f', 'hex'),
  // tensor { shape: 1, values: 1.0 }
  tensor: Buffer.from('120d0a01011208000000000000f03f', 'hex'),
  // tftensor { dtype: DT_INT64, tensor_shape { dim { size: 1 } }, int64_val: 1 }
  tftensor: Buffer.from('220b0809120412020801520101', 'hex'),
};

const META = 2;
const REQUEST_PATH = 4;
const DATA = 3;

/** A length-delimited protobuf field. */
function field(number: number, content: Uint8Array): Buffer {
  const head = [(number << 3) | 2];
  let length = content.length;
  for (; length >= 128; length >>>= 7) head.push((length & 127) | 128);
  return Buffer.concat([Buffer.from([...head, length]), content]);
}
