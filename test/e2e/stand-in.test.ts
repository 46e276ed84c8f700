import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { findBaseImage } from '../helpers/docker.ts';
import { makeFolder, readReport, runCli } from '../helpers/run-tool.ts';

const OPTIONS = ['--target', 'docker', '--tensorflow', 'stand-in', '--rounds', '6', '--block', '10ms'];

test('beside the stand-in the real wrapper answers every encoding, over both transports and by both methods', async (t) => {
  if ((await findBaseImage(t)) === null) return;
  await using folder = await makeFolder();
  const methods = ['--methods', 'predict,predict_raw,predict_raw_decode'];
  const { code, stderr } = await runCli([...OPTIONS, ...methods, '--batches', '1,1000', '--out', folder.path]);
  assert.equal(code, 0, stderr);
  const { arms, cells } = await readReport(folder.path);
  assert.deepEqual(
    cells.filter(({ state }) => state !== 'measured').map(({ id, reason }) => [id, reason]),
    [],
  );
  assert.equal(cells.length, 36);
  const [arm] = arms;
  assert.equal(arm?.image?.tensorflow, 'stand-in');
  assert.equal(arm?.isSeldon, true);
  assert.equal(arm?.python?.packages['seldon-core'], '1.19.0');
  assert.doesNotMatch(Object.keys(arm?.python?.packages ?? {}).join(' '), /tensor|keras/i);
  const bytes = arm?.image?.bytes ?? 0;
  assert.ok(bytes > 1e8 && bytes < 6e8, String(bytes));
  const summary = await readFile(join(folder.path, 'summary.md'), 'utf8');
  assert.match(summary, /\| tftensor in the image \| by a stand-in for TensorFlow/);
});

test('a model that needs more of TensorFlow ends at its start, and its last lines say what to do', async (t) => {
  if ((await findBaseImage(t)) === null) return;
  await using folder = await makeFolder();
  const lines = ['import tensorflow', 'layers = tensorflow.keras.layers', 'class Mine:', '    pass', ''];
  await writeFile(join(folder.path, 'Mine.py'), lines.join('\n'));
  const model = ['--methods', 'predict', '--batches', '1', '--compare', `a=${folder.path}`];
  const { code, stderr } = await runCli([...OPTIONS, ...model, '--out', join(folder.path, 'out')]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /Mine runs beside a stand-in for TensorFlow/);
  assert.match(stderr, /expected TensorFlow with 'keras'; this is seldon-bench's stand-in/);
});
