import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protoFolder } from '../../src/assets.ts';
import { authorityOf, type GrpcEndpoint } from '../../src/endpoint.ts';
import type { Contestant } from './contest.ts';
import { type Sample, toRun } from './ordered-run.ts';
import type { Programs } from './programs.ts';
import { type Launcher, runTool } from './run-tool.ts';
import { cpuPerRequest, measureStartUp } from './start-up.ts';

/**
 * ghz with one worker on one connection. It takes the message as JSON (`message`) and encodes it itself. `folder` is
 * new and empty.
 */
export async function createGhz(
  programs: Programs,
  launcher: Launcher,
  folder: string,
  request: { readonly endpoint: GrpcEndpoint; readonly message: Uint8Array },
): Promise<Contestant> {
  const data = join(folder, 'body.json');
  const report = join(folder, 'report.json');
  await writeFile(data, request.message);
  const call = async (amount: readonly string[]): Promise<{ samples: Sample[]; cpuMs: number }> => {
    const { cpuMs } = await runTool(launcher, programs.ghz, [
      '--insecure',
      ...['--proto', join(protoFolder, 'prediction.proto'), '--import-paths', protoFolder],
      ...['--call', request.endpoint.path.slice(1), '--data-file', data],
      ...['--concurrency', '1', '--connections', '1', '--cpus', '1', ...amount],
      ...['-O', 'json', '-o', report, authorityOf(request.endpoint)],
    ]);
    return { samples: parseGhz(await readFile(report, 'utf8')), cpuMs };
  };
  const startUp = await measureStartUp(async () => {
    const { samples, cpuMs } = await call(['--total', '1']);
    return { requests: samples.length, cpuMs };
  });
  return {
    name: 'ghz',
    async run(durationMs) {
      const { samples, cpuMs } = await call(['--duration', `${durationMs}ms`]);
      return toRun(samples, cpuPerRequest({ requests: samples.length, cpuMs }, startUp));
    },
  };
}

/** ghz cuts the call in flight off when its time is over, and counts it. */
const CUT_OFF = new Set(['Canceled', 'Unavailable', 'DeadlineExceeded']);

/**
 * Reads the calls of ghz's JSON report: `timestamp` is a call's end, `latency` is in nanoseconds. The last call is left
 * out where ghz cut it off; any other failure throws.
 */
export function parseGhz(json: string): Sample[] {
  const { details } = JSON.parse(json) as { details?: unknown };
  if (!Array.isArray(details)) throw new Error("expected the calls in ghz's report, found none");
  const calls = (details as { timestamp: string; latency: number; status: string; error: string }[]).map(
    ({ timestamp, latency, status, error }) => ({
      endMs: parseTime(timestamp),
      latencyMs: latency / 1e6,
      status,
      error,
    }),
  );
  calls.sort((a, b) => a.endMs - b.endMs);
  if (CUT_OFF.has(calls.at(-1)?.status ?? '')) calls.pop();
  return calls.map(({ endMs, latencyMs, status, error }) => {
    if (status !== 'OK') throw new Error(`expected status OK of ghz's calls, found ${status} ${error}`);
    return { startMs: endMs - latencyMs, latencyMs };
  });
}

/** Date would drop all digits below a millisecond. */
function parseTime(timestamp: string): number {
  const fraction = /\.([0-9]+)/.exec(timestamp)?.[1] ?? '0';
  return Date.parse(timestamp.replace(/\.[0-9]+/, '')) + Number(`0.${fraction}`) * 1000;
}
