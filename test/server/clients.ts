import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders as Http2Headers } from 'node:http2';
import { createConnection, type Socket } from 'node:net';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';

interface RestReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export async function callRest(
  port: number,
  options: { method?: string; path?: string; type?: string; body?: Uint8Array | string } = {},
): Promise<RestReply> {
  const { method = 'POST', path = '/api/v1.0/predictions', type = 'application/json', body = '' } = options;
  const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
  const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }).end(body);
  const [response] = await once(call, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

interface GrpcReply {
  readonly headers: Http2Headers;
  readonly trailers: Http2Headers;
  /** With its prefix. */
  readonly data: Buffer;
}

/** One call over a session of node:http2. */
export function callHttp2(session: ClientHttp2Session, body: Uint8Array, path = PREDICT): Promise<GrpcReply> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  return new Promise((resolve, reject) => {
    let headers: Http2Headers = {};
    let trailers: Http2Headers = {};
    const chunks: Buffer[] = [];
    stream.on('response', (received) => {
      headers = received;
    });
    stream.on('trailers', (received) => {
      trailers = received;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => resolve({ headers, trailers, data: Buffer.concat(chunks) }));
    stream.end(body);
  });
}

export async function withSession<T>(port: number, use: (session: ClientHttp2Session) => Promise<T>): Promise<T> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    await once(session, 'connect');
    return await use(session);
  } finally {
    session.destroy();
  }
}

/** One call of @grpc/grpc-js, bytes in and bytes out. */
export function callLibrary(client: Client, message: Uint8Array, path = PREDICT): Promise<Buffer> {
  const pass = (bytes: Buffer) => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, pass, pass, Buffer.from(message), (error: ServiceError | null, reply?: Buffer) =>
      error ? reject(error) : resolve(reply as Buffer),
    );
  });
}

export async function withLibrary<T>(port: number, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
  });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

const PREDICT = '/seldon.protos.Seldon/Predict';

/** A bare socket that keeps what it receives. */
interface Wire {
  readonly socket: Socket;
  received(): Buffer;
  /** Resolves when what was received satisfies the condition; rejects when the server closes before. */
  until(condition: (received: Buffer) => boolean): Promise<Buffer>;
  /** Resolves, with all that was received, when the server has closed the connection. */
  closed(): Promise<Buffer>;
}

export async function openWire(port: number): Promise<Wire> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  let received = Buffer.alloc(0);
  let over = false;
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const waker of wakers) waker();
  };
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  // A reset is one of the ways in which a server may close.
  socket.on('error', () => {});
  socket.on('close', () => {
    over = true;
    wake();
  });
  await once(socket, 'connect');
  const wait = (settled: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!settled()) return;
        wakers.delete(check);
        resolve();
      };
      wakers.add(check);
      check();
    });
  return {
    socket,
    received: () => received,
    async until(condition) {
      await wait(() => over || condition(received));
      if (!condition(received)) throw new Error(`the server closed after ${received.length} bytes`);
      return received;
    },
    async closed() {
      await wait(() => over);
      return received;
    },
  };
}
