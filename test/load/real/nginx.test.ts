import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startServerProgram } from '../../../bench/peers/server-program.ts';
import { createTiming } from '../../../src/load/exchange.ts';
import { openRestWire } from '../../../src/load/rest-wire.ts';
import { listen } from '../../../src/server/listen.ts';
import { createFolder, findProgram, skipWithout } from '../../helpers/real-server.ts';
import { createMessage, openCall } from '../../helpers/wire-checks.ts';

const LARGE = createMessage(1_000_003);

/** A server behind nginx that says nothing of its replies' length, so that they go out in chunks. */
async function startChunked(t: TestContext): Promise<number> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
      for (const piece of pieces) response.write(piece);
      response.end();
    });
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

/** nginx in one process, or null after the test was skipped. */
async function start(t: TestContext) {
  const program = await findProgram('nginx');
  if (program === null) {
    skipWithout(t, 'nginx', 'there is no nginx on this machine (Debian package nginx-light)');
    return null;
  }
  const folder = await createFolder(t);
  const chunked = await startChunked(t);
  await mkdir(join(folder, 'files'));
  await writeFile(join(folder, 'files', 'large'), LARGE);
  await writeFile(join(folder, 'files', 'empty'), '');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const configure = (port: number): string => `
    daemon off; master_process off; pid ${folder}/pid; error_log stderr error;
    events {}
    http {
      access_log off; ${temporary.join(' ')}
      client_max_body_size 2m; keepalive_requests 10000;
      server {
        listen 127.0.0.1:${port}; root ${folder}/files; error_page 405 =200 $uri;
        location /chunked { proxy_pass http://127.0.0.1:${chunked}; proxy_http_version 1.1; }
        location /few { keepalive_requests 3; return 200 few; }
        location /close { keepalive_timeout 0; return 200 closed; }
        location /none { return 204; }
        location /wrong { return 400 "no such model"; }
      }
    }`;
  return startServerProgram(
    program,
    async (port) => {
      await writeFile(join(folder, 'nginx.conf'), configure(port));
      return ['-c', join(folder, 'nginx.conf')];
    },
    t.signal,
  );
}

test('nginx', { timeout: 60_000 }, async (t) => {
  await using server = await start(t);
  if (server === null) return;
  /** Sends a few times; says how many connections that took. */
  const ask = async (path: string, body: Uint8Array, expected: Uint8Array, times = 6): Promise<number> => {
    const exchange = openRestWire({ host: '127.0.0.1', port: server.port, path, body });
    const timing = createTiming();
    let connections = 0;
    for (let i = 0; i < times; i++) {
      await exchange.send(timing);
      if (timing.connected > timing.start) connections += 1;
      assert.ok(Buffer.from(expected).equals(exchange.reply().body), `reply ${i} of ${path}`);
    }
    exchange.reset();
    return connections;
  };
  const refused = async (path: string, body: Uint8Array, message: RegExp): Promise<void> => {
    const exchange = openRestWire({ host: '127.0.0.1', port: server.port, path, body });
    for (let i = 0; i < 3; i++) await assert.rejects(exchange.send(createTiming()), message);
    exchange.reset();
  };

  await t.test('replies by length, over one connection', async () => {
    assert.equal(await ask('/large', Buffer.from('{}'), LARGE), 1);
    assert.equal(await ask('/large', LARGE, LARGE), 1);
    assert.equal(await ask('/empty', Buffer.from('{}'), Buffer.alloc(0)), 1);
  });
  await t.test('replies in chunks, over one connection', async () => {
    for (const size of [0, 1, 1000, 65_536, 1_000_003]) {
      const body = createMessage(size);
      assert.equal(await ask('/chunked', body, body), 1);
    }
  });
  await t.test('connections that end after some requests, or after each', async () => {
    assert.equal(await ask('/few', Buffer.from('{}'), Buffer.from('few')), 2);
    assert.equal(await ask('/close', Buffer.from('{}'), Buffer.from('closed')), 6);
  });
  await t.test('a status that is no success', async () => {
    await refused('/none', Buffer.from('{}'), /expected HTTP status 200, found 204/);
    await refused('/wrong', Buffer.from('{}'), /expected HTTP status 200, found 400: "no such model"/);
  });
  await t.test('a request that is too large is refused before it was read', async () => {
    // The kernel may drop the reply with the connection.
    await refused('/large', Buffer.alloc(5_000_000), /found 413|ECONNRESET|EPIPE|closed/);
  });
  await t.test('a gRPC call of a port that speaks HTTP/1.1 fails and says so', async () => {
    using exchange = openCall(server.port, '/x', Buffer.from('x'));
    await assert.rejects(exchange.send(createTiming()), /found a server that speaks HTTP\/1/);
  });
});
