import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isTrustworthy } from '../../src/analysis/trust.ts';
import { parseReport } from '../../src/report.ts';
import { makeFolder, readReport, runCli } from '../helpers/run-tool.ts';

const SMALL = ['--target', 'reference', '--rounds', '6', '--block', '5ms', '--batches', '1,50'];
const FILES = [
  ...['bencher.json', 'benchmark-action.json', 'comment.md', 'histograms.hlog', 'junit.xml'],
  ...['report.html', 'report.json', 'results.csv', 'summary.md'],
];

test('a run measures every cell of the matrix and leaves the report files', async () => {
  await using folder = await makeFolder();
  const { code, stdout, stderr } = await runCli([...SMALL, '--seed', '7', '--out', folder.path]);
  assert.equal(code, 0, stderr);
  assert.deepEqual((await readdir(folder.path)).sort(), FILES);
  const report = await readReport(folder.path);
  assert.equal(report.cells.length, 24);
  assert.deepEqual(new Set(report.cells.map(({ state }) => state)), new Set(['measured']));
  assert.equal(report.config.seed, 7);
  assert.equal(report.roundsDone, 6);
  assert.equal(report.arms[0]?.isSeldon, false);
  assert.ok(report.warnings.some(({ code }) => code === 'not-seldon'));
  assert.equal(report.floor.length, 24);
  assert.equal(report.claims.length, 5);
  for (const cell of report.cells) {
    const result = cell.results.base;
    assert.ok(result && result.requests >= 30 && result.errors === 0, cell.id);
    assert.ok(result.minMs <= result.p50Ms.value && result.p50Ms.value <= result.maxMs, cell.id);
    assert.equal(result.rounds.length, 6);
  }
  assert.match(stdout, /reference/i);
});

test('the same seed gives the same order of blocks', async () => {
  const orders: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    await using folder = await makeFolder();
    const args = ['--target', 'reference', '--rounds', '2', '--block', '1ms', '--batches', '1', '--seed', '42'];
    await runCli([...args, '--out', folder.path]);
    const report = await readReport(folder.path);
    orders.push(report.cells.map(({ results }) => results.base?.rounds.map(({ position }) => position)));
  }
  assert.deepEqual(orders[0], orders[1]);
});

test('--json prints the report alone on stdout, and everything else goes to stderr', async () => {
  await using folder = await makeFolder();
  const { code, stdout, stderr } = await runCli([...SMALL, '--transports', 'grpc', '--json', '--out', folder.path]);
  assert.equal(code, 0, stderr);
  assert.equal(parseReport(stdout).cells.length, 12);
  assert.match(stderr, /measure/);
});

test('--quiet is silent while it works', async () => {
  await using folder = await makeFolder();
  const { code, stderr } = await runCli([...SMALL, '--methods', 'predict', '--quiet', '--out', folder.path]);
  assert.equal(code, 0);
  assert.equal(stderr, '');
});

test('the library client measures the same cells', async () => {
  await using folder = await makeFolder();
  const { code, stderr } = await runCli([...SMALL, '--client', 'library', '--out', folder.path]);
  assert.equal(code, 0, stderr);
  const report = await readReport(folder.path);
  assert.equal(report.config.client, 'library');
  assert.deepEqual(new Set(report.cells.map(({ state }) => state)), new Set(['measured']));
});

test('what a person reads on a terminal without colour holds no escape codes', async () => {
  await using folder = await makeFolder();
  const { stdout, stderr } = await runCli([...SMALL, '--methods', 'predict', '--out', folder.path], { NO_COLOR: '1' });
  assert.doesNotMatch(stdout + stderr, /\u001b/);
});

test('a batch over the gRPC limit is skipped with the reason, before any load', async () => {
  await using folder = await makeFolder();
  const args = ['--target', 'reference', '--rounds', '1', '--block', '1ms', '--methods', 'predict'];
  const { code, stderr } = await runCli([...args, '--batches', '1,400000', '--out', folder.path]);
  assert.equal(code, 0, stderr);
  const skipped = (await readReport(folder.path)).cells.filter(({ state }) => state === 'skipped');
  assert.deepEqual(
    skipped.map(({ id }) => id),
    ['predict.grpc.ndarray.400000.c1'],
  );
  assert.match(skipped[0]?.reason ?? '', /4400020 bytes.*4194304 bytes.*grpc-max-message-size/);
  assert.deepEqual(skipped[0]?.results, {});
});

test('a matrix of which no cell can be sent is a mistake of usage, told with its reason', async () => {
  await using folder = await makeFolder();
  const args = ['--target', 'reference', '--transports', 'grpc', '--encodings', 'ndarray', '--batches', '400000'];
  const { code, stderr } = await runCli([...args, '--out', folder.path]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /no cell is left to measure: its request of 4400020 bytes is over/);
});

test('--strict exits with 4 where there are too few rounds to trust', async () => {
  await using folder = await makeFolder();
  const args = ['--target', 'reference', '--rounds', '2', '--block', '1ms', '--batches', '1', '--strict'];
  const { code, stderr } = await runCli([...args, '--out', folder.path]);
  assert.equal(code, 4, stderr);
  assert.equal((await readReport(folder.path)).outcome, 'untrustworthy');
});

test('an older report is replaced, and files that are not ours stay', async () => {
  await using folder = await makeFolder();
  const args = ['--target', 'reference', '--rounds', '1', '--block', '1ms', '--batches', '1', '--out', folder.path];
  await runCli(args);
  const first = await readReport(folder.path);
  await runCli(args);
  assert.notEqual((await readReport(folder.path)).startedAt, first.startedAt);
  assert.deepEqual((await readdir(join(folder.path))).sort(), FILES);
});

test('a limit of --gate that the numbers show to be exceeded exits with 1, with every file written', async () => {
  await using folder = await makeFolder();
  const small = ['--target', 'reference', '--rounds', '6', '--block', '5ms', '--batches', '1', '--encodings', 'tensor'];
  const { code, stdout } = await runCli([...small, '--out', folder.path, '--gate', 'p50 over 0.000001ms in *.grpc']);
  const report = await readReport(folder.path);
  assert.equal(report.gate?.rules[0]?.checks.length, 2);
  assert.match(stdout, /limit/);
  assert.deepEqual((await readdir(folder.path)).sort(), FILES);
  // On a machine that is too busy the numbers cannot be trusted, and then they break no limit.
  const isShown = isTrustworthy(report);
  assert.equal(code, isShown ? 1 : 0);
  assert.deepEqual(
    [report.outcome, report.gate?.result],
    isShown ? ['regression', 'failed'] : ['untrustworthy', 'inconclusive'],
  );
});

test('a limit that cannot be held against anything is refused before anything is made', async () => {
  await using folder = await makeFolder();
  const out = join(folder.path, 'out');
  const { code, stderr } = await runCli([
    '--target',
    'reference',
    '--out',
    out,
    '--gate',
    'regression\np50 over 5ms in predict.grpc.tensor.7',
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /"regression" compares arms/);
  assert.match(
    stderr,
    /"p50 over 5ms in predict\.grpc\.tensor\.7" matches no cell; cells are named like predict\.rest/,
  );
  assert.deepEqual(await readdir(folder.path), []);
});
