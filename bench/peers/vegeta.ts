import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authorityOf, type RestEndpoint } from '../../src/endpoint.ts';
import type { Contestant } from './contest.ts';
import { type Sample, toRun } from './ordered-run.ts';
import type { Programs } from './programs.ts';
import { type Launcher, runTool } from './run-tool.ts';
import { cpuPerRequest, measureStartUp } from './start-up.ts';

/** Long enough for a few requests on a busy machine, too: of none vegeta leaves no record. */
const SHORT_MS = 100;

/**
 * vegeta with one worker on one connection, as fast as the server answers. `folder` is new and empty. Its results are
 * read from its own record, request by request.
 */
export async function createVegeta(
  programs: Programs,
  launcher: Launcher,
  folder: string,
  request: { readonly endpoint: RestEndpoint; readonly body: Uint8Array },
): Promise<Contestant> {
  const body = join(folder, 'body.json');
  const targets = join(folder, 'targets.txt');
  const results = join(folder, 'results.bin');
  const table = join(folder, 'results.csv');
  const { endpoint } = request;
  await writeFile(body, request.body);
  await writeFile(
    targets,
    `POST http://${authorityOf(endpoint)}${endpoint.path}\nContent-Type: application/json\n@${body}\n`,
  );
  const attack = async (durationMs: number): Promise<{ samples: Sample[]; cpuMs: number }> => {
    const how = [
      '-rate=0',
      '-max-workers=1',
      '-workers=1',
      '-connections=1',
      '-keepalive',
      `-duration=${durationMs}ms`,
    ];
    const { cpuMs } = await runTool(launcher, programs.vegeta, [
      'attack',
      ...how,
      `-targets=${targets}`,
      `-output=${results}`,
    ]);
    await runTool(launcher, programs.vegeta, ['encode', '-to=csv', `-output=${table}`, results]);
    return { samples: parseVegeta(await readFile(table, 'utf8')), cpuMs };
  };
  const startUp = await measureStartUp(async () => {
    const { samples, cpuMs } = await attack(SHORT_MS);
    return { requests: samples.length, cpuMs };
  });
  return {
    name: 'vegeta',
    async run(durationMs) {
      const { samples, cpuMs } = await attack(durationMs);
      return toRun(samples, cpuPerRequest({ requests: samples.length, cpuMs }, startUp));
    },
  };
}

/**
 * Reads what `vegeta encode -to=csv` writes: start (ns since the epoch), status, latency (ns), bytes out, bytes in,
 * error, ... Throws at the first failed request.
 */
export function parseVegeta(csv: string): Sample[] {
  const lines = csv.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => {
      const [start = '', status = '', latency = '', , , error = ''] = line.split(',');
      if (status !== '200') throw new Error(`expected status 200 of vegeta's requests, found ${status} ${error}`);
      return { startMs: Number(start) / 1e6, latencyMs: Number(latency) / 1e6 };
    })
    .sort((a, b) => a.startMs - b.startMs);
}
