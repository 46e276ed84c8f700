import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerError } from '../../../src/errors.ts';
import { parsePort } from '../../../src/target/container/container.ts';
import { buildCommand, buildRunArgv, type ContainerOptions } from '../../../src/target/container/run-argv.ts';

const OPTIONS: ContainerOptions = {
  name: 'seldon-bench-1',
  image: 'seldon-bench/model:1',
  method: 'predict',
  command: ['serve', 'it'],
  parameters: '[]',
  env: {},
  word: 'w',
  limits: { cpu: 1000, memory: 1024 },
  cores: '0-1',
};

function readEnv(argv: readonly string[]): Record<string, string> {
  const pairs = argv.flatMap((arg, i) => (argv[i - 1] === '--env' ? [arg] : []));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

test('ports are published on 127.0.0.1 only, and a container can do no more than it has to', () => {
  const argv = buildRunArgv(OPTIONS);
  const published = argv.filter((_, i) => argv[i - 1] === '--publish');
  assert.deepEqual(published, ['127.0.0.1::9000', '127.0.0.1::9500']);
  const line = argv.join(' ');
  for (const part of [
    '--read-only',
    '--cap-drop ALL',
    '--security-opt no-new-privileges',
    '--user 8888',
    '--pids-limit 512',
    '--memory 1024m --memory-swap 1024m',
    '--cpus 1 --cpuset-cpus 0-1',
    '--pull never --restart no',
    '--log-opt max-size=1m',
  ])
    assert.ok(line.includes(part), part);
  assert.deepEqual(argv.slice(-3), ['seldon-bench/model:1', 'serve', 'it']);
});

test('without cores none are named, and an image that has a command keeps it', () => {
  const argv = buildRunArgv({ ...OPTIONS, cores: null, command: null });
  assert.equal(argv.includes('--cpuset-cpus'), false);
  assert.equal(argv.at(-1), 'seldon-bench/model:1');
});

test('an arm shapes the server, and cannot change what the tool works by', () => {
  const env = readEnv(
    buildRunArgv({
      ...OPTIONS,
      env: { GUNICORN_THREADS: '4', SELDON_LOG_LEVEL: 'DEBUG', OTHER: 'a=b c', PREDICTIVE_UNIT_HTTP_SERVICE_PORT: '1' },
    }),
  );
  assert.equal(env.GUNICORN_THREADS, '4');
  assert.equal(env.GUNICORN_WORKERS, '1');
  assert.equal(env.SELDON_LOG_LEVEL, 'DEBUG');
  assert.equal(env.OTHER, 'a=b c');
  assert.equal(env.PREDICTIVE_UNIT_HTTP_SERVICE_PORT, '9000');
  assert.equal(env.MODEL_METADATA, '{"custom":{"run":"w"}}');
  assert.equal(env.PREDICTIVE_UNIT_PARAMETERS, '[]');
  assert.equal('PREDICTIVE_UNIT_PARAMETERS' in readEnv(buildRunArgv({ ...OPTIONS, parameters: null })), false);
});

test("the command names the method's model, or somebody's own", () => {
  assert.deepEqual(buildCommand('predict_raw', null).slice(0, 2), ['seldon-core-microservice', 'FixedPredictRaw']);
  assert.equal(buildCommand('predict', { folder: '/x', name: 'Mine' })[1], 'Mine');
});

test('the published port is read back from what Docker says', () => {
  const text = '9000/tcp -> 127.0.0.1:32768\n9500/tcp -> 127.0.0.1:32769\n';
  assert.equal(parsePort(text, 9000), 32768);
  assert.equal(parsePort(text, 9500), 32769);
  for (const other of ['', '9000/tcp -> 0.0.0.0:32768\n', '9000/udp -> 127.0.0.1:1\n', '9000/tcp -> 127.0.0.1:0\n'])
    assert.throws(() => parsePort(other, 9000), ServerError);
});
