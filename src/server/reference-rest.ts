import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { explain } from '../errors.ts';
import { answerRest, type Model, metaOf } from './answer.ts';
import type { Codec } from './spec.ts';

/** The REST half of one model. Errors come as the wrapper's JSON: 400 for bad data, 500 for all else. */
export function createRestServer(model: Model, connection: 'close' | 'keep-alive', codec: Codec): Server {
  const server = createServer((request, response) => {
    response.shouldKeepAlive = connection === 'keep-alive';
    answer(request, model, codec).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, failure(500, explain(error))),
    );
  });
  // An idle connection is never closed: a client that is about to use it would meet a reset.
  server.keepAliveTimeout = 0;
  return server;
}

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

async function answer(request: IncomingMessage, model: Model, codec: Codec): Promise<Answer> {
  const route = `${request.method} ${request.url?.split('?', 1)[0]}`;
  // Read before refusing: a reply to a half-read request would be lost in the reset that follows it.
  const body = await readBody(request);
  if (route === 'GET /health/ping') return { code: 200, type: 'text/html; charset=utf-8', body: 'pong' };
  if (route === 'GET /health/status') return json(200, { meta: metaOf(model.image), strData: 'healthy' });
  if (!PREDICTIONS.has(route)) return failure(500, `unknown resource ${route}`);
  if (request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json')
    return failure(500, 'expected the content type application/json');
  if (body === null) return failure(500, `expected a request of at most ${MAX_BODY_BYTES} bytes`);
  try {
    const { encoding } = codec.decodeRequest('rest', body);
    return { code: 200, type: 'application/json', body: answerRest(model, encoding) };
  } catch (error) {
    return failure(400, explain(error));
  }
}

const PREDICTIONS: ReadonlySet<string> = new Set([
  'POST /api/v1.0/predictions',
  'POST /api/v0.1/predictions',
  'POST /predict',
]);

/** The largest batch is 107 MB as `tftensor`. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;

/** Null for a body that is too large, which is read to its end nonetheless. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks, length) : null;
}

function failure(code: 400 | 500, info: string): Answer {
  const reason = code === 400 ? 'MICROSERVICE_BAD_DATA' : 'MICROSERVICE_INTERNAL_ERROR';
  return json(code, { status: { code: -1, info, reason, status: 1 } });
}

function json(code: number, value: unknown): Answer {
  return { code, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function send(response: ServerResponse, reply: Answer): void {
  response.writeHead(reply.code, {
    Server: 'reference',
    'Content-Type': reply.type,
    'Content-Length': Buffer.byteLength(reply.body),
    'Access-Control-Allow-Origin': '*',
  });
  response.end(reply.body);
}
