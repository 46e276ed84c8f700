import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startServerProgram } from '../../../bench/peers/server-program.ts';
import { createTiming } from '../../../src/load/exchange.ts';
import { createFolder, findProgram, skipWithout } from '../../helpers/real-server.ts';
import { checkEcho, createMessage, openCall } from '../../helpers/wire-checks.ts';
import { withPrefix } from '../../helpers/with-prefix.ts';

const WINDOWS = ['--window-bits=16', '--connection-window-bits=16'];
/** How the server may behave; it must make no difference. */
const MANNERS: Record<string, readonly string[]> = {
  'as it comes': [],
  'with padding': ['--padding=200'],
  'with windows of 64 KiB': WINDOWS,
  'with a window of 1 KiB for each stream': ['--window-bits=10'],
};

/** nghttpd, which serves the files of a folder, or null after the test was skipped. */
async function start(t: TestContext, folder: string, args: readonly string[]) {
  const program = await findProgram('nghttpd');
  if (program === null) {
    skipWithout(t, 'nghttpd', 'there is no nghttpd on this machine (Debian package nghttp2-server)');
    return null;
  }
  const how = ['--no-tls', '--address=127.0.0.1', `--htdocs=${folder}`, ...args];
  return startServerProgram(program, async (port) => [...how, String(port)], t.signal);
}

for (const [name, args] of Object.entries(MANNERS)) {
  test(`nghttpd ${name}: messages of all sizes come back`, { timeout: 60_000 }, async (t) => {
    const folder = await createFolder(t);
    await using server = await start(t, folder, ['--echo-upload', '--trailer=grpc-status: 0', ...args]);
    if (server !== null) await checkEcho(t, server.port);
  });
}

for (const name of ['as it comes', 'with padding']) {
  test(`nghttpd ${name}: a reply of a megabyte`, { timeout: 60_000 }, async (t) => {
    const folder = await createFolder(t);
    const reply = createMessage(1_000_003);
    await mkdir(join(folder, 'test.Wire'));
    await writeFile(join(folder, 'test.Wire', 'Make'), withPrefix(reply));
    await using server = await start(t, folder, ['--trailer=grpc-status: 0', ...(MANNERS[name] ?? [])]);
    if (server === null) return;
    using exchange = openCall(server.port, '/test.Wire/Make', createMessage(10));
    for (let i = 0; i < 10; i++) {
      await exchange.send(createTiming());
      assert.ok(reply.equals(exchange.reply().body));
    }
  });
}

test('nghttpd: a reply that overtakes the request ends the call, call after call', { timeout: 60_000 }, async (t) => {
  const folder = await createFolder(t);
  await mkdir(join(folder, 'test.Wire'));
  await writeFile(join(folder, 'test.Wire', 'Early'), 'ok');
  // With trailers nghttpd would reset the stream before them.
  await using server = await start(t, folder, ['--early-response']);
  if (server === null) return;
  using exchange = openCall(server.port, '/test.Wire/Early', createMessage(1_000_000));
  const timing = createTiming();
  for (let i = 0; i < 20; i++) {
    await assert.rejects(exchange.send(timing), /expected a grpc-status in the trailers, found none/);
    assert.equal(timing.connected === timing.start, i > 0, 'the connection is kept');
  }
});

test('nghttpd: a status in the trailers with a message, and a file that is not there', {
  timeout: 60_000,
}, async (t) => {
  const folder = await createFolder(t);
  const trailers = ['--trailer=grpc-status: 5', '--trailer=grpc-message: no%20such model%3A 100%25'];
  await using server = await start(t, folder, ['--echo-upload', ...trailers]);
  if (server === null) return;
  using failing = openCall(server.port, '/test.Wire/Echo', createMessage(1000));
  for (let i = 0; i < 3; i++) {
    await assert.rejects(failing.send(createTiming()), {
      message: 'expected grpc-status 0, found 5: "no such model: 100%"',
    });
  }
  await using files = await start(t, folder, []);
  if (files === null) return;
  using lost = openCall(files.port, '/none', createMessage(10));
  await assert.rejects(lost.send(createTiming()), /expected HTTP status 200, found 404/);
});
