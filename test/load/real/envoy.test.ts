import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createTiming } from '../../../src/load/exchange.ts';
import { openRestWire } from '../../../src/load/rest-wire.ts';
import { listen } from '../../../src/server/listen.ts';
import { startEnvoy, type Upstreams } from '../../helpers/envoy.ts';
import { startGrpcJs } from '../../helpers/grpc-js-server.ts';
import { startRawServer } from '../../helpers/raw-server.ts';
import { checkEcho, checkFailures, createMessage, openCall } from '../../helpers/wire-checks.ts';

/** Answers each request with its own body, in chunks where the path says so. */
async function startEcho(t: TestContext): Promise<number> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      if (request.url === '/rest/wrong') response.statusCode = 500;
      if (request.url !== '/rest/chunked') response.setHeader('content-length', body.length);
      response.end(body);
    });
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

async function startUpstreams(t: TestContext): Promise<Upstreams> {
  const gone = await startRawServer(() => {});
  await gone[Symbol.asyncDispose]();
  return { rest: await startEcho(t), grpc: await startGrpcJs(t, {}), nobody: gone.port };
}

test('Envoy before a gRPC server', { timeout: 60_000 }, async (t) => {
  await using envoy = await startEnvoy(t, await startUpstreams(t), 0);
  if (envoy === null) return;
  await checkEcho(t, envoy.port);
  await checkFailures(t, envoy.port);
  await t.test('a call that reaches nobody fails and says so', async () => {
    using lost = openCall(envoy.port, '/lost', createMessage(1000));
    for (let i = 0; i < 3; i++)
      await assert.rejects(lost.send(createTiming()), /expected grpc-status 0, found 14: ".+"/);
  });
});

test('Envoy before an HTTP/1.1 server', { timeout: 60_000 }, async (t) => {
  await using envoy = await startEnvoy(t, await startUpstreams(t), 0);
  if (envoy === null) return;
  const open = (path: string, body: Uint8Array) => openRestWire({ host: '127.0.0.1', port: envoy.port, path, body });
  for (const path of ['/rest', '/rest/chunked']) {
    for (const size of [0, 1, 1000, 65_536, 1_000_003]) {
      await t.test(`${size} bytes go to ${path} and come back`, async () => {
        const body = createMessage(size);
        const exchange = open(path, body);
        const timing = createTiming();
        for (let i = 0; i < 5; i++) {
          await exchange.send(timing);
          assert.ok(body.equals(exchange.reply().body));
          assert.equal(timing.connected === timing.start, i > 0, 'one connection for all requests');
        }
        exchange.reset();
      });
    }
  }
  await t.test('a failure is told with its text, and so is a server that is not there', async () => {
    for (const [path, message] of [
      ['/rest/wrong', /expected HTTP status 200, found 500: "ask"/],
      ['/lost', /expected HTTP status 200, found 503: ".+"/],
      ['/nowhere', /expected HTTP status 200, found 404/],
    ] as const) {
      const exchange = open(path, Buffer.from('ask'));
      for (let i = 0; i < 3; i++) await assert.rejects(exchange.send(createTiming()), message);
      exchange.reset();
    }
  });
});

test('Envoy that ends its connections after some requests fails none of them', { timeout: 60_000 }, async (t) => {
  await using envoy = await startEnvoy(t, await startUpstreams(t), 20);
  if (envoy === null) return;
  const body = createMessage(1000);
  using grpc = openCall(envoy.port, '/test.Wire/Echo', body);
  const rest = openRestWire({ host: '127.0.0.1', port: envoy.port, path: '/rest', body });
  for (const exchange of [grpc, rest]) {
    const timing = createTiming();
    let connections = 0;
    for (let i = 0; i < 100; i++) {
      await exchange.send(timing);
      assert.ok(body.equals(exchange.reply().body));
      if (timing.connected > timing.start) connections += 1;
    }
    assert.ok(connections >= 4, `${connections} connections for 100 requests`);
    exchange.reset();
  }
});
