import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../src/config.ts';
import { defaultOf, INPUT_NAMES, INPUTS, type InputName } from '../src/inputs.ts';
import { projectFolder } from './helpers/run-tool.ts';

const nothing = (): string => '';
const given = (values: Partial<Record<InputName, string>>) => (name: InputName) => values[name] ?? '';

test('the command line chooses the target by itself, the Action never does', () => {
  assert.equal(parseConfig(nothing, 'cli').target.kind, 'auto');
  assert.equal(parseConfig(nothing, 'action').target.kind, 'kind');
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

test('without arms there is one, `base`, which is what the options say', () => {
  const base = {
    id: 'base',
    seldonVersion: '1.19.0',
    env: {},
    packages: [],
    model: null,
    image: null,
    tensorflow: 'full',
    engine: 'none',
    connection: 'close',
    delayMs: 0,
  };
  assert.deepEqual(parseConfig(nothing, 'cli').arms, [base]);
  assert.deepEqual(parseConfig(given({ target: 'process', 'seldon-version': '1.17.1' }), 'action').arms, [
    { ...base, seldonVersion: '1.17.1' },
  ]);
});

test('Seldon Core comes from its own charts in a cluster of the run, and is found in one that exists', () => {
  const kind = parseConfig(given({ target: 'kind', 'seldon-version': '1.17.1' }), 'cli').target;
  assert.deepEqual(kind.kubernetes.operator, {
    kind: 'chart',
    chart: 'https://storage.googleapis.com/seldon-charts',
    version: '1.17.1',
  });
  const options = given({ target: 'cluster', image: 'x:1', methods: 'predict', namespace: 'team-a' });
  const { kubernetes } = parseConfig(options, 'cli').target;
  assert.deepEqual(kubernetes.operator, { kind: 'present' });
  assert.equal(kubernetes.namespace, 'team-a');
});

test('what a model may use is read in CPUs and MiB', () => {
  const { limits } = parseConfig(given({ target: 'docker', cpu: '1.5', memory: '2Gi' }), 'cli').target;
  assert.deepEqual(limits, { cpu: 1500, memory: 2048 });
});

test('arms may differ in what stands before the model', () => {
  const { arms } = parseConfig(given({ target: 'kind', compare: 'a=,b=engine=executor' }), 'cli');
  assert.deepEqual(
    arms.map(({ engine }) => engine),
    ['none', 'executor'],
  );
});

test('an arm is what the options say but for what it changes, and the order is kept', () => {
  const { arms } = parseConfig(
    given({ 'seldon-version': '1.17.1', compare: 'same=,new=1.19.0+GUNICORN_THREADS=4' }),
    'cli',
  );
  assert.deepEqual(
    arms.map(({ id, seldonVersion, env }) => [id, seldonVersion, env]),
    [
      ['same', '1.17.1', {}],
      ['new', '1.19.0', { GUNICORN_THREADS: '4' }],
    ],
  );
  const reference = parseConfig(
    given({ target: 'reference', 'reference-connection': 'keep-alive', arms: 'z:\na: { delay: 2ms }' }),
    'action',
  );
  assert.deepEqual(
    reference.arms.map(({ id, connection, delayMs }) => [id, connection, delayMs]),
    [
      ['z', 'keep-alive', 0],
      ['a', 'keep-alive', 2],
    ],
  );
});

test('the indentation of arms counts, wherever the text begins', () => {
  const { arms } = parseConfig(given({ arms: '\n  one:\n  two:\n    env:\n      A: 1\n\n' }), 'cli');
  assert.deepEqual(
    arms.map(({ id, env }) => [id, env]),
    [
      ['one', {}],
      ['two', { A: '1' }],
    ],
  );
});

const own = `own=${join(projectFolder, 'templates', 'model')}:FixedPredict`;
const CONTRADICTIONS: readonly [what: string, values: Partial<Record<InputName, string>>, problem: RegExp | null][] = [
  ['arms in both ways', { arms: 'a:\nb:', compare: 'c=,d=' }, /^--compare is short for --arms: give one of them$/],
  [
    'a delay for the wrapper',
    { compare: 'a=delay=1ms' },
    /^--compare: arm a: delay belongs to target reference; .* auto$/,
  ],
  [
    'a version for the reference server',
    { target: 'reference', arms: 'a: { seldon-version: 1.17.1 }' },
    /^--arms: arm a: seldon-version belongs to target process, docker or kind; the target is reference$/,
  ],
  [
    'two arms of one url',
    { ...url(), compare: 'a=,b=' },
    /^--compare: a url is one server, and cannot be varied; found 2 arms$/,
  ],
  ['one arm of a url', { ...url(), compare: 'mine=' }, null],
  ['own models and two methods', { compare: own }, /^--methods: the model of arm own implements one entry point/],
  ['own models and one method', { compare: own, methods: 'predict' }, null],
  [
    'iterations where no model has them',
    { compare: own, methods: 'predict', iterations: '3' },
    /^--iterations belongs to this project's models/,
  ],
  ['iterations where some model has them', { compare: `${own},ours=`, methods: 'predict', iterations: '3' }, null],
  ['arrivals without a rate', { arrivals: 'constant' }, /^--arrivals means nothing without --rate: give both$/],
  ['arrivals with a rate', { arrivals: 'poisson', rate: '100.5' }, null],
  ['a budget without a precision', { budget: '5m' }, /^--budget means nothing without --precision: give both$/],
  ['a budget with a precision', { budget: '5m', precision: '3%' }, null],
  [
    'an image for the wrapper in a process',
    { target: 'process', image: 'x:1', methods: 'predict' },
    /^--image belongs to target docker, kind or cluster; the target is process$/,
  ],
  [
    'an image, and nobody said which target',
    { image: 'x:1', methods: 'predict' },
    /^--image belongs to target docker, kind or cluster; .* auto$/,
  ],
  ['an image and its method', { target: 'docker', image: 'x:1', methods: 'predict' }, null],
  ['an image and two methods', { target: 'docker', image: 'x:1' }, /^--methods: a given image serves one model/],
  [
    'an image and a version',
    { target: 'docker', image: 'x:1', methods: 'predict', 'seldon-version': '1.17.1' },
    /^--seldon-version belongs to images that are built; all are given$/,
  ],
  [
    'an image that is given and to be kept',
    { target: 'docker', image: 'x:1', methods: 'predict', 'keep-image': 'true' },
    /^--keep-image belongs to images that are built; all are given$/,
  ],
  [
    'other packages in an image that is given',
    { target: 'docker', methods: 'predict', arms: 'a: { image: x:1, packages: [six==1.17.0] }\nb:' },
    /^--arms: arm a: packages is part of its image; leave one of them out$/,
  ],
  [
    'a version of an arm beside an image for all',
    { target: 'docker', image: 'x:1', methods: 'predict', compare: 'a=1.17.1,b=' },
    /^--compare: arm a: seldon-version is part of its image/,
  ],
  [
    'an image for one arm only',
    { target: 'docker', methods: 'predict', compare: 'a=image=x:1,b=1.17.1', 'keep-image': 'true' },
    null,
  ],
  [
    'a stand-in for TensorFlow in a process',
    { target: 'process', tensorflow: 'stand-in' },
    /^--tensorflow belongs to target docker or kind; the target is process$/,
  ],
  ['a stand-in in an image that is built', { target: 'docker', tensorflow: 'stand-in' }, null],
  [
    'a cluster without an image',
    { target: 'cluster' },
    /^--target cluster needs an image that the cluster can fetch: give --image; a cluster does not see what is built here$/,
  ],
  [
    'a cluster with an arm without an image',
    { target: 'cluster', compare: 'a=image=x:1,b=engine=executor', methods: 'predict' },
    /for arm b: give --image/,
  ],
  [
    'the executor in front of a process',
    { target: 'process', engine: 'executor' },
    /^--engine belongs to target kind or cluster/,
  ],
  ['too little CPU', { target: 'docker', cpu: '0.01' }, /^--cpu: expected a number of CPUs from 0\.1 to 256/],
  ['memory without a unit', { target: 'docker', memory: '512' }, /^--memory: expected memory from 64Mi to 1024Gi/],
  [
    'a node address with a port',
    { target: 'cluster', image: 'x:1', methods: 'predict', 'node-address': '192.0.2.1:30000' },
    /^--node-address: expected the name or address of a machine/,
  ],
  [
    'a context that looks like an option',
    { target: 'cluster', image: 'x:1', methods: 'predict', context: '--insecure' },
    /^--context: expected the name of one of the kubeconfig's contexts/,
  ],
  ['a stand-in in one of two arms', { target: 'kind', operator: 'present', compare: 'a=,b=tensorflow=stand-in' }, null],
  [
    'a stand-in in an image that is given',
    { target: 'docker', image: 'x:1', methods: 'predict', tensorflow: 'stand-in' },
    /^--tensorflow belongs to images that are built; all are given$/,
  ],
  [
    'an arm with a stand-in in its given image',
    { target: 'docker', methods: 'predict', arms: 'a: { image: x:1, tensorflow: stand-in }\nb:' },
    /^--arms: arm a: tensorflow is part of its image; leave one of them out$/,
  ],
  [
    'a version of TensorFlow behind a stand-in',
    { target: 'docker', tensorflow: 'stand-in', compare: 'a=,b=TensorFlow_CPU==2.18.1' },
    /^--compare: arm b: TensorFlow_CPU==2.18.1 would be hidden by the stand-in; leave one of them out$/,
  ],
  [
    'a version of TensorFlow in an arm that has it',
    { target: 'docker', tensorflow: 'stand-in', compare: 'a=,b=tensorflow=full+tensorflow-cpu==2.18.1' },
    null,
  ],
  [
    'variables for an image',
    { target: 'docker', methods: 'predict', image: 'x:1', compare: 'a=,b=GUNICORN_THREADS=2' },
    null,
  ],
  ['iterations in a container', { target: 'docker', iterations: '3' }, null],
  [
    'a Python for a container',
    { target: 'docker', python: '/x' },
    /^--python belongs to target process; the target is docker$/,
  ],
  ['confirm by itself', { confirm: 'false' }, null],
];
function url() {
  return { target: 'url', methods: 'predict', transports: 'rest', 'rest-url': 'http://127.0.0.1:9000' };
}
for (const [what, values, problem] of CONTRADICTIONS)
  test(`${what} ${problem === null ? 'is fine' : 'is a mistake'}`, () => {
    const parse = () => parseConfig(given(values), 'cli');
    if (problem === null) assert.doesNotThrow(parse);
    else assert.throws(parse, (error: Error) => problem.test(error.message));
  });

test('a rate, a precision and a concurrency are read', () => {
  const open = parseConfig(given({ rate: '250', concurrency: '32,1' }), 'cli');
  assert.deepEqual(open.rate, { perSecond: 250, arrivals: 'constant' });
  assert.deepEqual(open.matrix.concurrencies, [1, 32]);
  const { precision, budgetMs, confirm, rate } = parseConfig(given({ precision: '2.5%', confirm: 'false' }), 'cli');
  assert.deepEqual([precision, budgetMs, confirm, rate], [0.025, 600_000, false, null]);
});

test('all that is wrong with arms is told with all that is wrong besides', () => {
  const values = { rounds: '0', arms: 'a: { evn: {} }\nb: { image: -x }', budget: '1m' };
  assert.throws(
    () => parseConfig(given(values), 'action'),
    (error: Error) => {
      assert.match(error.message, /^4 things are wrong with the options:/);
      assert.match(error.message, /^- input rounds: expected/m);
      assert.match(error.message, /^- input arms: arm "a": unknown property "evn"; did you mean env\?$/m);
      assert.match(error.message, /^- input arms: arm "b": image: expected an image such as name:tag .*; found "-x"$/m);
      assert.match(error.message, /^- input budget means nothing without input precision/m);
      return true;
    },
  );
});

test('the short form is for the command line alone', () => {
  const parse = () => parseConfig(given({ compare: 'a=,b=' }), 'action');
  assert.throws(parse, /input compare belongs to the command line; in a workflow write input arms/);
});

test('every default is a value that its own parser takes', () => {
  for (const name of INPUT_NAMES) {
    for (const shell of ['cli', 'action'] as const) {
      const text = defaultOf(name, shell);
      if (text !== '') assert.doesNotThrow(() => INPUTS[name].parse(text), `${name} in the ${shell}`);
    }
  }
});
