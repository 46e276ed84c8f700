import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readImports, resolveImport, roomOf } from '../scripts/imports.ts';

/**
 * The import rules of the house (CONTRIBUTING.md). A file's room is its folder below src/, or its own name at the top.
 * Imports point down: shells, then bench, then run, then the stages, then the leaves.
 */
const SHELLS = ['main.ts', 'action.ts', 'cli.ts', 'worker.ts'];
const STAGES = ['target', 'payload', 'load', 'analysis', 'render', 'github'];
const LEAVES = [
  ...[
    'arms',
    'contradictions.ts',
    'misplaced-inputs.ts',
    'abort.ts',
    'gate-rules.ts',
    'comment-marker.ts',
    'quoted-difference.ts',
    'own-payload.ts',
    'nested-lists.ts',
    'record.ts',
    'plan.ts',
    'block.ts',
    'report.ts',
    'report',
    'config.ts',
    'read-inputs.ts',
    'inputs.ts',
    'parse.ts',
    'nearest.ts',
    'endpoint.ts',
    'errors.ts',
  ],
  ...['log.ts', 'limits.ts', 'assets.ts', 'tool.ts', 'http2', 'stats', 'server'],
];
const LEVELS = [SHELLS, ['shell'], ['bench.ts'], ['run'], STAGES, LEAVES];

/** A package may be imported only below these rooms. Node's own modules are everybody's. */
const HOMES: Record<string, readonly string[]> = {
  '@actions/core': ['action.ts', 'github'],
  '@actions/github': ['github'],
  '@actions/artifact': ['github'],
  '@actions/http-client': ['github'],
  '@octokit/plugin-retry': ['github'],
  '@octokit/plugin-throttling': ['github'],
  yauzl: ['github'],
  '@kubernetes/client-node': ['target'],
  '@grpc/grpc-js': ['load'],
  undici: ['load'],
  protobufjs: ['payload'],
  handlebars: ['render'],
  'markdown-table': ['render'],
  yaml: ['arms', 'target'],
  echarts: ['render'],
  'hdr-histogram-js': ['analysis', 'render'],
  zod: ['report.ts', 'report', 'github'],
};

const imports = await readImports();
const files = [...imports.keys()];

test('every room of the house stands on one level', () => {
  for (const file of files) assert.notEqual(levelOf(roomOf(file)), -1, `${file} is in no room that the map knows`);
});

test('imports point down, and stages do not import one another', () => {
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const to = resolveImport(file, target);
      if (to === null) continue;
      // package.json tells the tool's name and version.
      if (to === join('..', 'package.json')) continue;
      const [from, into] = [roomOf(file), roomOf(to)];
      const down = levelOf(into) > levelOf(from);
      const amongLeaves = LEAVES.includes(from) && LEAVES.includes(into);
      const amongShells = SHELLS.includes(from) && SHELLS.includes(into);
      if (from !== into && !down && !amongLeaves && !amongShells) wrong.push(`${file} imports ${to}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('each package has one home', () => {
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    for (const target of targets.filter((name) => !name.startsWith('.') && !name.startsWith('node:'))) {
      const name = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/');
      if (!HOMES[name]?.includes(roomOf(file))) wrong.push(`${file} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('no module imports itself in a circle', () => {
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.notEqual(state.get(file), 'open', `circle: ${[...path, file].join(' -> ')}`);
    if (state.get(file) === 'done') return;
    state.set(file, 'open');
    for (const target of imports.get(file) ?? []) {
      const to = resolveImport(file, target);
      if (to !== null) visit(to, [...path, file]);
    }
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
});

test('there are no barrels and no rooms for things without a home', () => {
  const homeless = files.filter((file) => /(^|\/)(index|utils?|helpers?|common|misc)\.ts$/.test(file));
  assert.deepEqual(homeless, []);
});

function levelOf(room: string): number {
  return LEVELS.findIndex((level) => level.includes(room));
}
