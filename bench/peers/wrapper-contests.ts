import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GrpcEndpoint, RestEndpoint } from '../../src/endpoint.ts';
import { ServerError } from '../../src/errors.ts';
import type { Loader } from '../../src/load/loader.ts';
import { encodePayloads } from '../../src/payload/payloads.ts';
import { checkReply } from '../../src/payload/reply.ts';
import { type Cell, planCells } from '../../src/plan.ts';
import type { Target } from '../../src/target/target.ts';
import { prepareRequests } from '../pinned-loader.ts';
import type { Contest, Contestant } from './contest.ts';
import { createGhz } from './ghz.ts';
import { createOurs } from './ours.ts';
import type { Programs } from './programs.ts';
import type { Launcher } from './run-tool.ts';
import { createVegeta } from './vegeta.ts';

/** The two clients of ours, each in a load process of its own. */
interface Loaders {
  readonly wire: Loader;
  readonly library: Loader;
}

export const LARGE = 100_000;
const CHECK_PATIENCE_MS = 30_000;

/** Small and large requests to the real wrapper: our two clients beside vegeta (REST) and ghz (gRPC). */
export async function createWrapperContests(
  programs: Programs,
  launcher: Launcher,
  folder: string,
  target: Target,
  loaders: Loaders,
): Promise<Contest[]> {
  const contests: Contest[] = [];
  for (const [encoding, batch] of [
    ['ndarray', 1],
    ['tensor', LARGE],
  ] as const) {
    for (const transport of ['rest', 'grpc'] as const) {
      const cell = planOne({ transport, encoding, batch });
      const id = `wrapper.${transport}.${encoding}.${batch}`;
      const place = join(folder, id);
      await mkdir(place);
      const contestants = [
        await createOursFor(cell, target, loaders, 'wire'),
        await createOursFor(cell, target, loaders, 'library'),
      ];
      contestants.push(await createPeer(programs, launcher, place, cell, target));
      const size = batch === 1 ? 'small' : 'large';
      contests.push({
        id,
        title: `${size} \`${encoding}\`, ${transport === 'rest' ? 'REST' : 'gRPC'}, real wrapper`,
        contestants,
      });
    }
  }
  return contests;
}

async function createOursFor(
  cell: Cell,
  target: Target,
  loaders: Loaders,
  client: 'wire' | 'library',
): Promise<Contestant> {
  const loader = loaders[client];
  await prepareRequests(loader, client, [cell], target);
  const { body } = await loader.send(cell.id, CHECK_PATIENCE_MS);
  const check = checkReply(cell, body, target.answers);
  if (!check.ok) throw new ServerError(`the wrapper's reply to ${cell.id} is wrong: ${check.why}`);
  const names = { wire: 'ours', library: cell.transport === 'rest' ? 'undici' : 'grpc-js' };
  return createOurs(names[client], loader, cell.id);
}

async function createPeer(
  programs: Programs,
  launcher: Launcher,
  place: string,
  cell: Cell,
  target: Target,
): Promise<Contestant> {
  const endpoint = target.endpoints[cell.method];
  // Both take the message as JSON; ghz writes the protobuf bytes itself.
  const json = encodeOne({ ...cell, transport: 'rest' });
  return cell.transport === 'rest'
    ? createVegeta(programs, launcher, place, { endpoint: endpoint?.rest as RestEndpoint, body: json })
    : createGhz(programs, launcher, place, { endpoint: endpoint?.grpc as GrpcEndpoint, message: json });
}

/** The cell of method predict at concurrency 1. */
export function planOne({ transport, encoding, batch }: Pick<Cell, 'transport' | 'encoding' | 'batch'>): Cell {
  const [cell] = planCells({
    methods: ['predict'],
    transports: [transport],
    encodings: [encoding],
    batches: [batch],
    concurrencies: [1],
  });
  return cell as Cell;
}

/** The cell's canonical bytes. */
export function encodeOne(cell: Cell): Uint8Array {
  const [payload] = encodePayloads([cell]).values();
  if (!payload) throw new TypeError(`nothing was encoded for ${cell.id}`);
  return payload.bytes;
}
