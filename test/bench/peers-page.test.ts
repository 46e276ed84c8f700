import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Score } from '../../bench/peers/contest.ts';
import { runContests } from '../../bench/peers/contest.ts';
import { judge } from '../../bench/peers/limits.ts';
import { parseOptions } from '../../bench/peers/options.ts';
import type { Outcome } from '../../bench/peers/outcome.ts';
import { keepByHand, writePage } from '../../bench/peers/page.ts';
import { compare } from '../../bench/peers/ratio.ts';

const CONTEST = 'nginx.rest.ndarray.1';

function score(round: number, contestant: string, p50Ms: number): Score {
  return { round, contest: CONTEST, contestant, requests: 1000, p50Ms, p99Ms: Number.NaN, perSecond: 1, cpuMs: null };
}

const scores = [
  score(1, 'ours', 2),
  score(1, 'wrk', 1),
  score(2, 'ours', 1),
  score(2, 'wrk', 2),
  score(3, 'ours', 8),
  score(3, 'wrk', 1),
];

const outcome: Outcome = {
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 60_000,
  command: 'npm run bench:peers',
  seed: 7,
  rounds: 3,
  runMs: 1000,
  duty: {
    rounds: 1,
    blockMs: 100,
    cells: [
      { cell: 'a', duty: 0.99, requests: 9 },
      { cell: 'b', duty: 0.97, requests: 8 },
    ],
  },
  memory: { concurrency: 32, cells: ['a'], requests: 5, peakRssBytes: 1e8 },
  machine: { cpu: 'a CPU', cores: 2, memoryBytes: 8e9, system: 'Linux 6', node: 'v24', pinning: null },
  versions: { wrk: '1', nginx: '2', nghttpd: '3', h2load: '4', taskset: '5', vegeta: '6', ghz: '7' },
  wrapper: 'seldon-core 1.19.0',
  contests: [{ id: CONTEST, title: 'small', contestants: ['ours', 'wrk'] }],
  scores,
};

test('a ratio is the geometric mean over the rounds with its t interval', () => {
  const ratio = compare(scores, CONTEST, ['ours', 'wrk'], 'p50Ms');
  // ln 2, -ln 2, ln 8: mean ln 2, standard deviation 2 ln 2; t(2, .975) = 4.302653.
  const half = (4.302653 * 2 * Math.LN2) / Math.sqrt(3);
  assert.ok(ratio);
  assert.ok(Math.abs(ratio.value - 2) < 1e-12);
  assert.ok(Math.abs(Math.log(ratio.low ?? 0) - (Math.LN2 - half)) < 1e-5);
  assert.ok(Math.abs(Math.log(ratio.high ?? 0) - (Math.LN2 + half)) < 1e-5);
  assert.equal(ratio.rounds, 3);
  assert.equal(compare(scores, CONTEST, ['ours', 'wrk'], 'p99Ms'), null);
});

test('limits: over and under, the lowest duty decides, and what was not measured has no row', () => {
  const rows = judge(scores, outcome.duty?.cells ?? [], outcome.memory);
  assert.deepEqual(
    rows.map(({ measured, reached }) => [measured.kind, reached]),
    [
      ['ratio', false],
      ['share', false],
      ['bytes', true],
    ],
  );
  assert.deepEqual(judge([], [], null), []);
});

test('the page tells by how much a limit is missed and keeps what was written by hand', () => {
  const first = writePage(outcome, '');
  assert.match(first, /keep-alive p50, small, over wrk's, same nginx, by 82 % of the limit/);
  assert.match(first, /by 1.0 % of the limit/);
  assert.doesNotMatch(first, /NaN|undefined|null/);
  const edited = first.replace('Nothing was written here yet.', 'The kernel **did** it.\n\nSee the profile.');
  assert.equal(keepByHand(edited), 'The kernel **did** it.\n\nSee the profile.');
  assert.equal(writePage(outcome, edited), edited);
  assert.equal(writePage({ ...outcome, seed: 8 }, edited), edited.replace('seed 7', 'seed 8'));
});

test('the order of a round depends on seed and round alone; the rehearsal is not counted', async () => {
  const run = async (seed: number) => {
    const ran: string[] = [];
    const contests = ['a', 'b', 'c'].map((id) => ({
      id,
      title: id,
      contestants: ['x', 'y', 'z'].map((name) => ({
        name,
        run: async () => {
          ran.push(id + name);
          return { latencyMs: Float64Array.of(3, 1, 2), perSecond: 5, cpuMs: null };
        },
      })),
    }));
    const signal = new AbortController().signal;
    const scores = await runContests(contests, { rounds: 2, durationMs: 1, seed }, signal, () => {});
    return { ran, scores };
  };
  const [one, again, other] = [await run(1), await run(1), await run(2)];
  assert.deepEqual(one.ran, again.ran);
  assert.notDeepEqual(one.ran, other.ran);
  assert.equal(one.ran.length, 27);
  assert.equal(one.scores.length, 18);
  assert.deepEqual([...new Set(one.scores.map(({ round }) => round))], [1, 2]);
  assert.equal(one.scores[0]?.p50Ms, 2);
});

test('options: only a run of everything at full size writes the page', () => {
  assert.equal(parseOptions(['--seed', '5']).whole, true);
  assert.equal(parseOptions(['--seed', '5']).seed, 5);
  for (const args of [['--quick'], ['--rounds', '3'], ['--parts', 'floors']])
    assert.equal(parseOptions(args).whole, false);
  assert.throws(() => parseOptions(['--parts', 'floors,x']), /found x/);
  assert.throws(() => parseOptions(['--rounds', '1']), /from 2 to 100, found "1"/);
  assert.throws(() => parseOptions(['--what']), /--quick/);
});
