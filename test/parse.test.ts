import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as parse from '../src/parse.ts';

/** What is taken, with what it is then; and what is refused. */
const CASES: readonly [
  name: string,
  parser: parse.Parser<unknown>,
  taken: Record<string, unknown>,
  refused: string[],
][] = [
  [
    'a report name',
    parse.reportName,
    { a: 'a', 'py3.12_linux-x64': 'py3.12_linux-x64', [`a${'b'.repeat(63)}`]: `a${'b'.repeat(63)}` },
    ['', '-a', 'a-', 'a..b', '../a', 'a/b', 'a b', 'a.html', 'a-diagnosis', 'a'.repeat(65)],
  ],
  [
    'an operator',
    parse.operatorSource,
    {
      present: { kind: 'present' },
      './operator.yaml': { kind: 'manifest', path: './operator.yaml' },
      'oci://host/charts/seldon-core-operator': { kind: 'chart', chart: 'oci://host/charts/seldon-core-operator' },
    },
    ['--set', 'a b', 'a\nb', 'x'.repeat(2049)],
  ],
  ['a place of charts', parse.chartsSource, { './charts': './charts' }, ['', '-x', 'a b']],
  [
    'an image',
    parse.imageReference,
    { 'host:5000/a/b@sha256:0f': 'host:5000/a/b@sha256:0f' },
    ['', '-v', 'a b', 'a;b', 'x'.repeat(256)],
  ],
  [
    'a context',
    parse.contextName,
    { 'arn:aws:eks:x:1:cluster/a@b': 'arn:aws:eks:x:1:cluster/a@b' },
    ['', '--as', 'a b'],
  ],
  [
    'a machine',
    parse.hostName,
    { '192.0.2.7': '192.0.2.7', '[2001:db8::7]': '2001:db8::7', 'node.example': 'node.example' },
    ['', 'a:1', 'a/b', 'user@a', 'a?b', 'a b'],
  ],
  [
    'a host and port',
    parse.hostAndPort,
    { 'a:80': { host: 'a', port: 80 }, '[::1]:9500': { host: '::1', port: 9500 } },
    ['a', 'a:0', 'a:70000', 'a:1/b', 'u@a:1', 'grpcs://a:1'],
  ],
  [
    'a REST base',
    parse.httpBase,
    {
      'http://a': { host: 'a', port: 80, prefix: '' },
      'http://[::1]:8003/seldon/x/': { host: '::1', port: 8003, prefix: '/seldon/x' },
    },
    ['a:80', 'https://a', 'ftp://a', 'http://u@a', 'http://a?b', 'http://a#b', 'http://a:0'],
  ],
  [
    'a duration in milliseconds',
    parse.duration(1, 60_000),
    { '250ms': 250, '1.5s': 1500, '1m': 60_000 },
    ['250', '0ms', '2m', '-1s', '1 s', '1e3ms'],
  ],
  ['a share', parse.percentage(0.1, 50), { '5%': 0.05, '0.1%': 0.001 }, ['5', '0%', '51%', '-5%', '1e1%']],
  ['thousandths of a CPU', parse.cpus, { 1: 1000, 0.25: 250 }, ['0', '257', '0.0005', '1m', '']],
  ['memory in MiB', parse.memory, { '512Mi': 512, '2Gi': 2048 }, ['512', '63Mi', '2000Gi', '512M', '-1Gi']],
];

for (const [what, parser, taken, refused] of CASES)
  test(`${what} is read, and what is none is refused with what was expected`, () => {
    for (const [text, value] of Object.entries(taken)) assert.deepEqual(parser(text), value, text);
    for (const text of refused) assert.throws(() => parser(text), { name: 'Error', message: /^\S.{5,}/ }, text);
  });
