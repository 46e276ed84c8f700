import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { decodeRequest } from '../../src/payload/decode-request.ts';
import { encodeRequest } from '../../src/payload/encode.ts';
import { ENCODINGS, type Method } from '../../src/plan.ts';
import { startReference } from '../../src/server/reference.ts';
import type { ModelPorts, ReferenceSpec } from '../../src/server/spec.ts';
import { GRPC_REPLIES, RAW_GRPC_REPLY, REST_REPLIES } from '../helpers/recorded-replies.ts';
import { withPrefix } from '../helpers/with-prefix.ts';
import { callHttp2, callLibrary, callRest, openWire, withLibrary, withSession } from './clients.ts';

const BOUND = { timeout: 30_000 };

/** In the order in which the wrapper sends them. */
const REST_HEADERS = ['Server', 'Date', 'Connection', 'Content-Type', 'Content-Length', 'Access-Control-Allow-Origin'];

const SPEC = { kind: 'reference', connection: 'close', image: 'img:1', delayMs: 0 } as const;

async function withModel<T>(
  method: Method,
  use: (ports: ModelPorts) => Promise<T>,
  options: Partial<ReferenceSpec> = {},
): Promise<T> {
  const spec: ReferenceSpec = { ...SPEC, models: [method], ...options };
  const server = await startReference(spec, { decodeRequest });
  try {
    return await use(server.ports[method] as ModelPorts);
  } finally {
    server.close();
  }
}

for (const encoding of ENCODINGS)
  for (const batch of [1, 100_000]) {
    test(`predict answers ${batch} numbers as ${encoding} as the wrapper does`, BOUND, async () => {
      await withModel('predict', async ({ restPort, grpcPort }) => {
        const rest = await callRest(restPort, { body: encodeRequest({ transport: 'rest', encoding, batch }).bytes });
        assert.equal(rest.status, 200);
        assert.equal(rest.body, REST_REPLIES[encoding]);
        const message = encodeRequest({ transport: 'grpc', encoding, batch }).bytes;
        const library = await withLibrary(grpcPort, (client) => callLibrary(client, message));
        assert.equal(library.toString('hex'), GRPC_REPLIES[encoding]);
        const http2 = await withSession(grpcPort, (session) => callHttp2(session, withPrefix(message)));
        assert.equal(http2.data.subarray(5).toString('hex'), GRPC_REPLIES[encoding]);
        assert.equal(http2.headers['content-type'], 'application/grpc');
        assert.equal(http2.trailers['grpc-status'], '0');
      });
    });
  }

const RAW = ['predict_raw', 'predict_raw_decode'] as const;
for (const [method, encoding] of RAW.flatMap((method) => ENCODINGS.map((encoding) => [method, encoding] as const)))
  test(`${method} answers ${encoding} with the bare list`, BOUND, async () => {
    await withModel(method, async ({ restPort, grpcPort }) => {
      const rest = await callRest(restPort, { body: encodeRequest({ transport: 'rest', encoding, batch: 1 }).bytes });
      assert.equal(rest.body, '[1]\n');
      const message = encodeRequest({ transport: 'grpc', encoding, batch: 1 }).bytes;
      const grpc = await withLibrary(grpcPort, (client) =>
        callLibrary(client, message, '/seldon.protos.Model/Predict'),
      );
      assert.equal(grpc.toString('hex'), RAW_GRPC_REPLY);
    });
  });

test('REST replies carry the headers that the wrapper sends, and end the connection', BOUND, async () => {
  await withModel('predict', async ({ restPort }) => {
    const wire = await openWire(restPort);
    const body = '{"data": {"ndarray": [[0]]}}';
    wire.socket.write(
      `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const reply = (await wire.closed()).toString();
    const [head = '', sent] = reply.split('\r\n\r\n');
    const [status, ...headers] = head.split('\r\n');
    assert.equal(status, 'HTTP/1.1 200 OK');
    assert.equal(sent, REST_REPLIES.ndarray);
    assert.deepEqual(new Set(headers.map((line) => line.split(':', 1)[0])), new Set(REST_HEADERS));
    assert.ok(headers.includes('Connection: close'));
    assert.ok(headers.includes('Content-Length: 82'));
  });
});

test('with keep-alive one connection serves many requests', BOUND, async () => {
  await withModel(
    'predict',
    async ({ restPort }) => {
      const wire = await openWire(restPort);
      const body = '{"data": {"ndarray": [[0]]}}';
      const call = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      for (let i = 1; i <= 3; i++) {
        wire.socket.write(call);
        await wire.until((received) => received.toString().split(REST_REPLIES.ndarray).length === i + 1);
      }
      assert.doesNotMatch(wire.received().toString(), /connection: close/i);
      wire.socket.destroy();
    },
    { connection: 'keep-alive' },
  );
});

test('with a delay no answer comes before it is over, on both transports', BOUND, async () => {
  const delayMs = 40;
  await withModel(
    'predict',
    async ({ restPort, grpcPort }) => {
      const message = encodeRequest({ transport: 'grpc', encoding: 'tensor', batch: 1 }).bytes;
      const ask = {
        rest: async () => {
          assert.equal((await callRest(restPort, { body: '{"data":{"ndarray":[[0]]}}' })).body, REST_REPLIES.ndarray);
        },
        grpc: () =>
          withLibrary(grpcPort, async (client) => {
            assert.equal((await callLibrary(client, message)).toString('hex'), GRPC_REPLIES.tensor);
          }),
      };
      for (const [transport, call] of Object.entries(ask)) {
        const start = performance.now();
        await call();
        assert.ok(performance.now() - start >= delayMs, transport);
      }
    },
    { delayMs },
  );
});

test('health is told as the wrapper tells it', BOUND, async () => {
  await withModel('predict', async ({ restPort }) => {
    const ping = await callRest(restPort, { method: 'GET', path: '/health/ping' });
    assert.deepEqual([ping.status, ping.body], [200, 'pong']);
    const status = await callRest(restPort, { method: 'GET', path: '/health/status' });
    assert.equal(status.body, '{"meta":{"requestPath":{"classifier":"img:1"}},"strData":"healthy"}\n');
  });
});

const REFUSED: readonly [what: string, options: Parameters<typeof callRest>[1], status: number, reason: string][] = [
  ['garbage', { body: 'garbage' }, 400, 'MICROSERVICE_BAD_DATA'],
  ['an empty body', { body: '' }, 400, 'MICROSERVICE_BAD_DATA'],
  ['a message without data', { body: '{}' }, 400, 'MICROSERVICE_BAD_DATA'],
  [
    'another content type',
    { body: '{"data":{"ndarray":[[0]]}}', type: 'text/plain' },
    500,
    'MICROSERVICE_INTERNAL_ERROR',
  ],
  ['an unknown path', { path: '/nope' }, 500, 'MICROSERVICE_INTERNAL_ERROR'],
  ['a GET of predictions', { method: 'GET' }, 500, 'MICROSERVICE_INTERNAL_ERROR'],
];
for (const [what, options, code, reason] of REFUSED)
  test(`REST refuses ${what} with ${code} in the wrapper's form`, BOUND, async () => {
    await withModel('predict', async ({ restPort }) => {
      const reply = await callRest(restPort, options);
      assert.equal(reply.status, code);
      const { status } = JSON.parse(reply.body);
      assert.deepEqual({ ...status, info: typeof status.info }, { code: -1, info: 'string', reason, status: 1 });
    });
  });

test(
  'gRPC refuses unknown methods, bad messages and messages over the limit with the fitting status',
  BOUND,
  async () => {
    await withModel('predict', async ({ grpcPort }) => {
      await withLibrary(grpcPort, async (client) => {
        const message = encodeRequest({ transport: 'grpc', encoding: 'tensor', batch: 1 }).bytes;
        await assert.rejects(callLibrary(client, message, '/seldon.protos.Seldon/Nope'), { code: 12 });
        await assert.rejects(callLibrary(client, Buffer.from('ffff', 'hex')), { code: 2 });
        await assert.rejects(callLibrary(client, Buffer.alloc(0)), { code: 2 });
        const large = encodeRequest({ transport: 'grpc', encoding: 'tensor', batch: 600_000 }).bytes;
        await assert.rejects(callLibrary(client, large), { code: 8 });
        await assert.rejects(callLibrary(client, large), /4194304 bytes, found 4800021/);
        const fits = encodeRequest({ transport: 'grpc', encoding: 'tensor', batch: 524_000 }).bytes;
        assert.equal((await callLibrary(client, fits)).toString('hex'), GRPC_REPLIES.tensor);
      });
    });
  },
);

test('gRPC refuses compression, half a message and two messages', BOUND, async () => {
  await withModel('predict', async ({ grpcPort }) => {
    await withSession(grpcPort, async (session) => {
      const message = withPrefix(encodeRequest({ transport: 'grpc', encoding: 'tensor', batch: 1 }).bytes);
      const compressed = Buffer.concat([Buffer.from([1]), message.subarray(1)]);
      const statuses = [];
      for (const body of [
        compressed,
        message.subarray(0, 9),
        message.subarray(0, 3),
        Buffer.concat([message, message]),
      ])
        statuses.push((await callHttp2(session, body)).headers['grpc-status']);
      assert.deepEqual(statuses, ['12', '13', '13', '13']);
    });
  });
});

test('several calls at once on one connection each get their answer', BOUND, async () => {
  await withModel('predict', async ({ grpcPort }) => {
    await withSession(grpcPort, async (session) => {
      const calls = ENCODINGS.flatMap((encoding) =>
        [1, 20_000].map(async (batch) => {
          const { bytes } = encodeRequest({ transport: 'grpc', encoding, batch });
          const reply = await callHttp2(session, withPrefix(bytes));
          assert.equal(reply.data.subarray(5).toString('hex'), GRPC_REPLIES[encoding]);
        }),
      );
      await Promise.all(calls);
    });
  });
});

test('garbage on either port disturbs nobody else', BOUND, async () => {
  await withModel('predict', async ({ restPort, grpcPort }) => {
    for (const port of [restPort, grpcPort]) {
      const wire = await openWire(port);
      wire.socket.end(Buffer.from('\x00\xff\r\n\r\nthis is neither\r\n\r\n', 'latin1'));
      await wire.closed();
    }
    assert.equal((await callRest(restPort, { body: '{"data":{"ndarray":[[0]]}}' })).status, 200);
    const { bytes } = encodeRequest({ transport: 'grpc', encoding: 'ndarray', batch: 1 });
    const reply = await withLibrary(grpcPort, (client) => callLibrary(client, bytes));
    assert.equal(reply.toString('hex'), GRPC_REPLIES.ndarray);
  });
});

test('a client that leaves in the middle of a request disturbs nobody else', BOUND, async () => {
  await withModel('predict', async ({ restPort }) => {
    const call = request({ host: '127.0.0.1', port: restPort, method: 'POST', headers: { 'Content-Length': 1000 } });
    call.on('error', () => {});
    call.write('{"data":');
    const [socket] = await once(call, 'socket');
    await once(socket, 'connect');
    call.destroy();
    assert.equal((await callRest(restPort, { body: '{"data":{"ndarray":[[0]]}}' })).status, 200);
  });
});

test('an image name of any length is written correctly', BOUND, async () => {
  const image = 'registry/'.padEnd(300, 'x');
  await withModel(
    'predict',
    async ({ grpcPort }) => {
      const { bytes } = encodeRequest({ transport: 'grpc', encoding: 'ndarray', batch: 1 });
      const reply = await withLibrary(grpcPort, (client) => callLibrary(client, bytes));
      // The reply is a message of the same contract: it must be readable to its end.
      assert.equal(decodeRequest('grpc', reply).count, 1);
      assert.ok(reply.includes(image));
    },
    { image },
  );
});

test('a port that is taken is an error, and the ports opened before it are closed', BOUND, async () => {
  await withModel('predict', async ({ restPort, grpcPort }) => {
    const spec: ReferenceSpec = { ...SPEC, models: ['predict'] };
    await assert.rejects(startReference(spec, { decodeRequest }, { grpcPort }), { code: 'EADDRINUSE' });
    await assert.rejects(startReference(spec, { decodeRequest }, { restPort }), { code: 'EADDRINUSE' });
  });
});
