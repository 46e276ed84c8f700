import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { GRPC_PATH, REST_PATH } from '../../src/endpoint.ts';
import type { BlockOrder } from '../../src/load/block-order.ts';
import type { Destination } from '../../src/load/exchange.ts';
import { type Loader, startLoader } from '../../src/load/loader.ts';
import { encodePayloads, type Payload } from '../../src/payload/payloads.ts';
import { type Cell, planCells } from '../../src/plan.ts';
import type { ModelPorts } from '../../src/server/spec.ts';
import { interruptForHeap, openHeapReader } from './live-heap.ts';
import { startLoneServer } from './lone-server.ts';
import { type Holding, readHolding } from './processes.ts';

/** Read after a full collection: before one, how much memory is resident is V8's choice. */
type LiveHolding = Holding & { readonly liveBytes: number };

export interface KeptHoldings {
  readonly load: LiveHolding;
  readonly server: LiveHolding;
}

/** A load process and a server that live as long as the soak. */
interface KeptLoad extends AsyncDisposable {
  /** Every kind of block once, each with new connections. Returns how many there were. */
  runBlocks(): Promise<number>;
  readHoldings(): Promise<KeptHoldings>;
}

const ORDER: BlockOrder = { durationMs: 40, minRequests: 5, timeoutMs: 30_000, concurrency: 1, rate: null };
const ORDERS: readonly BlockOrder[] = [
  ORDER,
  { ...ORDER, concurrency: 4 },
  { ...ORDER, rate: { perSecond: 200, arrivals: 'poisson', seed: 1 } },
];

export async function keepLoad(): Promise<KeptLoad> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startLoneServer());
  const loader = stack.use(await startLoader());
  const closedPort = await findClosedPort();
  const cells = planCells({
    methods: ['predict'],
    transports: ['rest', 'grpc'],
    encodings: ['tensor'],
    batches: [1, 100_000],
    concurrencies: [1],
  });
  const payloads = encodePayloads(cells);
  // Once it answers, it also takes the signal; before, that would end it.
  await hold(loader, payloads);
  const heap = stack.use(await interruptForHeap(loader.pid));
  const serverHeap = stack.use(await openHeapReader(server.pid, server.inspector));
  const sha256 = (cell: Cell): string => payloads.get(cell.id)?.sha256 ?? '';

  const ask = async (cell: Cell, client: 'wire' | 'library', to: ModelPorts, order: BlockOrder) => {
    const key = `${client} ${cell.id}`;
    await loader.prepare(key, client, addressOf(cell, sha256(cell), to));
    const block = await loader.block(key, order);
    await loader.release(key);
    return block;
  };
  const made = stack.move();
  return {
    async runBlocks() {
      let blocks = 0;
      await hold(loader, payloads);
      for (const cell of cells) {
        for (const client of ['wire', 'library'] as const) {
          for (const order of cell.batch === 1 ? ORDERS : [ORDER]) {
            const { error } = await ask(cell, client, server.ports, order);
            if (error !== null) throw new Error(`${client} ${cell.id}: ${error}`);
            blocks += 1;
          }
        }
        // What fails has to be taken back, too.
        const nobody = { restPort: closedPort, grpcPort: closedPort };
        const { gaveUp } = await ask(cell, 'wire', nobody, ORDER);
        if (!gaveUp) throw new Error(`expected ${cell.id} to fail on a closed port`);
        blocks += 1;
      }
      return blocks;
    },
    async readHoldings() {
      const [loadBytes, serverBytes] = await Promise.all([heap.readLiveBytes(), serverHeap.readLiveBytes()]);
      const [load, kept] = await Promise.all([loader.pid, server.pid].map(readHolding));
      if (!load || !kept) throw new Error('expected the load process and its server to live on');
      return { load: { ...load, liveBytes: loadBytes }, server: { ...kept, liveBytes: serverBytes } };
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}

async function hold(loader: Loader, payloads: ReadonlyMap<string, Payload>): Promise<void> {
  for (const payload of new Set(payloads.values())) await loader.hold(payload.sha256, payload.bytes);
}

function addressOf({ transport }: Cell, payload: string, { restPort, grpcPort }: ModelPorts): Destination {
  return transport === 'rest'
    ? { transport, payload, host: '127.0.0.1', port: restPort, path: REST_PATH }
    : { transport, payload, host: '127.0.0.1', port: grpcPort, path: GRPC_PATH, metadata: {} };
}

async function findClosedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
