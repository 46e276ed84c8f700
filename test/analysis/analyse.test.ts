import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnalysisInput, analyse } from '../../src/analysis/analyse.ts';
import { isTrustworthy } from '../../src/analysis/trust.ts';
import type { Block } from '../../src/block.ts';
import type { Cell } from '../../src/plan.ts';
import { report } from '../../src/report.ts';
import { createRandom } from '../../src/stats/random.ts';
import { allCells, arm, makeBlock } from './fixture.ts';

/** Mean ms that seldon-core 1.19.0 gave on a 2-core machine: ndarray, tensor, tftensor; REST, then gRPC. */
const LEVELS: Record<string, number[]> = {
  'predict 100000': [11.4, 9.9, 7.2, 90.5, 0.95, 1.03],
  'predict_raw 100000': [6.9, 7.8, 1.6, 3.8, 0.84, 0.89],
  'predict 1': [0.74, 0.74, 1.07, 0.73, 0.67, 0.77],
  'predict_raw 1': [0.71, 0.68, 0.63, 0.69, 0.65, 0.63],
};

function levelOf({ method, transport, encoding, batch }: Cell): number {
  const column = ['ndarray', 'tensor', 'tftensor'].indexOf(encoding) + (transport === 'grpc' ? 3 : 0);
  return LEVELS[`${method} ${batch}`]?.[column] as number;
}

/** A run on the machine above, with 4 % of noise from block to block. */
function simulate(rounds: number, cells: readonly Cell[] = allCells): AnalysisInput {
  const random = createRandom(8);
  const blocks: Block[] = [];
  for (let round = 0; round < rounds; round++) {
    const run = (cell: Cell, role: Block['role'], ms: number) => {
      const level = ms * (0.93 + 0.14 * random());
      const latencyMs = Array.from({ length: 60 }, () => level * (1 + 0.2 * random() ** 4));
      blocks.push(makeBlock(cell.id, round, latencyMs, { role, position: blocks.length }));
    };
    for (const cell of cells) {
      run(cell, 'cell', levelOf(cell));
      run(cell, 'floor', 0.06 + (cell.batch / 100_000) * 0.3);
    }
    if (cells[0]) run(cells[0], 'canary', levelOf(cells[0]));
  }
  const sizes = new Map(cells.map(({ id }) => [id, 100]));
  return {
    cells,
    failed: new Map(),
    skipped: new Map(),
    blocks,
    arms: [arm],
    requestBytes: sizes,
    responseBytes: [sizes],
    margin: 0.05,
    alpha: 0.05,
    seed: 1,
  };
}

test('what comes out is what a report holds', () => {
  const analysis = analyse(simulate(8));
  const { shape } = report;
  shape.floor.parse(analysis.floor);
  shape.comparisons.parse(analysis.comparisons);
  shape.claims.parse(analysis.claims);
  shape.warnings.parse(analysis.warnings);
  shape.canary.parse(analysis.canary);
  assert.equal(analysis.results.size, 24);
  for (const results of analysis.results.values()) shape.cells.element.shape.results.parse(results);
  assert.equal(analysis.floor.length, 24);
  assert.equal(analysis.comparisons.length, 48);
  assert.equal(analysis.claims.length, 5);
});

test('a plausible run leads to plausible conclusions', () => {
  const analysis = analyse(simulate(20));
  const claims = new Map(analysis.claims.map((claim) => [claim.id, claim]));
  assert.equal(claims.get('grpc-ndarray-bad')?.verdict, 'holds');
  assert.equal(claims.get('grpc-faster')?.verdict, 'fails', 'ndarray of one number costs the same over both');
  assert.notEqual(claims.get('tftensor-best-large')?.verdict, 'holds', 'over gRPC tensor is about as fast');
  const bad = claims.get('grpc-ndarray-bad')?.pooled?.effect ?? 0;
  assert.ok(bad > 6 && bad < 8, `90.5 against 11.4 ms is +694 %, found ${bad}`);
  assert.equal(analysis.canary?.noisy, false);
  assert.equal(isTrustworthy(analysis), true);
});

test('no claim says other than the comparisons that it rests on', () => {
  const { claims, comparisons } = analyse(simulate(8));
  const verdicts = new Map(comparisons.map(({ id, verdict }) => [id, verdict]));
  for (const { comparison, says } of claims.flatMap(({ evidence }) => evidence)) {
    const verdict = verdicts.get(comparison);
    assert.ok(verdict, `${comparison} is no comparison of the report`);
    const decided = verdict === 'faster' || verdict === 'slower' || verdict === 'equivalent';
    if (says !== 'excluded') assert.equal(says === 'supports' || says === 'contradicts', decided, comparison);
  }
});

test('the same blocks give the same numbers, in whatever order they come', () => {
  const input = simulate(6);
  assert.deepEqual(analyse(input), analyse({ ...input, blocks: input.blocks.toReversed() }));
});

test('rounds of confirmation are in no result, no floor and no canary', () => {
  const input = simulate(6);
  const again = input.blocks
    .filter(({ role }) => role === 'cell')
    .map((block) => ({
      ...block,
      round: block.round + 6,
      confirming: true,
      latencyMs: block.latencyMs.map((ms) => ms * 9),
    }));
  assert.deepEqual(analyse({ ...input, blocks: [...input.blocks, ...again] }), analyse(input));
});

test('a pair has the same numbers whatever else was measured, but for its family', () => {
  const input = simulate(14);
  const some = allCells.filter(({ method }) => method === 'predict');
  const of = (analysis: ReturnType<typeof analyse>) =>
    analysis.comparisons.find(({ id }) => id === 'transport:predict.tensor.1.c1');
  const all = of(analyse(input));
  const fewer = of(analyse({ ...input, cells: some }));
  assert.ok(all && fewer);
  assert.deepEqual([all.effect, all.low, all.high, all.p], [fewer.effect, fewer.low, fewer.high, fewer.p]);
});

test('a failed cell keeps what was measured of it, and is in no comparison and no claim', () => {
  const id = 'predict.grpc.tensor.1.c1';
  const analysis = analyse({ ...simulate(8), failed: new Map([[id, 'connection refused']]) });
  assert.ok(analysis.results.get(id)?.base);
  assert.equal(analysis.comparisons.length, 48 - 4);
  assert.ok(analysis.comparisons.every(({ a, b }) => a.cell !== id && b.cell !== id));
  assert.ok(analysis.warnings.some(({ code }) => code === 'failed-cells'));
  assert.equal(isTrustworthy(analysis), false);
});

test('a skipped cell has no result and leaves the claims that need it open', () => {
  const id = 'predict.grpc.ndarray.100000.c1';
  const input = simulate(8);
  const blocks = input.blocks.filter(({ cell }) => cell !== id);
  const analysis = analyse({ ...input, blocks, skipped: new Map([[id, 'over the limit']]) });
  assert.deepEqual(analysis.results.get(id), {});
  const claim = analysis.claims.find((one) => one.id === 'grpc-ndarray-bad');
  assert.deepEqual([claim?.verdict, claim?.reason], ['inconclusive', 'cells-missing']);
  assert.ok(analysis.warnings.some(({ code }) => code === 'skipped-cells'));
  assert.ok(!analysis.warnings.some(({ code }) => code === 'few-rounds'), 'it was not to have any');
});

test('a run that was cut short in a round is analysed as far as it came', () => {
  const input = simulate(7);
  const analysis = analyse({ ...input, blocks: input.blocks.slice(0, -20) });
  const rounds = new Set(analysis.comparisons.map((comparison) => comparison.rounds));
  assert.deepEqual([...rounds].toSorted(), [6, 7]);
});

test('a run that measured nothing yields an analysis that says so', () => {
  const analysis = analyse({ ...simulate(0), requestBytes: new Map(), responseBytes: [] });
  assert.deepEqual([analysis.floor, analysis.comparisons, analysis.canary], [[], [], null]);
  assert.deepEqual(analysis.warnings, [{ code: 'few-rounds', rounds: 0 }]);
  assert.equal(isTrustworthy(analysis), false);
});

test('the floors of arms are compared only where they were taken in like places', () => {
  const simulated = simulate(8);
  // The way is part of the floor, and more than what the arms differ by.
  const moved = simulated.blocks.map((block) => ({
    ...block,
    arm: 'new',
    latencyMs: block.latencyMs.map((ms) => (block.role === 'floor' ? ms + 0.4 : ms * 1.2)),
  }));
  const input = {
    ...simulated,
    blocks: [...simulated.blocks, ...moved],
    arms: [arm, { ...arm, id: 'new' }],
    responseBytes: [...simulated.responseBytes, ...simulated.responseBytes],
  };
  const resolutions = (floorAt: AnalysisInput['floorAt']) =>
    analyse({ ...input, ...(floorAt && { floorAt }) })
      .comparisons.filter(({ kind }) => kind === 'arm')
      .map(({ resolution }) => resolution);
  const of = (other: 'target' | 'loopback') => new Map([['base', 'loopback'] as const, ['new', other] as const]);
  assert.ok(resolutions(of('loopback')).some((one) => one !== null && one < 2));
  assert.deepEqual(resolutions(of('loopback')), resolutions(undefined));
  assert.deepEqual(new Set(resolutions(of('target'))), new Set([null]));
});
