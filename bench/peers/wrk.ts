import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authorityOf, type RestEndpoint } from '../../src/endpoint.ts';
import type { Contestant, Run } from './contest.ts';
import type { Programs } from './programs.ts';
import { type Launcher, runTool } from './run-tool.ts';

const script = join(import.meta.dirname, 'wrk.lua');

/** wrk with one thread on one connection, sending `bytes` (a whole HTTP/1.1 request) as they are. */
export async function createWrk(
  programs: Programs,
  launcher: Launcher,
  folder: string,
  request: { readonly endpoint: RestEndpoint; readonly bytes: Uint8Array },
): Promise<Contestant> {
  const file = join(folder, 'request.bin');
  await writeFile(file, request.bytes);
  const { endpoint } = request;
  return {
    name: 'wrk',
    async run(durationMs) {
      // wrk counts whole seconds only.
      const seconds = `${Math.max(1, Math.round(durationMs / 1000))}s`;
      const url = `http://${authorityOf(endpoint)}${endpoint.path}`;
      const args = ['-t1', '-c1', '-d', seconds, '--timeout', '10s', '--script', script, url];
      const { stdout } = await runTool(launcher, programs.wrk, args, { PEERS_REQUEST: file });
      return parseWrk(stdout);
    },
  };
}

/** Reads what wrk.lua prints. Throws where a request failed. */
export function parseWrk(stdout: string): Run {
  const summary = /^summary ([0-9]+) ([0-9]+) ([0-9]+)$/m.exec(stdout);
  if (!summary) throw new Error(`expected the summary of wrk.lua, found ${JSON.stringify(stdout.slice(-200))}`);
  const [requests = 0, durationUs = 0, failures = 0] = summary.slice(1).map(Number);
  if (failures > 0 || requests === 0) throw new Error(`expected no failures of wrk, found ${failures} of ${requests}`);
  const counts = new Map<number, number>();
  for (const [, value, count] of stdout.matchAll(/^latency ([0-9]+) ([0-9]+)$/gm)) {
    counts.set(Number(value), Number(count));
  }
  takeOffCorrection(counts, Math.floor(durationUs / requests));
  const latencyMs = expand(counts);
  if (latencyMs.length !== requests) {
    throw new Error(`expected the ${requests} latencies that wrk measured, found ${latencyMs.length}`);
  }
  return { latencyMs, perSecond: requests / (durationUs / 1e6), cpuMs: null };
}

/**
 * wrk adds latencies that it did not measure: for each one of at least twice the mean time of a request it adds that
 * latency less once, twice, ... the mean, as though further requests had waited meanwhile ("coordinated omission"). A
 * closed loop is not to be corrected so, and our own numbers are not. Larger values only add to smaller ones, so that
 * going down from the largest finds each one as it was measured.
 */
export function takeOffCorrection(counts: Map<number, number>, meanUs: number): void {
  const values = [...counts.keys()].sort((a, b) => b - a);
  for (const value of values) {
    const count = counts.get(value) ?? 0;
    if (value < 2 * meanUs || count === 0) continue;
    for (let added = value - meanUs; added > meanUs; added -= meanUs) {
      counts.set(added, (counts.get(added) ?? 0) - count);
    }
  }
}

function expand(counts: ReadonlyMap<number, number>): Float64Array {
  const latencies: number[] = [];
  for (const [us, count] of counts) for (let i = 0; i < count; i++) latencies.push(us / 1000);
  return Float64Array.from(latencies);
}
