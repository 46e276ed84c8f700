import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { findFittingPython } from '../helpers/fitting-python.ts';
import { makeFolder, readReport, runCli } from '../helpers/run-tool.ts';

const ONE_CELL = ['--methods', 'predict', '--transports', 'rest', '--encodings', 'tensor', '--batches', '1'];
const REFERENCE = ['--target', 'reference', ...ONE_CELL];
const SHORT = [...REFERENCE, '--rounds', '8', '--block', '5ms'];

test('arms are measured in the same rounds, and one that is far slower is told so, after being measured again', async () => {
  await using folder = await makeFolder();
  const compare = 'base=,same=,slow=delay=20ms';
  const { code, stdout, stderr } = await runCli([...SHORT, '--compare', compare, '--out', folder.path]);
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  assert.deepEqual(
    report.arms.map(({ id }) => id),
    ['base', 'same', 'slow'],
  );
  const [cell] = report.cells;
  const positions = Object.values(cell?.results ?? {}).map(({ rounds }) => rounds.map(({ position }) => position));
  assert.equal(positions.length, 3);
  // The same rounds, every time in another order.
  assert.ok(positions.every((list) => list.length === 8 && new Set(list).size > 1));
  assert.deepEqual(
    report.floor.map(({ arm }) => arm),
    ['base', 'same', 'slow'],
  );
  const slow = report.comparisons.find(({ id }) => id === `arm:slow:${cell?.id}`);
  assert.equal(slow?.verdict, 'slower');
  assert.equal(slow?.rounds, 8);
  assert.deepEqual([slow?.confirmation?.holds, slow?.confirmation?.rounds], [true, 8]);
  // Rounds of confirmation are told apart from those that were asked for.
  assert.equal(report.roundsDone, 8);
  assert.equal(cell?.results.slow?.rounds.length, 8);
  assert.match(stdout, /slow/);
});

test('with --confirm false nothing is measured again', async () => {
  await using folder = await makeFolder();
  const args = [...SHORT, '--compare', 'base=,slow=delay=20ms', '--confirm', 'false', '--out', folder.path];
  const { code, stderr } = await runCli(args);
  assert.equal(code, 0, stderr);
  const [comparison] = (await readReport(folder.path)).comparisons;
  assert.deepEqual([comparison?.verdict, comparison?.confirmation], ['slower', undefined]);
});

test('each cell of each arm has a histogram, in the report and in the log', async () => {
  await using folder = await makeFolder();
  await runCli([...SHORT, '--compare', 'base=,same=', '--out', folder.path]);
  const report = await readReport(folder.path);
  const results = report.cells[0]?.results ?? {};
  const lines = (await readFile(join(folder.path, 'histograms.hlog'), 'utf8')).split('\n');
  for (const arm of ['base', 'same']) {
    const { histogram, requests } = results[arm] ?? {};
    assert.equal(decodeFromCompressedBase64(histogram ?? '').totalCount, requests);
    assert.ok(lines.some((line) => line.startsWith(`Tag=${arm}:`) && line.endsWith(`,${histogram}`)));
  }
});

test('several connections at once: more of them, the same requests, Little’s law in the report', async () => {
  await using folder = await makeFolder();
  // Long enough for the hundred replies that Little's law asks for in a block.
  const args = [...REFERENCE, '--rounds', '6', '--block', '300ms', '--concurrency', '4,1', '--out', folder.path];
  const { code, stderr } = await runCli(args);
  assert.equal(code, 0, stderr);
  const { cells } = await readReport(folder.path);
  assert.deepEqual(
    cells.map(({ id, concurrency }) => [id, concurrency]),
    [
      ['predict.rest.tensor.1.c1', 1],
      ['predict.rest.tensor.1.c4', 4],
    ],
  );
  for (const { concurrency, results, request } of cells) {
    assert.equal(request.bytes, 48);
    const inFlight = results.base?.inFlight ?? 0;
    assert.ok(inFlight > concurrency / 2 && inFlight < concurrency * 1.5, `${inFlight} of ${concurrency}`);
  }
});

test('an open loop counts its arrivals', async () => {
  await using folder = await makeFolder();
  const args = [
    ...REFERENCE,
    '--rounds',
    '8',
    '--block',
    '100ms',
    '--rate',
    '50',
    '--arrivals',
    'constant',
    '--out',
    folder.path,
  ];
  const { code, stderr } = await runCli(args);
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  const result = report.cells[0]?.results.base;
  assert.deepEqual([report.config.rate, report.config.arrivals], [50, 'constant']);
  // 100 ms at 50 a second: five arrivals in each of eight rounds.
  assert.equal((result?.requests ?? 0) + (result?.dropped ?? 0) + (result?.errors ?? 0), 40);
  assert.equal(result?.inFlight, null);
});

test('rounds are added until the intervals are narrow enough, or there are eight times as many', async () => {
  await using folder = await makeFolder();
  const wide = await runCli([...SHORT, '--precision', '50%', '--out', folder.path]);
  assert.equal(wide.code, 0, wide.stderr);
  const first = await readReport(folder.path);
  // How noisy this machine is now is nobody's promise; that the end fits the last look is.
  const looks = first.stopping?.looks ?? [];
  assert.deepEqual(
    looks.map(({ rounds }) => rounds),
    [8, 16, 32, 64].slice(0, looks.length),
  );
  assert.equal(first.stopping?.ended === 'precise', looks.at(-1)?.tooWide === 0);
  assert.equal(first.alpha, 0.0125);
  const narrow = await runCli([...SHORT, '--precision', '0.1%', '--out', folder.path]);
  assert.equal(narrow.code, 0, narrow.stderr);
  const second = await readReport(folder.path);
  assert.deepEqual(
    second.stopping?.looks.map(({ rounds }) => rounds),
    [8, 16, 32, 64],
  );
  assert.equal(second.stopping?.ended, 'rounds');
  assert.equal(second.cells[0]?.results.base?.rounds.length, 64);
});

test('a budget ends the adding of rounds', async () => {
  await using folder = await makeFolder();
  const args = [
    ...REFERENCE,
    '--rounds',
    '100',
    '--block',
    '5ms',
    '--precision',
    '0.1%',
    '--budget',
    '1s',
    '--out',
    folder.path,
  ];
  const { code, stderr } = await runCli(args);
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  assert.equal(report.stopping?.ended, 'budget');
  assert.ok(report.roundsDone < 800, `${report.roundsDone}`);
});

test('do four threads help the real wrapper? Both are measured, and each says what it is', async (t) => {
  if ((await findFittingPython(t, '1.19.0')) === null) return;
  await using folder = await makeFolder();
  const args = ['--target', 'process', '--rounds', '6', '--block', '5ms', '--batches', '1', '--encodings', 'ndarray'];
  const compare = ['--methods', 'predict', '--compare', 'one=,four=GUNICORN_THREADS=4'];
  const { code, stderr } = await runCli([...args, ...compare, '--out', folder.path]);
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  assert.deepEqual(
    report.arms.map(({ id, isSeldon, settings, connection }) => [id, isSeldon, settings.GUNICORN_THREADS, connection]),
    [
      ['one', true, '1', 'close'],
      // With threads, gunicorn keeps connections.
      ['four', true, '4', 'keep-alive'],
    ],
  );
  assert.equal(report.comparisons.filter(({ kind }) => kind === 'arm').length, 2);
  for (const { results } of report.cells) {
    for (const result of Object.values(results)) {
      assert.ok(result.server && result.server.cpuMsPerRequest > 0.05 && result.server.cpuMsPerRequest < 50);
      assert.ok((result.server.rssBytes ?? 0) > 100e6);
    }
  }
});

test('a model of one’s own against a change of it', async (t) => {
  if ((await findFittingPython(t, '1.19.0')) === null) return;
  await using folder = await makeFolder();
  for (const [name, work] of [
    ['before', 'pass'],
    ['after', 'time.sleep(0.02)'],
  ] as const) {
    await mkdir(join(folder.path, name));
    const source = `import time\n\n\nclass Mine:\n    def predict(self, X, names):\n        ${work}\n        return X\n`;
    await writeFile(join(folder.path, name, 'Mine.py'), source);
  }
  const out = join(folder.path, 'out');
  const compare = `before=${folder.path}/before/,after=${folder.path}/after/`;
  const args = ['--target', 'process', '--rounds', '8', '--block', '5ms', ...ONE_CELL, '--compare', compare];
  const { code, stderr } = await runCli([...args, '--out', out]);
  assert.equal(code, 0, stderr);
  const report = await readReport(out);
  const [comparison] = report.comparisons;
  assert.deepEqual([comparison?.kind, comparison?.verdict], ['arm', 'slower']);
  assert.match(report.arms[1]?.model ?? '', /after/);
});
