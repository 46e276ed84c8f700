import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { listDescendants, listSurvivors } from '../helpers/descendants.ts';
import { makeFolder, readReport, runCli, startCli } from '../helpers/run-tool.ts';

const RIGHT = '{"data":{"names":[],"ndarray":[1]},"meta":{}}\n';

/** A REST endpoint that answers its n-th request, from 1, as told. */
async function startRest(answer: (count: number, response: ServerResponse) => void) {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(++count, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    end() {
      server.closeAllConnections();
      server.close();
    },
    async [Symbol.asyncDispose]() {
      this.end();
    },
  };
}

function urlArgs(url: string, out: string, { batches = '1', rounds = 6 } = {}): string[] {
  const target = ['--target', 'url', '--rest-url', url, '--transports', 'rest', '--methods', 'predict'];
  return [
    ...target,
    '--encodings',
    'ndarray',
    '--batches',
    batches,
    '--rounds',
    `${rounds}`,
    '--block',
    '5ms',
    '--out',
    out,
  ];
}

test('a url target with the right answers is measured', async () => {
  await using folder = await makeFolder();
  await using server = await startRest((_count, response) => response.end(RIGHT));
  const { code, stderr } = await runCli(urlArgs(server.url, folder.path));
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  assert.equal(report.arms[0]?.isSeldon, 'unknown');
  assert.equal(report.arms[0]?.connection, 'keep-alive');
  assert.equal(report.cells[0]?.state, 'measured');
});

const HOPELESS: Record<string, [(count: number, response: ServerResponse) => void, RegExp]> = {
  'answers with something else': [(_count, response) => response.end('<html>hello</html>'), /<html>hello/],
  'answers with a failure': [
    (_count, response) => {
      response.statusCode = 500;
      response.end('{"status":{"status":1,"info":"model fell over"}}');
    },
    /expected HTTP status 200, found 500: .*model fell over/,
  ],
  'never answers': [() => {}, /expected a reply within 200 ms \(option timeout\), found none/],
};
for (const [name, [answer, message]] of Object.entries(HOPELESS)) {
  test(`a server that ${name} ends the run with exit code 3 and the reason`, async () => {
    await using folder = await makeFolder();
    await using server = await startRest(answer);
    const { code, stderr } = await runCli([...urlArgs(server.url, folder.path), '--timeout', '200ms']);
    assert.equal(code, 3, stderr);
    assert.match(stderr, message);
    assert.deepEqual(await readdir(folder.path), []);
  });
}

test('a port where nobody listens ends the run with exit code 3', async () => {
  await using folder = await makeFolder();
  const server = await startRest(() => {});
  server.end();
  const { code, stderr } = await runCli(urlArgs(server.url, folder.path));
  assert.equal(code, 3, stderr);
  assert.match(stderr, /ECONNREFUSED/);
});

test('a cell whose answer turns wrong is given up, and the others are still reported', async () => {
  await using folder = await makeFolder();
  // The second batch's body is longer: only its answers go wrong, after the first few.
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    request.on('end', () => {
      if (bytes > 28) served += 1;
      response.end(bytes > 28 && served > 10 ? '{"unexpected":true}' : RIGHT);
    });
  });
  let served = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await runCli(urlArgs(url, folder.path, { batches: '1,50' }));
    assert.equal(code, 3, stderr);
    const report = await readReport(folder.path);
    assert.equal(report.outcome, 'infra-error');
    assert.deepEqual(
      report.cells.map(({ state }) => state),
      ['measured', 'failed'],
    );
    assert.match(report.cells[1]?.reason ?? '', /unexpected/);
    assert.equal(report.cells[0]?.results.base?.rounds.length, 6);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a server that goes away while it is measured leaves a report of what was measured, and exit code 3', async () => {
  await using folder = await makeFolder();
  const server = await startRest((count, response) => {
    if (count > 60) server.end();
    else response.end(RIGHT);
  });
  const { code, stderr } = await runCli(urlArgs(server.url, folder.path));
  assert.equal(code, 3, stderr);
  const report = await readReport(folder.path);
  assert.equal(report.outcome, 'infra-error');
  assert.ok(report.warnings.some(({ code }) => code === 'stopped-early' || code === 'failed-cells'));
});

test('a server that falls silent is taken for lost after three cells, not after all of them', async () => {
  await using folder = await makeFolder();
  let answers = 0;
  await using server = await startRest((_count, response) => {
    answers += 1;
    if (answers < 400) response.end(RIGHT);
  });
  const args = urlArgs(server.url, folder.path, { batches: '1,2,3,4,5,6,7,8', rounds: 50 });
  const { code, stderr } = await runCli([...args, '--timeout', '300ms']);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /error: 3 cells failed one after another/);
  const failed = (await readReport(folder.path)).cells.filter(({ state }) => state === 'failed');
  assert.equal(failed.length, 3);
});

test('requests that fail now and then are counted, told and not trusted', async () => {
  await using folder = await makeFolder();
  await using server = await startRest((count, response) => {
    if (count % 10 === 0) response.statusCode = 500;
    response.end(RIGHT);
  });
  const { code, stdout, stderr } = await runCli([...urlArgs(server.url, folder.path), '--strict']);
  assert.equal(code, 4, stderr);
  const report = await readReport(folder.path);
  assert.equal(report.cells[0]?.state, 'measured');
  assert.ok((report.cells[0]?.results.base?.errors ?? 0) > 0);
  assert.ok(report.warnings.some((warning) => warning.code === 'failed-requests' && warning.errors > 0));
  assert.match(stdout, /requests failed/);
});

test('a block that hangs does not hold an interrupted run back', { timeout: 25_000 }, async () => {
  await using folder = await makeFolder();
  const hung = Promise.withResolvers<void>();
  let hangs = false;
  await using server = await startRest((_count, response) => {
    if (hangs) hung.resolve();
    else response.end(RIGHT);
  });
  const running = startCli([...urlArgs(server.url, folder.path, { rounds: 500 }), '--timeout', '60s']);
  await running.until(/round 1 of 500/);
  hangs = true;
  await Promise.race([hung.promise, running.ended]);
  running.child.kill('SIGINT');
  const { code, stderr } = await running.ended;
  assert.equal(code, 130, stderr);
  assert.equal((await readReport(folder.path)).outcome, 'aborted');
});

test('a signal to the whole process group is the same as one to the tool', async () => {
  await using folder = await makeFolder();
  const args = ['--target', 'reference', '--rounds', '500', '--block', '20ms', '--batches', '1', '--out', folder.path];
  const running = startCli(args);
  await running.until(/round 2 of 500/);
  const family = await listDescendants(running.child.pid as number);
  for (const { pid } of family) process.kill(pid, 'SIGTERM');
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  assert.equal(code, 143, stderr);
  assert.equal((await readReport(folder.path)).outcome, 'aborted');
  assert.deepEqual(await listSurvivors(family), []);
});

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} while measuring writes what was measured, leaves no process and exits with ${expected}`, async () => {
    await using folder = await makeFolder();
    const args = [
      '--target',
      'reference',
      '--rounds',
      '500',
      '--block',
      '20ms',
      '--batches',
      '1',
      '--out',
      folder.path,
    ];
    const running = startCli(args);
    await running.until(/round 2 of 500/);
    const family = await listDescendants(running.child.pid as number);
    assert.ok(family.length >= 3, 'the load process, the server and the null server');
    running.child.kill(signal);
    const { code, stderr } = await running.ended;
    assert.equal(code, expected, stderr);
    const report = await readReport(folder.path);
    assert.equal(report.outcome, 'aborted');
    assert.ok(report.roundsDone >= 2 && report.roundsDone < 500);
    assert.ok(report.warnings.some((warning) => warning.code === 'stopped-early'));
    assert.deepEqual(await listSurvivors(family), []);
  });
}

for (const stage of ['provision', 'encode', 'verify', 'calibrate']) {
  test(`SIGINT in the stage ${stage} exits with 130, without a report and without a process`, async () => {
    await using folder = await makeFolder();
    const running = startCli(['--target', 'reference', '--out', folder.path]);
    await running.until(new RegExp(`^${stage}$`, 'm'));
    const family = await listDescendants(running.child.pid as number);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    assert.equal(code, 130, stderr);
    assert.deepEqual(await readdir(folder.path), []);
    assert.deepEqual(await listSurvivors(family), []);
  });
}

test('a tool that is killed outright leaves no process either', async () => {
  await using folder = await makeFolder();
  const args = ['--target', 'reference', '--rounds', '500', '--batches', '1', '--out', folder.path];
  const running = startCli(args);
  await running.until(/round 1 of 500/);
  const family = await listDescendants(running.child.pid as number);
  running.child.kill('SIGKILL');
  await running.ended;
  while ((await listSurvivors(family)).length > 0) await new Promise(setImmediate);
});
