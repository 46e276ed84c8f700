import type { Encoding, Method, Transport } from '../plan.ts';

/** What a server process is to be. */
export type ServerSpec = ReferenceSpec | NullSpec;

/** A model server that answers as the wrapper does, one model per method. */
export interface ReferenceSpec {
  readonly kind: 'reference';
  readonly models: readonly Method[];
  /** `close` is what the wrapper does by default: each REST reply ends its connection. */
  readonly connection: 'close' | 'keep-alive';
  /** Named in each reply's `meta.requestPath`, as a deployed model's image is. */
  readonly image: string;
  /** Milliseconds of computing before each answer. */
  readonly delayMs: number;
}

/** Servers that answer at once, whatever is asked, each on a port of its own. */
export interface NullSpec {
  readonly kind: 'null';
  readonly replies: readonly NullReply[];
}

export type NullReply =
  /** `raw`: the whole HTTP/1.1 reply, head and body. */
  | { readonly transport: 'rest'; readonly raw: Uint8Array; readonly close: boolean }
  /** `message`: without its prefix. */
  | { readonly transport: 'grpc'; readonly message: Uint8Array };

export interface ModelPorts {
  readonly restPort: number;
  readonly grpcPort: number;
}

/** Where a server process listens, on 127.0.0.1: by method, or one port per reply in the replies' order. */
export interface Ports {
  readonly reference: Readonly<Partial<Record<Method, ModelPorts>>>;
  readonly null: readonly number[];
}

/** What the servers need of the payloads, handed in by the shell. */
export interface Codec {
  /** Decodes a whole request; throws an Error that says what was expected when the bytes are none. */
  decodeRequest(transport: Transport, bytes: Uint8Array): { readonly encoding: Encoding };
}
