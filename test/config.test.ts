import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultOf, parseConfig } from '../src/config.ts';
import { INPUT_NAMES, INPUTS, type InputName } from '../src/inputs.ts';
import { projectFolder } from './helpers/run-tool.ts';

const nothing = (): string => '';
const given = (values: Partial<Record<InputName, string>>) => (name: InputName) => values[name] ?? '';

test('the command line chooses the target by itself, the Action never does', () => {
  assert.equal(parseConfig(nothing, 'cli').target.kind, 'auto');
  assert.equal(parseConfig(nothing, 'action').target.kind, 'process');
  assert.throws(() => parseConfig(given({ target: 'auto' }), 'action'), /never chooses by itself/);
});

test('the presets are those of the design, and rounds or block make them custom', () => {
  const shape = (values: Partial<Record<InputName, string>>) => {
    const { preset, rounds, blockMs } = parseConfig(given(values), 'cli');
    return [preset, rounds, blockMs];
  };
  assert.deepEqual(shape({ preset: 'quick' }), ['quick', 8, 150]);
  assert.deepEqual(shape({}), ['standard', 20, 250]);
  assert.deepEqual(shape({ preset: 'thorough' }), ['thorough', 40, 500]);
  assert.deepEqual(shape({ rounds: '7' }), ['custom', 7, 250]);
  assert.deepEqual(shape({ block: '1.5s' }), ['custom', 20, 1500]);
});

test('batches are sorted, a margin is a share, a seed is drawn where none is given', () => {
  const config = parseConfig(given({ batches: '500, 1,20', margin: '2.5%' }), 'cli');
  assert.deepEqual(config.matrix.batches, [1, 20, 500]);
  assert.equal(config.margin, 0.025);
  assert.ok(Number.isInteger(config.seed) && config.seed >= 0 && config.seed < 2 ** 32);
  assert.equal(parseConfig(given({ seed: '0' }), 'cli').seed, 0);
});

test('an ingress is named by its path prefix and its gRPC metadata', () => {
  const { target } = parseConfig(
    given({
      target: 'url',
      methods: 'predict',
      'rest-url': 'http://127.0.0.1:8003/seldon/seldon/seldon-model/',
      'grpc-address': '[::1]:8003',
      deployment: 'seldon-model',
      namespace: 'seldon',
    }),
    'cli',
  );
  assert.deepEqual(target.url.rest, { host: '127.0.0.1', port: 8003, prefix: '/seldon/seldon/seldon-model' });
  assert.deepEqual(target.url.grpc, { host: '::1', port: 8003 });
  assert.deepEqual(target.url.metadata, { seldon: 'seldon-model', namespace: 'seldon' });
});

test('every default is a value that its own parser takes', () => {
  for (const name of INPUT_NAMES) {
    for (const shell of ['cli', 'action'] as const) {
      const text = defaultOf(name, shell);
      if (text !== '') assert.doesNotThrow(() => INPUTS[name].parse(text), `${name} in the ${shell}`);
    }
  }
});

test('action.yml and the README have every input of the table and no other', async () => {
  const action = await readFile(join(projectFolder, 'action.yml'), 'utf8');
  const readme = await readFile(join(projectFolder, 'README.md'), 'utf8');
  const inputs = action.slice(action.indexOf('\ninputs:'), action.indexOf('\noutputs:'));
  assert.deepEqual(
    [...inputs.matchAll(/^ {2}([a-z-]+):$/gm)].map(([, name]) => name),
    INPUT_NAMES,
  );
  const table = readme.slice(readme.indexOf('<!-- inputs:'), readme.indexOf('<!-- end of inputs -->'));
  assert.deepEqual(
    [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name),
    INPUT_NAMES,
  );
});
