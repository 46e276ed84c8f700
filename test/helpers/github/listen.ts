import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ActiveFault, FaultList } from './fault-list.ts';
import type { RecordedRequest } from './faults.ts';
import type { Reply } from './reply.ts';
import type { GitHub } from './server.ts';

interface Listener {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  close(): Promise<void>;
}

interface ListenOptions {
  /** Every request is added to it. */
  readonly requests: RecordedRequest[];
  readonly faults: FaultList;
  /** The path by which routes and faults know a request. */
  readonly canonical: (path: string) => string;
  readonly answer: (request: RecordedRequest) => Reply;
  /** Called with what goes wrong in the server itself, or in a fault's callback. */
  readonly report: (problem: string) => void;
  /** For the callbacks of faults. */
  readonly github: () => GitHub;
}

type Recording = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

/** An HTTP server on a port of 127.0.0.1: records each request, does to it what the faults say, and answers. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    serve(incoming, response, options).catch((error: unknown) => {
      // The caller has gone away; that is its right.
      if (incoming.socket.destroyed) return;
      options.report(`failed at ${incoming.method} ${incoming.url}: ${error}`);
      incoming.socket.destroy();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(incoming: IncomingMessage, response: ServerResponse, options: ListenOptions): Promise<void> {
  const request = await record(incoming, options.canonical);
  options.requests.push(request);
  const fault = options.faults.take(request);
  if (!fault) return send(response, options.answer(request), request);
  await fault.rule.before?.(options.github(), request);
  await misbehave(incoming, response, request, { fault, options });
}

async function misbehave(
  incoming: IncomingMessage,
  response: ServerResponse,
  request: Recording,
  { fault, options }: { readonly fault: ActiveFault; readonly options: ListenOptions },
): Promise<void> {
  const { rule, released } = fault;
  const { answer } = rule;
  const apply = async (): Promise<Reply> => {
    const reply = options.answer(request);
    await rule.after?.(options.github(), request);
    return reply;
  };
  if (answer === 'reset') return void incoming.socket.resetAndDestroy();
  if (answer === 'stall') await released;
  if (typeof answer === 'object') {
    if (answer.applied) await apply();
    return send(response, answer, request);
  }
  const reply = await apply();
  if (answer === 'reset-applied') return void incoming.socket.resetAndDestroy();
  if (answer !== 'truncate') return send(response, reply, request);
  const bytes = toBytes(reply);
  response.writeHead(reply.status, { ...headersOf(reply), 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => incoming.socket.destroy());
}

async function record(incoming: IncomingMessage, canonical: ListenOptions['canonical']): Promise<Recording> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : `${value}`,
    ]),
  );
  return {
    method: incoming.method ?? '',
    path: canonical(url.pathname),
    query: Object.fromEntries(url.searchParams),
    headers,
    body: bytes.length === 0 ? null : parseBody(bytes, headers['content-type'] ?? ''),
    token: headers.authorization?.replace(/^(token|bearer) /i, '') ?? null,
    status: null,
  };
}

function parseBody(bytes: Buffer, type: string): unknown {
  if (!type.includes('json')) return bytes;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return bytes;
  }
}

function send(response: ServerResponse, reply: Reply, request: Recording): void {
  const bytes = toBytes(reply);
  request.status = reply.status;
  const length = reply.status === 204 ? {} : { 'content-length': bytes.length };
  response.writeHead(reply.status, { ...headersOf(reply), ...length });
  response.end(bytes);
}

function headersOf({ headers = {}, body }: Reply): Record<string, string> {
  const json = body !== undefined && !Buffer.isBuffer(body);
  const type = json ? { 'content-type': 'application/json; charset=utf-8' } : {};
  return { 'x-github-request-id': '0000:0000:0000:0000', ...type, ...headers };
}

function toBytes({ body }: Reply): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}
