import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderHtml } from '../../src/render/html.ts';
import { createLookup } from '../../src/render/lookup.ts';
import { renderPages } from '../../src/render/render.ts';
import type { Arm, CellResult, Report } from '../../src/report.ts';
import { samplePosting } from '../helpers/sample-posting.ts';
import { sampleReport } from '../helpers/sample-report.ts';

/** The sample, as if it had been measured in a cluster. */
function inCluster(changes: Partial<NonNullable<Arm['kubernetes']>> = {}, of: Partial<Arm> = {}): Report {
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
    arms: [{ ...arm, target: 'kind', kubernetes, network: 'node-address', floorAt: 'target', ...of }, ...others],
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

test('a floor of loopback is not said to hold the way to the cluster, and a reader is warned', () => {
  const without: Report = {
    ...inCluster({}, { floorAt: 'loopback' }),
    warnings: [
      { code: 'floor-without-path', arms: ['base'] },
      { code: 'floor-share', cells: ['predict.rest.ndarray.1.c1'], over: '20%' },
    ],
  };
  const summary = summarise(without);
  assert.match(
    summary,
    /answers at once, on this machine's loopback, so that the way to the cluster is not part of it\./,
  );
  assert.match(summary, /The floor was measured on this machine's loopback: the way to the cluster is not part of it/);
  assert.match(summary, /is the client's own floor/);
  assert.doesNotMatch(summary, /the floor of the client and the way|behind the same kind of Service/);
});

test('the page has what the way costs, and nothing of it where servers are on loopback', () => {
  const page = (report: Report): string => renderHtml(createLookup(report));
  assert.match(page(inCluster()), /Path: the null server in the cluster against the same one on loopback/);
  assert.doesNotMatch(page(sampleReport()), /Path: the null server/);
});

test('where the way was measured although no path is told, the floor is still called what it is', () => {
  const { paths: _, ...report } = inCluster();
  const summary = summarise(report);
  assert.match(summary, /the floor of the client and the way to the cluster/);
  assert.match(summary, /behind the same kind of Service in the same cluster\./);
});

test('of arms whose floors stood in different places each is told', () => {
  const [arm] = inCluster().arms;
  assert.ok(arm);
  const report: Report = {
    ...sampleReport({ arms: ['base', 'new'] }),
    arms: [arm, { ...arm, id: 'new', floorAt: 'loopback' }],
    warnings: [
      { code: 'floor-without-path', arms: ['new'] },
      { code: 'floor-share', cells: ['predict.rest.ndarray.1.c1'], over: '20%' },
    ],
  };
  const summary = summarise(report);
  assert.match(
    summary,
    /at once, for <code>base<\/code> behind the same kind of Service in the same cluster, for <code>new<\/code> on this machine's loopback, .* are not compared with those of the others\./,
  );
  assert.match(summary, /The floor in <code>new<\/code> was measured on this machine's loopback/);
  assert.match(summary, /is the floor of the client \(and, in some arms, of the way to the cluster\)/);
});

test('of a server on this machine nobody says anything of ways', () => {
  const sample = sampleReport();
  const [arm] = sample.arms;
  assert.ok(arm);
  const summary = summarise({ ...sample, arms: [{ ...arm, floorAt: 'loopback' }] });
  assert.match(summary, /against a server that answers at once\. A pair/);
});

/** The sample in a cluster, where the first cell's server was held back for so much of its time, and the others not. */
function throttled(most: number): Report {
  const report = inCluster();
  const hold = (result: CellResult, throttledShare: number): CellResult => ({
    ...result,
    server: { cpuMsPerRequest: 1, rssBytes: null, throttledShare },
  });
  const cells = report.cells.map((cell, i) => ({
    ...cell,
    results: Object.fromEntries(
      Object.entries(cell.results).map(([arm, result]) => [arm, hold(result, i === 0 ? most : 0)]),
    ),
  }));
  return { ...report, cells, environment: { ...report.environment, throttledMs: 12 } };
}

test("the load process's throttling and the servers' are told apart", () => {
  const summary = summarise(throttled(0.25));
  assert.match(
    summary,
    /CPU limits held the load process back for 12 ms; their own CPU limit held the servers back for up to 25\.0% of a cell's time\./,
  );
  assert.match(summary, /\| load process held back by CPU limits \| 12 ms \|/);
  assert.match(summarise(throttled(0)), /; their own CPU limit did not hold the servers back at all\./);
  assert.match(summarise(throttled(1.5)), /up to 150\.0% of a cell's time \(added up over cores\)\./);
  assert.doesNotMatch(summarise(inCluster()), /held the servers back/);
});

test('cells whose server was held back are named', () => {
  const summary = summarise({
    ...inCluster(),
    warnings: [{ code: 'server-throttled', cells: ['predict.rest.ndarray.1.c1'] }],
  });
  assert.match(
    summary,
    /Its own CPU limit held the server back for more than 5% of the time in REST `ndarray` predict/,
  );
});

test("nothing is said of the benchmark's raw model where somebody's own image answered", () => {
  const raw = /raw model decodes nothing|raw\+decode is/;
  const of = (changes: Partial<Arm>): string => {
    const report = inCluster({}, changes);
    assert.ok(report.claims.some(({ caveat }) => caveat === 'raw-does-not-decode'));
    return summarise(report);
  };
  const image = { reference: 'registry.example/model:1', id: 'sha256:1' };
  assert.match(of({}), raw);
  assert.match(of({ image: { ...image, tensorflow: 'stand-in' } }), raw);
  assert.doesNotMatch(of({ target: 'cluster', image: { ...image, tensorflow: 'unknown' } }), raw);
  assert.doesNotMatch(of({ model: 'Own' }), raw);
});

test('a cluster that was borrowed may have been elsewhere', () => {
  const elsewhere = /what runs in the cluster runs elsewhere or was not kept off it\./;
  assert.match(summarise(inCluster({ pinned: null }, { target: 'cluster' })), elsewhere);
  const own = summarise(inCluster({ pinned: null }));
  assert.doesNotMatch(own, elsewhere);
  assert.match(own, /what runs in the cluster was not kept off it\./);
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

test('behind an ingress the floor is measured there too, and it is the ingress that keeps connections', () => {
  const report = inCluster();
  const behind = (connection: 'close' | 'keep-alive'): Report => {
    const [arm, ...others] = report.arms;
    assert.ok(arm);
    return { ...report, arms: [{ ...arm, network: 'ingress', connection }, ...others] };
  };
  const summary = summarise(behind('keep-alive'));
  assert.match(summary, /\| network path \| the cluster's ingress \|/);
  assert.match(summary, /against a server that answers at once, behind the same ingress of the same cluster\./);
  assert.match(summary, /The ingress keeps connections open for the whole block, .* is not seen\./);
  assert.match(summarise(behind('close')), /The server closes the connection after each REST reply/);
  assert.match(summarise(report), /behind the same kind of Service in the same cluster\./);
});
