import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { createTiming } from '../../src/load/exchange.ts';
import { openRestWire } from '../../src/load/rest-wire.ts';
import { startRawServer } from '../helpers/raw-server.ts';

function open(port: number, body = 'ask') {
  return openRestWire({ host: '127.0.0.1', port, path: '/p', body: Buffer.from(body) });
}

async function startHttp(handle: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void) {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => handle(request, response, Buffer.concat(pieces)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

for (const size of [3, 2_000_000]) {
  test(`a body of ${size} bytes arrives as it is, and the reply comes back`, async () => {
    const seen: [string | undefined, string | undefined, number][] = [];
    await using server = await startHttp((request, response, body) => {
      seen.push([request.url, request.headers['content-type'], body.length]);
      response.end('answer');
    });
    const exchange = open(server.port, 'x'.repeat(size));
    const timing = createTiming();
    await exchange.send(timing);
    assert.deepEqual(seen, [['/p', 'application/json', size]]);
    assert.equal(Buffer.from(exchange.reply().body).toString(), 'answer');
    assert.ok(timing.start <= timing.connected && timing.connected <= timing.firstByte);
    assert.ok(timing.firstByte <= timing.end);
    exchange.reset();
  });
}

test('a kept connection is used again, a closed one is opened anew', async () => {
  for (const [connection, expected] of [
    ['keep-alive', 1],
    ['close', 5],
  ] as const) {
    const ports = new Set<number | undefined>();
    await using server = await startHttp((request, response) => {
      ports.add(request.socket.remotePort);
      response.setHeader('connection', connection);
      response.end('x');
    });
    const exchange = open(server.port);
    const timing = createTiming();
    for (let i = 0; i < 5; i++) {
      await exchange.send(timing);
      if (i > 0) assert.equal(timing.connected === timing.start, connection === 'keep-alive');
    }
    assert.equal(ports.size, expected, connection);
    exchange.reset();
  }
});

test('a status other than 200 rejects and quotes the body', async () => {
  await using server = await startHttp((_request, response) => {
    response.statusCode = 500;
    response.end('{"status":"bad"}');
  });
  const exchange = open(server.port);
  await assert.rejects(exchange.send(createTiming()), /expected HTTP status 200, found 500: ".*bad/);
  exchange.reset();
});

const HOSTILE: Record<string, [(socket: Socket) => void, RegExp]> = {
  'closes at once': [(socket) => socket.end(), /closed/],
  'resets the connection': [(socket) => socket.once('data', () => socket.resetAndDestroy()), /ECONNRESET|closed/],
  'stops in the middle': [
    (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')),
    /in the middle of a reply/,
  ],
  'speaks another protocol': [(socket) => socket.once('data', () => socket.end('\u0000\u0001\r\n\r\n')), /status line/],
};
for (const [name, [behave, message]] of Object.entries(HOSTILE)) {
  test(`a server that ${name} gives an error, and the exchange can be used again`, async () => {
    await using server = await startRawServer((socket, count) => {
      if (count === 1) behave(socket);
      else socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    });
    const exchange = open(server.port);
    await assert.rejects(exchange.send(createTiming()), message);
    await exchange.send(createTiming());
    assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
    exchange.reset();
  });
}

test('a reply that dribbles in byte by byte is one reply', async () => {
  const text = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n';
  await using server = await startRawServer((socket) => {
    socket.setNoDelay(true);
    socket.once('data', async () => {
      for (const byte of text) {
        socket.write(byte);
        await new Promise(setImmediate);
      }
    });
  });
  const exchange = open(server.port);
  await exchange.send(createTiming());
  assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
  exchange.reset();
});

test('an aborted request rejects with the reason, and its connection is dropped', async () => {
  await using server = await startRawServer(() => {});
  const exchange = open(server.port);
  const sent = exchange.send(createTiming());
  exchange.abort(new Error('too slow'));
  await assert.rejects(sent, /too slow/);
});

test('a port where nobody listens rejects', async () => {
  const server = await startRawServer(() => {});
  await server[Symbol.asyncDispose]();
  await assert.rejects(open(server.port).send(createTiming()), /ECONNREFUSED/);
});
