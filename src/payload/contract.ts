import { join } from 'node:path';
import protobuf from 'protobufjs';
import { protoFolder } from '../assets.ts';

/** The message types that payloads are made of. The rest of proto/ is there for other programs. */
interface Contract {
  readonly SeldonMessage: protobuf.Type;
  readonly ListValue: protobuf.Type;
}

/** The wire contract, read from proto/ on first use (some 15 ms) and kept: it does not change while a process lives. */
export const contract: () => Contract = once(() => {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, file) => (protobuf.common.get(file) === null ? join(protoFolder, file) : file);
  root.loadSync('prediction.proto');
  const SeldonMessage = root.lookupType('seldon.protos.SeldonMessage');
  // protobufjs writes a type's encoder and decoder when they are first used: here, so that no payload's clock has it.
  for (const data of SAMPLES)
    SeldonMessage.decode(SeldonMessage.encode({ meta: { requestPath: { a: 'b' } }, data }).finish());
  return { SeldonMessage, ListValue: root.lookupType('google.protobuf.ListValue') };
});

const SAMPLES = [
  { ndarray: { values: [{ listValue: { values: [{ numberValue: 1 }] } }] } },
  { tensor: { shape: [1], values: [1] } },
  { tftensor: { dtype: 9, tensorShape: { dim: [{ size: 1 }] }, int64Val: [1] } },
];

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
