import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFloorContests, frameRequest } from '../../bench/peers/floor-contests.ts';
import { checkReadsBody } from '../../bench/peers/nginx.ts';
import { describeMissing, findPrograms, type Programs } from '../../bench/peers/programs.ts';
import { runTool } from '../../bench/peers/run-tool.ts';
import { startServerProgram } from '../../bench/peers/server-program.ts';
import { startLoader } from '../../src/load/loader.ts';
import { listen } from '../../src/server/listen.ts';
import { askUntil } from '../../src/target/wait.ts';

const signal = new AbortController().signal;
const unpinned = { taskset: 'taskset', cores: null, signal };
const notLinux = process.platform === 'linux' ? false : 'reads /proc';
const REPLY = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'peers-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function serve(t: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listen(server);
}

test('programs are found in PATH first; what is missing is named all at once, with what to install', async (t) => {
  const folder = await makeFolder(t);
  const names = ['wrk', 'nginx', 'nghttpd', 'h2load', 'taskset', 'vegeta', 'ghz'] as const;
  for (const name of names) {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  }
  const found = await findPrograms({ PATH: folder });
  for (const name of names) assert.equal(found[name], join(folder, name));
  const text = describeMissing(['wrk', 'nginx', 'vegeta', 'ghz']);
  assert.match(text, /found no wrk, nginx, vegeta, ghz/);
  assert.match(text, /apt-get install wrk nginx-light$/m);
  assert.match(text, /go install github\.com\/tsenart\/vegeta\/v12@/);
  assert.match(text, /go install github\.com\/bojand\/ghz\/cmd\/ghz@v0\.120\.0$/m);
});

test('a tool is run to its end; the CPU time is the one that it counts itself', { skip: notLinux }, async () => {
  const burn = 'let x = 0; for (let i = 0; i < 2e8; i++) x += i; console.log(process.cpuUsage().user / 1000, x > 0)';
  const { stdout, cpuMs } = await runTool(unpinned, process.execPath, ['-e', burn]);
  const own = Number.parseFloat(stdout);
  // Two counters, a tick of 10 ms each.
  assert.ok(own > 0 && cpuMs > own - 20, `counted ${cpuMs} ms, the program itself ${own} ms`);
});

test('a tool that fails tells what it wrote; one that is stopped is gone', { skip: notLinux }, async () => {
  const fail = 'console.error("no such thing"); process.exit(3)';
  await assert.rejects(runTool(unpinned, process.execPath, ['-e', fail]), /ended with 3: no such thing/);
  const stop = new AbortController();
  const folder = await mkdtemp(join(tmpdir(), 'peers-test-'));
  try {
    const mark = join(folder, 'pid');
    const hang = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, String(process.pid)); setInterval(() => {}, 1e6)`;
    const run = runTool({ ...unpinned, signal: stop.signal }, process.execPath, ['-e', hang]);
    const pid = await askUntil(
      async () => Number(await readFile(mark, 'utf8').catch(() => '')) || null,
      10_000,
      signal,
    );
    assert.ok(pid);
    stop.abort(new Error('enough'));
    await assert.rejects(run, /enough/);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a server that does not come up tells why', async () => {
  const fail = ['-e', 'console.error("bad config"); process.exit(1)'];
  await assert.rejects(
    startServerProgram(process.execPath, async () => fail, signal),
    /it ended with 1 bad config/,
  );
});

test('a server that answers before it has read the body is found out', async (t) => {
  const early = await serve(t, (socket) => socket.once('data', () => socket.write(REPLY)));
  let received = 0;
  const bytes = Buffer.alloc(300_000, 'x');
  const late = await serve(t, (socket) =>
    socket.on('data', (piece) => {
      received += piece.length;
      if (received === bytes.length) socket.end(REPLY);
    }),
  );
  const endpoint = { host: '127.0.0.1', path: '/' };
  await assert.rejects(checkReadsBody({ ...endpoint, port: early }, bytes), /answers before/);
  await checkReadsBody({ ...endpoint, port: late }, bytes);
});

test('wrk sends what the wire client sends, byte for byte', async (t) => {
  const body = Buffer.from('{"data": {"ndarray": [[0]]}}');
  const pieces: Buffer[] = [];
  const port = await serve(t, (socket) =>
    socket.on('data', (piece) => {
      pieces.push(piece);
      if (Buffer.concat(pieces).includes(body)) socket.write(REPLY);
    }),
  );
  const endpoint = { host: '127.0.0.1', port, path: '/api/v1.0/predictions' };
  await using loader = await startLoader();
  await loader.hold('body', body);
  await loader.prepare('key', 'wire', { transport: 'rest', payload: 'body', ...endpoint });
  await loader.send('key', 10_000);
  assert.deepEqual(Buffer.concat(pieces), Buffer.from(frameRequest(endpoint, body)));
});

test('every client of the C servers brings its latencies back', { skip: notLinux }, async (t) => {
  let programs: Programs;
  try {
    programs = await findPrograms(process.env);
  } catch (error) {
    return t.skip((error as Error).message);
  }
  const folder = await makeFolder(t);
  await using stack = new AsyncDisposableStack();
  const loader = stack.use(await startLoader());
  const contests = await createFloorContests(programs, unpinned, folder, loader, stack);
  assert.equal(contests.length, 5);
  for (const { id, contestants } of contests.filter(({ id }) => id.endsWith('.1'))) {
    for (const contestant of contestants) {
      const { latencyMs, perSecond } = await contestant.run(1000);
      assert.ok(latencyMs.length > 10 && perSecond > 0, `${id}, ${contestant.name}: ${latencyMs.length} requests`);
      assert.ok(latencyMs.every((value) => value > 0));
    }
  }
});
