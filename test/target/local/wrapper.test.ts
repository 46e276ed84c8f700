import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ServerError } from '../../../src/errors.ts';
import { startWrapper } from '../../../src/target/local/wrapper.ts';
import { createTestFolder, createTestHost, findAnyPython, writeScript } from '../helpers.ts';

const anyPython = await findAnyPython();
const OURS = { model: null, iterations: 1, env: {} };

test('a wrapper that ends while it starts is a ServerError at once, with the last lines that it wrote', async (t) => {
  if (anyPython === null) return t.skip('skipped: there is no Python on this machine to run the guard with');
  const python = await writeScript(join(await createTestFolder(t), 'python'), [
    `case "$3" in */guard.py) exec "${anyPython}" "$@" ;; esac`,
    'echo "ImportError: no module named $3" >&2',
    'exit 1',
  ]);
  const host = createTestHost();
  const environment = { python, version: '3.12.1', packages: {} };
  await assert.rejects(startWrapper({ environment, method: 'predict_raw', ...OURS }, host), {
    name: 'ServerError',
    message: /wrapper for predict_raw to keep running; it ended with code 1/,
    detail: ['ImportError: no module named FixedPredictRaw'],
  });
  assert.equal(host.recorded.size, 0);
});

test('a wrapper gets nothing of the environment of the tool', async (t) => {
  if (anyPython === null) return t.skip('skipped: there is no Python on this machine to run the guard with');
  const python = await writeScript(join(await createTestFolder(t), 'python'), [
    `case "$3" in */guard.py) exec "${anyPython}" "$@" ;; esac`,
    'env | sed "s/=.*//"',
    'exit 1',
  ]);
  process.env.GUNICORN_CMD_ARGS = '--workers 4';
  t.after(() => {
    delete process.env.GUNICORN_CMD_ARGS;
  });
  const environment = { python, version: '3.12.1', packages: {} };
  const started = startWrapper({ environment, method: 'predict', ...OURS }, createTestHost());
  await assert.rejects(started, ({ detail }: ServerError) => {
    assert.ok(detail.includes('GUNICORN_WORKERS'));
    assert.ok(!detail.includes('GUNICORN_CMD_ARGS'));
    return true;
  });
});

test('a wrapper whose ports are taken twice is a ServerError that says to run again', async (t) => {
  if (anyPython === null) return t.skip('skipped: there is no Python on this machine to run the guard with');
  const python = await writeScript(join(await createTestFolder(t), 'python'), [
    `case "$3" in */guard.py) exec "${anyPython}" "$@" ;; esac`,
    'echo "OSError: [Errno 98] Address already in use" >&2',
    'exec sleep 600',
  ]);
  const host = createTestHost();
  const environment = { python, version: '3.12.1', packages: {} };
  const started = startWrapper({ environment, method: 'predict', ...OURS }, host);
  await assert.rejects(started, /expected free ports .* twice .* Run again/);
  assert.equal(host.messages.filter((message) => /another program took a port/.test(message)).length, 1);
  assert.equal(host.recorded.size, 0);
});
