import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { type Arm, type Floor, parseReport } from '../../src/report.ts';
import { assembleReport, type Findings } from '../../src/run/assemble.ts';
import { startTimeline } from '../../src/run/timeline.ts';
import type { Target } from '../../src/target/target.ts';

const kubernetes = {
  version: 'v1.35.8',
  operator: 'found in the cluster',
  engine: 'none',
  qos: 'Guaranteed',
  pinned: null,
} as const;

function targetOf(arm: Partial<Arm>): Target {
  return {
    arm: { id: 'base', target: 'cluster', isSeldon: 'unknown', settings: {}, connection: null, ...arm },
    endpoints: {},
    lost: new AbortController().signal,
    grpcReceiveLimitBytes: null,
    answers: 'any',
    readUsage: async () => null,
    async [Symbol.asyncDispose]() {},
  };
}

const floorOf = (arm: string): Floor => ({
  ...{ arm, cell: 'predict.rest.tensor.1.c1', transport: 'rest', encoding: 'tensor', batch: 1 },
  ...{ requestBytes: 20, responseBytes: 20, requests: 320, p50Ms: 0.1, midmeanMs: 0.1, p99Ms: null },
});

/** A run of which nothing is told but its arms and where their floors were taken. */
function assemble(targets: Findings['targets'], floorAt: Findings['floorAt'], floors: readonly string[]) {
  const rounds = { blocks: [], roundsDone: 8, failed: new Map(), floorsEnded: [], stopped: null } as const;
  const report = assembleReport({
    config: parseConfig(() => '', 'cli'),
    targets,
    fallback: null,
    provenance: {},
    timeline: startTimeline(silentLog),
    planned: [],
    skipped: new Map(),
    payloads: new Map(),
    verified: { replies: [new Map()], failed: new Map() },
    paths: [],
    floorAt,
    measured: { ...rounds, phase: 'planned', wallMs: 1, peakRssBytes: null, alpha: 0.05, stopping: null },
    analysis: {
      ...{ results: new Map(), comparisons: [], claims: [], canary: null, warnings: [] },
      floor: floors.map(floorOf),
    },
    pinning: null,
  });
  return parseReport(JSON.stringify(report));
}

test('each arm tells where its floor was taken, and one in a cluster that lacks the way is warned of', () => {
  const targets = [targetOf({ kubernetes }), targetOf({ id: 'new', kubernetes })] as const;
  const places = new Map([['base', 'target'] as const, ['new', 'loopback'] as const]);
  const report = assemble([...targets], places, ['base', 'new']);
  assert.deepEqual(
    report.arms.map(({ floorAt }) => floorAt),
    ['target', 'loopback'],
  );
  assert.deepEqual(report.warnings, [{ code: 'floor-without-path', arms: ['new'] }]);
});

test('nobody is warned of a way that there is not, or of a floor that was not measured', () => {
  const loopback = new Map([['base', 'loopback'] as const]);
  assert.deepEqual(assemble([targetOf({ target: 'process' })], loopback, ['base']).warnings, []);
  assert.deepEqual(assemble([targetOf({ kubernetes })], loopback, []).warnings, []);
  const unprepared = assemble([targetOf({ kubernetes })], new Map(), []);
  assert.deepEqual(unprepared.warnings, []);
  assert.equal(unprepared.arms[0]?.floorAt, undefined);
});
