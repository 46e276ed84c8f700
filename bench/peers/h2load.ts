import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authorityOf, type GrpcEndpoint } from '../../src/endpoint.ts';
import type { Contestant } from './contest.ts';
import { type Sample, toRun } from './ordered-run.ts';
import type { Programs } from './programs.ts';
import { type Launcher, runTool } from './run-tool.ts';

/** h2load with one thread, one connection and one stream at a time. `body` is a gRPC message with its prefix. */
export async function createH2load(
  programs: Programs,
  launcher: Launcher,
  folder: string,
  request: { readonly endpoint: GrpcEndpoint; readonly body: Uint8Array },
): Promise<Contestant> {
  const data = join(folder, 'body.bin');
  const log = join(folder, 'requests.log');
  await writeFile(data, request.body);
  return {
    name: 'h2load',
    async run(durationMs) {
      await rm(log, { force: true });
      await runTool(launcher, programs.h2load, [
        ...['-c1', '-m1', '-t1', '-D', `${durationMs}ms`, '-d', data, `--log-file=${log}`],
        ...['-H', 'te: trailers', '-H', 'content-type: application/grpc'],
        `http://${authorityOf(request.endpoint)}${request.endpoint.path}`,
      ]);
      return toRun(parseH2load(await readFile(log, 'utf8')), null);
    },
  };
}

/** Reads h2load's log: start (us since the epoch), HTTP status, latency (us), in tab-separated columns. */
export function parseH2load(log: string): Sample[] {
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [start = '', status = '', latency = ''] = line.split('\t');
    if (status !== '200') throw new Error(`expected status 200 of h2load's requests, found ${status}`);
    return { startMs: Number(start) / 1000, latencyMs: Number(latency) / 1000 };
  });
}
