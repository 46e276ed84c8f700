import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { authorityOf, type RestEndpoint } from '../../src/endpoint.ts';
import type { Loader } from '../../src/load/loader.ts';
import { withPrefix } from '../../test/helpers/with-prefix.ts';
import type { Contest } from './contest.ts';
import { createH2load } from './h2load.ts';
import { startNghttpd } from './nghttpd.ts';
import { checkReadsBody, startNginx } from './nginx.ts';
import { createOurs } from './ours.ts';
import type { Programs } from './programs.ts';
import type { Launcher } from './run-tool.ts';
import { encodeOne, LARGE, planOne } from './wrapper-contests.ts';
import { createWrk } from './wrk.ts';

/** As long as a small reply of the wrapper. */
const REPLY =
  '{"data":{"names":[],"ndarray":[1]},"meta":{"requestPath":{"classifier":"seldon-bench-fixed-predict:1.19.0"}}}';
/** 2^22 bytes: what a server grants that wants a large message in one go. */
const WIDE_BITS = 22;

/** Small and large requests to servers written in C that answer at once: our wire client beside wrk and h2load. */
export async function createFloorContests(
  programs: Programs,
  launcher: Launcher,
  folder: string,
  loader: Loader,
  stack: AsyncDisposableStack,
): Promise<Contest[]> {
  return [
    ...(await createNginxContests(programs, launcher, folder, loader, stack)),
    ...(await createNghttpdContests(programs, launcher, folder, loader, stack)),
  ];
}

async function createNginxContests(
  programs: Programs,
  launcher: Launcher,
  folder: string,
  loader: Loader,
  stack: AsyncDisposableStack,
): Promise<Contest[]> {
  const home = await makeFolder(folder, 'nginx');
  const { endpoint } = stack.use(await startNginx(programs.nginx, home, REPLY, launcher.signal));
  const contests: Contest[] = [];
  for (const batch of [1, LARGE]) {
    const id = `nginx.rest.ndarray.${batch}`;
    const body = encodeOne(planOne({ transport: 'rest', encoding: 'ndarray', batch }));
    const bytes = frameRequest(endpoint, body);
    await checkReadsBody(endpoint, bytes);
    await loader.hold(id, body);
    await loader.prepare(id, 'wire', { transport: 'rest', payload: id, ...endpoint });
    const place = await makeFolder(folder, id);
    const peer = await createWrk(programs, launcher, place, { endpoint, bytes });
    const title = `HTTP/1.1 keep-alive, ${describeBytes(body.length)}, nginx`;
    contests.push({ id, title, contestants: [createOurs('ours', loader, id), peer] });
  }
  return contests;
}

async function createNghttpdContests(
  programs: Programs,
  launcher: Launcher,
  folder: string,
  loader: Loader,
  stack: AsyncDisposableStack,
): Promise<Contest[]> {
  const reply = withPrefix(encodeOne(planOne({ transport: 'grpc', encoding: 'tensor', batch: 1 })));
  const contests: Contest[] = [];
  for (const [name, bits, batches, windows] of [
    ['nghttpd', null, [1, LARGE], 'windows of 64 KiB'],
    ['nghttpd-wide', WIDE_BITS, [LARGE], 'windows of 4 MiB'],
  ] as const) {
    const home = await makeFolder(folder, name);
    const { endpoint } = stack.use(await startNghttpd(programs.nghttpd, home, reply, bits, launcher.signal));
    for (const batch of batches) {
      const id = `${name}.grpc.tensor.${batch}`;
      const body = encodeOne(planOne({ transport: 'grpc', encoding: 'tensor', batch }));
      await loader.hold(id, body);
      await loader.prepare(id, 'wire', { transport: 'grpc', payload: id, ...endpoint });
      const place = await makeFolder(folder, id);
      const peer = await createH2load(programs, launcher, place, { endpoint, body: withPrefix(body) });
      const note = batch === 1 ? '' : `, ${windows}`;
      const title = `gRPC unary, ${describeBytes(body.length)}, nghttpd${note}`;
      contests.push({ id, title, contestants: [createOurs('ours', loader, id), peer] });
    }
  }
  return contests;
}

/** What our wire client sends, byte for byte (test/bench/peers.test.ts holds it to that). */
export function frameRequest(endpoint: RestEndpoint, body: Uint8Array): Uint8Array {
  const head =
    `POST ${endpoint.path} HTTP/1.1\r\nHost: ${authorityOf(endpoint)}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

async function makeFolder(parent: string, name: string): Promise<string> {
  const path = join(parent, name);
  await mkdir(path);
  return path;
}

function describeBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`;
}
