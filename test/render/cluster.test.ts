import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPages } from '../../src/render/render.ts';
import type { Report } from '../../src/report.ts';
import { samplePosting } from '../helpers/sample-posting.ts';
import { sampleReport } from '../helpers/sample-report.ts';

/** The sample, as if it had been measured in a cluster. */
function inCluster(changes: Partial<NonNullable<Report['arms'][number]['kubernetes']>> = {}): Report {
  const sample = sampleReport();
  const [arm, ...others] = sample.arms;
  assert.ok(arm);
  const kubernetes = {
    version: 'v1.35.8',
    operator: 'https://charts.example 1.19.0',
    engine: 'executor' as const,
    qos: 'Guaranteed' as const,
    pinned: { what: 'node' as const, cores: '0-2' },
    ...changes,
  };
  const [cell] = sample.cells;
  assert.ok(cell);
  const { transport, encoding, batch } = cell;
  return {
    ...sample,
    arms: [{ ...arm, target: 'kind', kubernetes, network: 'node-address' }, ...others],
    steps: [{ step: 'make the kind cluster', startMs: 12, durationMs: 14_000 }],
    paths: [
      { arm: arm.id, cell: cell.id, transport, encoding, batch, requests: 60, pathP50Ms: 0.5, loopbackP50Ms: 0.25 },
      { arm: arm.id, cell: cell.id, transport, encoding, batch, requests: 60, pathP50Ms: 0.25, loopbackP50Ms: 0.3 },
    ],
  };
}

function summarise(report: Report): string {
  return renderPages([report], samplePosting([report.id]))['summary.md'];
}

test('a report of a cluster tells what stood there, how long it took to put up, and what the way costs', () => {
  const summary = summarise(inCluster());
  assert.match(summary, /\| Kubernetes \| <code>v1&#46;35&#46;8<\/code> \|/);
  assert.match(summary, /\| in front of the model \| Seldon's executor \|/);
  assert.match(summary, /\| quality of service \| Guaranteed \|/);
  assert.match(summary, /\| cores of the cluster \| the whole node on <code>0&#45;2<\/code> \|/);
  assert.match(summary, /\| – <code>make the kind cluster<\/code> \| 12 ms \| 14\.0 s \|/);
  assert.match(summary, /\| 60 \| 0\.500 \| 0\.250 \| 0\.250 \|/);
  assert.match(summary, /\| 60 \| 0\.250 \| 0\.300 \| −0\.0500 \|/);
});

test('the floor is called what it is there: client and way', () => {
  const summary = summarise(inCluster());
  assert.doesNotMatch(summary, /the client's own floor/);
  assert.match(summary, /the floor of the client and the way to the cluster/);
  assert.match(summarise(sampleReport()), /the client's own floor/);
});

test('nobody is told that the load process was alone where the cluster was not kept off its core', () => {
  const alone = /to itself/;
  assert.match(summarise(inCluster()), alone);
  for (const pinned of [null, { what: 'models' as const, cores: '0' }]) {
    assert.doesNotMatch(summarise(inCluster({ pinned })), alone);
  }
});

test('figures of a stand-in for TensorFlow are said to be its own', () => {
  const report: Report = { ...sampleReport(), warnings: [{ code: 'tensorflow-stand-in', arms: ['base'] }] };
  assert.match(summarise(report), /`tftensor` was read and written by a stand-in for TensorFlow, which/);
});
