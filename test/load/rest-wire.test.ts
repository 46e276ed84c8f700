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

test('the request is one head and its body, in one piece, and asks for no interim reply', async () => {
  const pieces: string[] = [];
  await using server = await startRawServer((socket) =>
    socket.on('data', (piece) => {
      pieces.push(piece.toString());
      socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    }),
  );
  const exchange = open(server.port);
  for (let i = 0; i < 2; i++) await exchange.send(createTiming());
  const head = `POST /p HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 3`;
  assert.deepEqual(pieces, Array(2).fill(`${head}\r\n\r\nask`));
  assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
  exchange.reset();
});

test('a connection that the server ends between two requests is replaced without an error', async () => {
  const closed: Promise<unknown>[] = [];
  await using server = await startRawServer((socket) => {
    closed.push(once(socket, 'close'));
    // It does not say that it will not keep the connection.
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });
  const exchange = open(server.port);
  const timing = createTiming();
  for (let i = 0; i < 3; i++) {
    await exchange.send(timing);
    assert.ok(timing.connected > timing.start);
    await closed[i];
  }
  assert.equal(server.connections(), 3);
  exchange.reset();
});

test('bytes that nobody asked for cost the connection, not the next request', async () => {
  const sockets: Socket[] = [];
  await using server = await startRawServer((socket) => {
    sockets.push(socket);
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });
  const exchange = open(server.port);
  await exchange.send(createTiming());
  const [first] = sockets;
  first?.write('HTTP/1.1 408 Request Timeout\r\n\r\n');
  if (first) await once(first, 'close');
  await exchange.send(createTiming());
  assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
  assert.equal(server.connections(), 2);
  exchange.reset();
});

for (const [connection, connections] of [
  ['close', 3],
  ['keep-alive', 1],
] as const) {
  test(`a reply that comes before the whole request was read is a reply (${connection})`, async () => {
    const body = 'x'.repeat(5_000_000);
    let requests = 0;
    // Answers as soon as it sees a request, and reads on.
    await using server = await startRawServer((socket) => {
      let left = 0;
      socket.on('data', (piece) => {
        for (let at = 0; at < piece.length; ) {
          if (left === 0) {
            left = piece.indexOf('\r\n\r\n', at) + 4 - at + body.length;
            requests += 1;
            socket.write(`HTTP/1.1 200 OK\r\nConnection: ${connection}\r\ncontent-length: 2\r\n\r\nok`);
          }
          const taken = Math.min(left, piece.length - at);
          left -= taken;
          at += taken;
          if (left === 0 && connection === 'close') socket.end();
        }
      });
    });
    const exchange = open(server.port, body);
    for (let i = 0; i < 3; i++) {
      await exchange.send(createTiming());
      assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
    }
    assert.equal(requests, 3);
    assert.equal(server.connections(), connections);
    exchange.reset();
  });
}

test('a server that answers an unwelcome request and closes: its status is told, or that it closed', async () => {
  await using server = await startRawServer((socket) => {
    socket.once('data', () => {
      socket.pause();
      socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\ncontent-length: 3\r\n\r\nbig', () => socket.destroy());
    });
  });
  for (let i = 0; i < 20; i++) {
    const exchange = open(server.port, 'x'.repeat(5_000_000));
    // The kernel drops what was not read when the connection is reset: which of the two is a matter of timing.
    await assert.rejects(exchange.send(createTiming()), /found 413: "big"|ECONNRESET|EPIPE|closed/);
    exchange.reset();
  }
});

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

test('connections that the server says it ends, and does not, are dropped', { timeout: 20_000 }, async () => {
  const closed: Promise<unknown>[] = [];
  await using server = await startRawServer((socket) => {
    closed.push(once(socket, 'close'));
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'));
  });
  const exchange = open(server.port);
  for (let i = 0; i < 70; i++) await exchange.send(createTiming());
  await Promise.all(closed.slice(0, 70 - 64));
  exchange.reset();
  await Promise.all(closed);
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
  let lastWrite = 0;
  await using server = await startRawServer((socket) => {
    socket.setNoDelay(true);
    socket.once('data', async () => {
      for (const byte of text) {
        lastWrite = performance.now();
        socket.write(byte);
        await new Promise(setImmediate);
      }
    });
  });
  const exchange = open(server.port);
  const timing = createTiming();
  await exchange.send(timing);
  assert.equal(Buffer.from(exchange.reply().body).toString(), 'ok');
  assert.ok(timing.firstByte < lastWrite && lastWrite < timing.end);
  exchange.reset();
});

test('an aborted request rejects with the reason, and its connection is dropped', async () => {
  const asked = Promise.withResolvers<Socket>();
  await using server = await startRawServer((socket) => socket.once('data', () => asked.resolve(socket)));
  const exchange = open(server.port);
  const sent = exchange.send(createTiming());
  const socket = await asked.promise;
  exchange.abort(new Error('too slow'));
  await assert.rejects(sent, /too slow/);
  await once(socket, 'close');
});

test('a port where nobody listens rejects', async () => {
  const server = await startRawServer(() => {});
  await server[Symbol.asyncDispose]();
  await assert.rejects(open(server.port).send(createTiming()), /ECONNREFUSED/);
});
