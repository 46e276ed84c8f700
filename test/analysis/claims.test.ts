import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClaims } from '../../src/analysis/claims.ts';
import { listPairs } from '../../src/analysis/pairs.ts';
import { type CellResult, type Claim, type ClaimId, claim as schema, type Verdict } from '../../src/report.ts';
import { allCells, makeComparison, makeResult } from './fixture.ts';

interface Scene {
  readonly cells?: typeof allCells;
  /** The verdict of a pair by its id; undefined where it was not compared. */
  readonly verdict: (id: string) => Verdict | undefined;
  /** ln(b/a) of each round. */
  readonly logRatios?: (id: string) => readonly number[];
  readonly results?: Record<string, CellResult>;
}

function judge(scene: Scene): Record<ClaimId, Claim> {
  const cells = scene.cells ?? allCells;
  const compared = listPairs(cells).flatMap(({ id, a, b }) => {
    const verdict = scene.verdict(id);
    const ratios = scene.logRatios?.(id) ?? [0, 0];
    if (verdict === undefined) return [];
    return [{ comparison: makeComparison(id, a.id, b.id, verdict), logRatios: new Map(ratios.map((d, i) => [i, d])) }];
  });
  const results = new Map(cells.map(({ id }) => [id, scene.results?.[id] ?? makeResult([1])]));
  const claims = judgeClaims(cells, compared, results, 0.05).map((one) => schema.parse(one));
  return Object.fromEntries(claims.map((one) => [one.id, one])) as Record<ClaimId, Claim>;
}

const verdictsOf = (claims: Record<ClaimId, Claim>) =>
  Object.fromEntries(
    Object.values(claims).map(({ id, verdict, reason }) => [id, reason ? `${verdict}: ${reason}` : verdict]),
  );

const evidenceOf = (claim: Claim) => claim.evidence.map(({ comparison }) => comparison);

/** What the notebook found in 2021. */
const asInTheNotebook = (id: string): Verdict => {
  if (/^transport:.*ndarray\.100000/.test(id)) return 'slower';
  if (/^encoding:.*-tftensor\.1\.c1/.test(id)) return 'slower';
  return 'faster';
};

test('the notebook figures bear out the notebook conclusions', () => {
  assert.deepEqual(verdictsOf(judge({ verdict: asInTheNotebook })), {
    'grpc-faster': 'holds',
    'grpc-ndarray-bad': 'holds',
    'tftensor-best-large': 'holds',
    'simple-best-small': 'holds',
    'raw-faster': 'holds',
  });
});

test('each claim rests on the pairs of its own scope', () => {
  const claims = judge({ verdict: asInTheNotebook });
  const both = (make: (method: string) => string[]) => ['predict', 'predict_raw'].flatMap(make);
  assert.deepEqual(
    evidenceOf(claims['grpc-faster']).toSorted(),
    both((method) => [
      `transport:${method}.ndarray.1.c1`,
      ...[1, 100000].flatMap((batch) =>
        ['tensor', 'tftensor'].map((encoding) => `transport:${method}.${encoding}.${batch}.c1`),
      ),
    ]).toSorted(),
  );
  assert.deepEqual(evidenceOf(claims['grpc-ndarray-bad']), [
    'transport:predict.ndarray.100000.c1',
    'transport:predict_raw.ndarray.100000.c1',
  ]);
  const toTftensor = (batch: number) =>
    both((method) =>
      ['rest', 'grpc'].flatMap((transport) =>
        ['ndarray', 'tensor'].map((encoding) => `encoding:${method}.${transport}.${encoding}-tftensor.${batch}.c1`),
      ),
    );
  assert.deepEqual(evidenceOf(claims['tftensor-best-large']), toTftensor(100000));
  assert.deepEqual(evidenceOf(claims['simple-best-small']), toTftensor(1));
  assert.equal(claims['raw-faster'].evidence.length, 12);
});

test('identical cells refute every claim of speed, and bear out that small encodings differ little', () => {
  assert.deepEqual(verdictsOf(judge({ verdict: () => 'equivalent' })), {
    'grpc-faster': 'fails',
    'grpc-ndarray-bad': 'fails',
    'tftensor-best-large': 'fails',
    'simple-best-small': 'holds',
    'raw-faster': 'fails',
  });
});

test('pairs that are not resolvable refute nothing and confirm nothing', () => {
  for (const verdict of Object.values(verdictsOf(judge({ verdict: () => 'not-resolvable' })))) {
    assert.equal(verdict, 'not-resolvable: below-floor');
  }
});

test('predict_raw is shown beside predict where ndarray over gRPC is judged, and does not decide', () => {
  const claim = judge({
    verdict: (id) => (id === 'transport:predict_raw.ndarray.100000.c1' ? 'faster' : asInTheNotebook(id)),
  })['grpc-ndarray-bad'];
  assert.equal(claim.verdict, 'holds');
  assert.deepEqual(
    claim.evidence.map(({ says }) => says),
    ['supports', 'contradicts'],
  );
});

test('one simple encoding that is slower than tftensor refutes that the simple ones are best', () => {
  const claim = judge({
    verdict: (id) => (id === 'encoding:predict.grpc.tensor-tftensor.1.c1' ? 'faster' : 'equivalent'),
  })['simple-best-small'];
  assert.deepEqual([claim.verdict, claim.reason], ['fails', 'mixed']);
});

test('a gain at one batch only is said', () => {
  const at = (batch: string) => judge({ verdict: (id) => (id.includes(`.${batch}.`) ? 'faster' : 'equivalent') });
  const large = at('100000')['grpc-faster'];
  assert.deepEqual([large.verdict, large.reason, large.caveat], ['fails', 'mixed', 'gain-at-one-batch-only']);
  assert.equal(at('1')['grpc-faster'].caveat, 'gain-at-one-batch-only');
  assert.equal(judge({ verdict: asInTheNotebook })['grpc-faster'].caveat, undefined);
  const partly = judge({ verdict: (id) => (id.includes('predict.tensor.1.') ? 'faster' : 'equivalent') });
  assert.equal(partly['grpc-faster'].caveat, undefined, 'one pair is no gain at a batch');
});

test('predict_raw always carries its caveat', () => {
  for (const verdict of ['faster', 'equivalent', 'inconclusive'] as const)
    assert.equal(judge({ verdict: () => verdict })['raw-faster'].caveat, 'raw-does-not-decode');
});

test('a cell whose floor is over half of it, or whose client was busy, takes part in no claim', () => {
  const id = 'predict_raw.grpc.tensor.1.c1';
  for (const [bad, conclusion] of [
    [makeResult([1], { floorShare: 0.51 }), 'not-resolvable: below-floor'],
    [makeResult([1], { duty: 0.94 }), 'not-resolvable'],
  ] as const) {
    const claims = judge({ verdict: asInTheNotebook, results: { [id]: bad } });
    const touched = Object.values(claims).filter(({ evidence }) => evidence.some(({ says }) => says === 'excluded'));
    assert.deepEqual(
      touched.map(({ id: claim }) => claim),
      ['grpc-faster', 'simple-best-small', 'raw-faster'],
    );
    for (const claim of touched) assert.equal(verdictsOf(claims)[claim.id], conclusion);
  }
});

test('an excluded pair cannot refute a claim either', () => {
  const claim = judge({
    verdict: (id) => (id === 'transport:predict.tensor.1.c1' ? 'slower' : asInTheNotebook(id)),
    results: { 'predict.grpc.tensor.1.c1': makeResult([1], { floorShare: 0.9 }) },
  })['grpc-faster'];
  assert.deepEqual([claim.verdict, claim.reason], ['not-resolvable', 'below-floor']);
});

test('a floor of exactly half, and a duty of exactly 95 %, are within bounds', () => {
  const edge = makeResult([1], { floorShare: 0.5, duty: 0.95 });
  const results = Object.fromEntries(allCells.map(({ id }) => [id, edge]));
  assert.equal(judge({ verdict: asInTheNotebook, results })['grpc-faster'].verdict, 'holds');
});

test('a run of one method can refute, but not confirm, what is said of both', () => {
  const cells = allCells.filter(({ method }) => method === 'predict');
  const claims = verdictsOf(judge({ cells, verdict: asInTheNotebook }));
  assert.deepEqual(claims, {
    'grpc-faster': 'inconclusive: cells-missing',
    'grpc-ndarray-bad': 'holds',
    'tftensor-best-large': 'inconclusive: cells-missing',
    'simple-best-small': 'inconclusive: cells-missing',
    'raw-faster': 'inconclusive: cells-missing',
  });
  assert.equal(verdictsOf(judge({ cells, verdict: () => 'equivalent' }))['grpc-faster'], 'fails');
});

test('with one batch there is no large and no small', () => {
  const cells = allCells.filter(({ batch }) => batch === 1);
  const claims = judge({ cells, verdict: () => 'faster' });
  assert.deepEqual(verdictsOf(claims), {
    'grpc-faster': 'inconclusive: one-batch',
    'grpc-ndarray-bad': 'inconclusive: one-batch',
    'tftensor-best-large': 'inconclusive: one-batch',
    'simple-best-small': 'inconclusive: one-batch',
    'raw-faster': 'holds',
  });
  assert.deepEqual(claims['tftensor-best-large'].evidence, []);
  assert.equal(claims['tftensor-best-large'].pooled, null);
});

test('a batch between the largest and the smallest counts for tensor and tftensor only', () => {
  const cells = [
    ...allCells,
    ...allCells.filter(({ batch }) => batch === 1).map((cell) => ({ ...cell, batch: 100, id: `${cell.id}.100` })),
  ];
  const claims = judge({ cells, verdict: (id) => (/ndarray\.100\.c1/.test(id) ? 'slower' : asInTheNotebook(id)) });
  assert.equal(claims['grpc-faster'].verdict, 'holds');
  assert.equal(claims['grpc-faster'].evidence.length, 14);
  assert.equal(claims['grpc-ndarray-bad'].evidence.length, 2, 'the largest batch alone');
});

test('an empty run confirms nothing', () => {
  for (const verdict of Object.values(verdictsOf(judge({ cells: [], verdict: () => 'faster' })))) {
    assert.equal(verdict, 'inconclusive: cells-missing');
  }
});

// Per-round means over the pairs -.1, -.3; scipy.stats.t.interval(.95, 1, -.2, .1) = [-1.470620, 1.070620]
test('the pooled effect is the geometric mean over the deciding pairs, by round', () => {
  const { pooled } = judge({
    verdict: asInTheNotebook,
    logRatios: (id) => (id.includes('predict_raw') ? [-0.2, -0.4] : [0, -0.2]),
  })['tftensor-best-large'];
  assert.ok(pooled);
  assert.ok(Math.abs(pooled.effect - (Math.exp(-0.2) - 1)) < 1e-12);
  assert.ok(Math.abs(Math.log1p(pooled.low ?? 0) + 1.4706204736) < 1e-8);
  assert.ok(Math.abs(Math.log1p(pooled.high ?? 0) - 1.0706204736) < 1e-8);
});

test('it speaks of the subject of the claim: the simple encodings against tftensor, not the other way round', () => {
  const { pooled } = judge({ verdict: asInTheNotebook, logRatios: () => [0.1, 0.1] })['simple-best-small'];
  assert.ok(pooled && Math.abs(pooled.effect - (Math.exp(-0.1) - 1)) < 1e-12);
});

test('it leaves out excluded cells and what does not decide, and needs rounds that all pairs have', () => {
  const excluded = judge({
    verdict: asInTheNotebook,
    logRatios: (id) => (/predict_raw/.test(id) ? [5, 5] : [0.1, 0.1]),
    results: { 'predict_raw.grpc.ndarray.100000.c1': makeResult([1], { duty: 0.5 }) },
  })['grpc-ndarray-bad'].pooled;
  assert.ok(excluded && Math.abs(excluded.effect - (Math.exp(0.1) - 1)) < 1e-12);
  const short = judge({
    verdict: asInTheNotebook,
    logRatios: (id) => (id === 'method:rest.tensor.1.c1' ? [0.1] : [0.1, 9, 9]),
  })['raw-faster'].pooled;
  assert.ok(short && Math.abs(short.effect - (Math.exp(0.1) - 1)) < 1e-12);
  assert.deepEqual([short.low, short.high], [null, null]);
});
