import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { findFittingPython } from '../helpers/fitting-python.ts';
import { makeFolder, readReport, runCli } from '../helpers/run-tool.ts';

const SHORT = ['--methods', 'predict', '--rounds', '6', '--block', '10ms'];
const ROWS = '{"data": {"names": ["a", "b", "c", "d"], "ndarray": [[5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.0, 0.2]]}}';

/** A model that refuses what is not four columns of floating-point numbers, and answers a number for each row. */
const WIDE = `
import numpy as np

class Wide:
    def predict(self, X, names, meta=None):
        X = np.asarray(X)
        if X.ndim != 2 or X.shape[1] != 4 or X.dtype != np.float64 or list(names) != ["a", "b", "c", "d"]:
            raise ValueError(f"{X.shape} {X.dtype} {names}")
        return X.sum(axis=1)
`;

test('rows of a file reach a model of the real wrapper in every encoding over both transports', async (t) => {
  if ((await findFittingPython(t, '1.19.0')) === null) return;
  await using folder = await makeFolder();
  const model = join(folder.path, 'wide');
  await mkdir(model);
  await writeFile(join(model, 'Wide.py'), WIDE);
  const file = join(folder.path, 'rows.json');
  await writeFile(file, ROWS);
  const out = join(folder.path, 'out');
  const own = ['--target', 'process', '--arms', `base: { model: ${model} }`, '--payload-file', file];
  const { code, stderr } = await runCli([...SHORT, ...own, '--batches', '2,50', '--out', out]);
  assert.equal(code, 0, stderr);
  const { cells, config } = await readReport(out);
  assert.deepEqual(
    cells.filter(({ state }) => state !== 'measured').map(({ id, reason }) => [id, reason]),
    [],
  );
  assert.equal(cells.length, 12);
  for (const { batch, request } of cells) assert.deepEqual([request.shape, request.dtype], [[batch, 4], 'float64']);
  assert.deepEqual(
    [config.payload?.rowShape, config.payload?.file?.name, config.payload?.names],
    [[4], 'rows.json', 4],
  );
});

test('a model that answers another number of rows is left out, and why is told', async (t) => {
  if ((await findFittingPython(t, '1.19.0')) === null) return;
  await using folder = await makeFolder();
  const model = join(folder.path, 'one');
  await mkdir(model);
  await writeFile(
    join(model, 'One.py'),
    'class One:\n    def predict(self, X, names, meta=None):\n        return [[1]]\n',
  );
  const own = ['--target', 'process', '--arms', `base: { model: ${model} }`, '--features', '3', '--batches', '7'];
  const { code, stderr } = await runCli([...SHORT, ...own, '--out', join(folder.path, 'out')]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /expected an array of 7 rows, one for each that was sent, not of 1/);
});

test('a file is asked for as it is, and the report says which it was', async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, 'rows.json');
  await writeFile(file, ROWS);
  const out = join(folder.path, 'out');
  const { code, stderr } = await runCli([...SHORT, '--target', 'reference', '--payload-file', file, '--out', out]);
  assert.equal(code, 0, stderr);
  const { cells } = await readReport(out);
  assert.deepEqual(new Set(cells.map(({ batch }) => batch)), new Set([2]));
  assert.ok(cells.every(({ state }) => state === 'measured'));
  const summary = await readFile(join(out, 'summary.md'), 'utf8');
  assert.match(summary, /A batch is so many rows of <code>rows&#46;json<\/code>, which has 2 of 4 numbers each/);
  assert.match(summary, /sees the same array in every encoding: \[n, 4\] of float64/);
});

test('a file that is no request ends the run before anything is made', async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, 'rows.json');
  await writeFile(file, '{"data": {"ndarray": [["red"]]}}');
  const { code, stderr } = await runCli(['--payload-file', file, '--out', join(folder.path, 'out')]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /--payload-file: expected nothing but numbers in data\.ndarray/);
});
