import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listPairs } from '../../src/analysis/pairs.ts';
import { allCells, cellOf } from './fixture.ts';

test('the whole matrix has 12 pairs of transports, 12 of methods and 24 of encodings', () => {
  const pairs = listPairs(allCells);
  const counts = Object.fromEntries(
    Object.entries(Object.groupBy(pairs, ({ kind }) => kind)).map(([kind, list]) => [kind, list?.length]),
  );
  assert.deepEqual(counts, { transport: 12, method: 12, encoding: 24 });
  assert.equal(new Set(pairs.map(({ id }) => id)).size, 48);
});

test('the two cells of a pair differ in what the pair is about, and in nothing else', () => {
  for (const { kind, a, b } of listPairs(allCells)) {
    const differing = Object.keys(a).filter((key) => key !== 'id' && a[key as 'batch'] !== b[key as 'batch']);
    assert.deepEqual(differing, [kind]);
  }
});

test('a pair reads from the older to the newer way: REST to gRPC, predict to predict_raw, ndarray to tftensor', () => {
  const names = (ids: string[]) => listPairs(ids.map(cellOf)).map(({ id, a, b }) => [id, a.id, b.id]);
  assert.deepEqual(names(['predict.grpc.ndarray.1.c1', 'predict.rest.ndarray.1.c1']), [
    ['transport:predict.ndarray.1.c1', 'predict.rest.ndarray.1.c1', 'predict.grpc.ndarray.1.c1'],
  ]);
  assert.deepEqual(names(['predict_raw.rest.tensor.1.c1', 'predict.rest.tensor.1.c1']), [
    ['method:rest.tensor.1.c1', 'predict.rest.tensor.1.c1', 'predict_raw.rest.tensor.1.c1'],
  ]);
  assert.deepEqual(names(['predict.rest.tftensor.1.c1', 'predict.rest.tensor.1.c1']), [
    ['encoding:predict.rest.tensor-tftensor.1.c1', 'predict.rest.tensor.1.c1', 'predict.rest.tftensor.1.c1'],
  ]);
});

test('batches are never paired with one another', () => {
  assert.deepEqual(listPairs([cellOf('predict.rest.ndarray.1.c1'), cellOf('predict.rest.ndarray.100000.c1')]), []);
});
