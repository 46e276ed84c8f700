import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGhz } from '../../bench/peers/ghz.ts';
import { parseH2load } from '../../bench/peers/h2load.ts';
import { toRun } from '../../bench/peers/ordered-run.ts';
import { cpuPerRequest } from '../../bench/peers/start-up.ts';
import { parseVegeta } from '../../bench/peers/vegeta.ts';
import { parseWrk, takeOffCorrection } from '../../bench/peers/wrk.ts';

test('vegeta: nanoseconds become milliseconds, in the order of the starts', () => {
  const csv = '2000000,200,500000,28,115,,e30K,,1,POST,u,h\n1000000,200,250000,28,115,,e30K,,0,POST,u,h\n';
  assert.deepEqual(parseVegeta(csv), [
    { startMs: 1, latencyMs: 0.25 },
    { startMs: 2, latencyMs: 0.5 },
  ]);
  assert.throws(
    () => parseVegeta('1000000,0,250000,0,0,connection refused,,,0,POST,u,\n'),
    /found 0 connection refused/,
  );
});

test('ghz: a call begins its latency before its time stamp; the one that was cut off at the end is no call', () => {
  const call = (timestamp: string, latency: number, status = 'OK') => ({ timestamp, latency, status, error: '' });
  const ok = [call('2026-01-02T03:04:05.0025Z', 1_500_000), call('2026-01-02T03:04:05.001+00:00', 500_000)];
  const begin = Date.parse('2026-01-02T03:04:05Z');
  const wanted = [
    { startMs: begin + 0.5, latencyMs: 0.5 },
    { startMs: begin + 1, latencyMs: 1.5 },
  ];
  assert.deepEqual(parseGhz(JSON.stringify({ details: ok })), wanted);
  const cut = call('2026-01-02T03:04:05.9Z', 100_000, 'Canceled');
  assert.deepEqual(parseGhz(JSON.stringify({ details: [...ok, cut] })), wanted);
  const failed = call('2026-01-02T03:04:05Z', 100_000, 'Unavailable');
  assert.throws(() => parseGhz(JSON.stringify({ details: [failed, ...ok] })), /found Unavailable/);
  assert.throws(() => parseGhz('{}'), /found none/);
});

test('h2load: microseconds become milliseconds; a status other than 200 is an error', () => {
  assert.deepEqual(parseH2load('1000\t200\t250\n2000\t200\t125\n'), [
    { startMs: 1, latencyMs: 0.25 },
    { startMs: 2, latencyMs: 0.125 },
  ]);
  assert.throws(() => parseH2load('1000\t-1\t250\n'), /found -1/);
});

test('a run leaves the first three requests out and counts the rest from first start to last end', () => {
  const samples = Array.from({ length: 7 }, (_, i) => ({ startMs: i * 10, latencyMs: i === 6 ? 20 : 9 }));
  const run = toRun(samples, 0.5);
  assert.deepEqual([...run.latencyMs], [9, 9, 9, 20]);
  // Four requests from 30 to 80 ms.
  assert.equal(run.perSecond, 80);
  assert.equal(run.cpuMs, 0.5);
  assert.throws(() => toRun(samples.slice(0, 4), null), /more than 4 requests/);
});

test('start-up is taken off the CPU time together with the requests that it made', () => {
  assert.equal(cpuPerRequest({ requests: 102, cpuMs: 70 }, { requests: 2, cpuMs: 20 }), 0.5);
});

/** What wrk does to its counts when a run is over. */
function correct(counts: ReadonlyMap<number, number>, meanUs: number): Map<number, number> {
  const corrected = new Map(counts);
  const largest = Math.max(...counts.keys());
  for (let value = meanUs * 2; value <= largest; value++) {
    const count = corrected.get(value) ?? 0;
    for (let added = value - meanUs; count > 0 && added > meanUs; added -= meanUs) {
      corrected.set(added, (corrected.get(added) ?? 0) + count);
    }
  }
  return corrected;
}

test('wrk: what it added for coordinated omission is taken off again, to the last count', () => {
  const measured = new Map([
    [90, 50],
    [110, 40],
    [250, 3],
    [470, 2],
    [1000, 1],
  ]);
  const counts = correct(measured, 100);
  assert.ok(counts.size > measured.size);
  takeOffCorrection(counts, 100);
  assert.deepEqual(new Map([...counts].filter(([, count]) => count !== 0)), measured);
});

test('wrk: latencies, rate and failures are read from what the script prints', () => {
  const text = (failures: number) => `Running 1s test\n\nsummary 4 400 ${failures}\nlatency 90 3\nlatency 130 1\n`;
  const run = parseWrk(text(0));
  assert.deepEqual([...run.latencyMs], [0.09, 0.09, 0.09, 0.13]);
  assert.equal(run.perSecond, 10_000);
  assert.throws(() => parseWrk(text(2)), /found 2 of 4/);
  assert.throws(() => parseWrk('summary 5 400 0\nlatency 90 3\n'), /expected the 5 latencies/);
  assert.throws(() => parseWrk('unable to connect'), /unable to connect/);
});
