import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import { type Loader, startLoader } from '../../src/load/loader.ts';
import { silentLog } from '../../src/log.ts';
import { encodePayloads } from '../../src/payload/payloads.ts';
import { planCells } from '../../src/plan.ts';
import { calibrate } from '../../src/run/calibrate.ts';
import { measurePath } from '../../src/run/path-cost.ts';
import { turnKey } from '../../src/run/rounds.ts';
import { type Verified, verify } from '../../src/run/verify.ts';
import { startServerProcess } from '../../src/server/spawn.ts';
import type { NullReply } from '../../src/server/spec.ts';
import type { NullServer, Target } from '../../src/target/target.ts';

const cells = planCells({
  methods: ['predict'],
  transports: ['rest', 'grpc'],
  encodings: ['ndarray', 'tensor'],
  batches: [1],
  concurrencies: [1],
});
const payloads = encodePayloads(cells);
const { signal } = new AbortController();

let loader: Loader;
let model: Pick<Target, 'endpoints'> & AsyncDisposable;
/** Takes connections and ends them at once. */
let deaf: Server;
let asked = 0;

before(async () => {
  loader = await startLoader();
  for (const { sha256, bytes } of payloads.values()) await loader.hold(sha256, bytes);
  const spec = { kind: 'reference', models: ['predict'], connection: 'close', image: 'x:1', delayMs: 0 } as const;
  const server = await startServerProcess(spec, signal);
  const { restPort = 0, grpcPort = 0 } = server.ports.predict ?? {};
  model = {
    endpoints: {
      predict: {
        rest: { host: '127.0.0.1', port: restPort, path: '/api/v1.0/predictions' },
        grpc: { host: '127.0.0.1', port: grpcPort, path: '/seldon.protos.Seldon/Predict', metadata: {} },
      },
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  deaf = createServer((socket) => {
    asked += 1;
    socket.on('error', () => {}).destroy();
  }).listen(0, '127.0.0.1');
  await once(deaf, 'listening');
});

after(async () => {
  await loader[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  deaf.close();
});

type Start = NonNullable<Target['startNullServer']>;

function targetOf(id: string, startNullServer?: Start): Target {
  return {
    arm: { id, target: 'kind', isSeldon: false, settings: {}, connection: null },
    endpoints: model.endpoints,
    lost: signal,
    grpcReceiveLimitBytes: null,
    answers: 'fixed',
    readUsage: async () => null,
    ...(startNullServer && { startNullServer }),
    async [Symbol.asyncDispose]() {},
  };
}

/** A null server as a target puts it up, with what became of it. Of `deafTo`, the replies are not given. */
function farServer(deafTo: (reply: NullReply, index: number) => boolean = () => false) {
  const state = { up: false, start };
  async function start(replies: readonly NullReply[]): Promise<NullServer> {
    const server = await startServerProcess({ kind: 'null', replies }, signal);
    state.up = true;
    const { port: deafPort } = deaf.address() as { port: number };
    return {
      addresses: replies.map((reply, i) => ({
        host: '127.0.0.1',
        port: deafTo(reply, i) ? deafPort : (server.ports[i] as number),
      })),
      async [Symbol.asyncDispose]() {
        state.up = false;
        await server[Symbol.asyncDispose]();
      },
    };
  }
  return state;
}

async function run(...targets: [Target, ...Target[]]) {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
  const options = { client: 'wire', timeoutMs: 5000, signal, log, own: null } as const;
  const verified = await verify(cells, payloads, targets, loader, options);
  const calibration = await calibrate(cells, payloads, verified, targets, loader, options);
  return { calibration, warnings };
}

/** How many cells' floors answer. */
async function countFloors(arm: string): Promise<number> {
  const order = { durationMs: 0, minRequests: 2, timeoutMs: 5000, concurrency: 1, rate: null };
  let answered = 0;
  for (const { id } of cells) {
    const { latencyMs } = await loader.block(turnKey({ role: 'floor', arm, cell: id }), order);
    if (latencyMs.length > 0) answered += 1;
  }
  return answered;
}

test('without a null server in its place the floor is that of loopback, and nothing is said', async () => {
  const { calibration, warnings } = await run(targetOf('base'));
  await using _ = calibration;
  assert.deepEqual([...calibration.floorAt], [['base', 'loopback']]);
  assert.deepEqual([calibration.paths, warnings], [[], []]);
  assert.equal(await countFloors('base'), cells.length);
});

test('with one, the floor is taken there and the way is measured; it stays up as long as the calibration', async () => {
  const far = farServer();
  const { calibration, warnings } = await run(targetOf('base', far.start));
  assert.deepEqual([...calibration.floorAt], [['base', 'target']]);
  assert.deepEqual(
    calibration.paths.map(({ cell }) => cell),
    cells.map(({ id }) => id),
  );
  assert.deepEqual(warnings, []);
  assert.equal(far.up, true);
  assert.equal(await countFloors('base'), cells.length);
  await calibration[Symbol.asyncDispose]();
  assert.equal(far.up, false);
});

test('one that answers nothing is taken down again, and the floor is that of loopback', async () => {
  const far = farServer(() => true);
  asked = 0;
  const { calibration, warnings } = await run(targetOf('base', far.start));
  await using _ = calibration;
  assert.deepEqual([...calibration.floorAt], [['base', 'loopback']]);
  assert.deepEqual(calibration.paths, []);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? '',
    /the floor of base is measured without the way to the server: .* answers nothing: \S/,
  );
  assert.equal(far.up, false);
  assert.ok(asked > 0);
  assert.equal(await countFloors('base'), cells.length);
});

test('one that cannot be put there costs its own arm the way, and no other', async () => {
  const far = farServer();
  const refuse: Start = async () => Promise.reject(new Error('no room'));
  const { calibration, warnings } = await run(targetOf('base', far.start), targetOf('new', refuse));
  await using _ = calibration;
  assert.deepEqual(
    [...calibration.floorAt],
    [
      ['base', 'target'],
      ['new', 'loopback'],
    ],
  );
  assert.deepEqual(new Set(calibration.paths.map(({ arm }) => arm)), new Set(['base']));
  assert.deepEqual(warnings, ['the floor of new is measured without the way to the server: no room']);
  assert.equal(await countFloors('new'), cells.length);
});

test('one that answers some cells stays, and the others have no floor', async () => {
  const far = farServer(({ transport }) => transport === 'grpc');
  const { calibration } = await run(targetOf('base', far.start));
  await using _ = calibration;
  assert.deepEqual([...calibration.floorAt], [['base', 'target']]);
  const rest = cells.filter(({ transport }) => transport === 'rest').map(({ id }) => id);
  assert.deepEqual(
    calibration.paths.map(({ cell }) => cell),
    rest,
  );
  assert.equal(await countFloors('base'), rest.length);
});

test('one that answers none of the first cells is not asked for the others', async () => {
  asked = 0;
  await using three = (await run(targetOf('base', farServer((_, i) => i < 3).start))).calibration;
  assert.deepEqual([...three.floorAt], [['base', 'loopback']]);
  const ofThree = asked;
  asked = 0;
  await using all = (await run(targetOf('base', farServer(() => true).start))).calibration;
  assert.deepEqual([...all.floorAt], [['base', 'loopback']]);
  assert.equal(asked, ofThree);
});

test('without a cell nothing is put up, and nothing is said of the floor', async () => {
  const far = farServer();
  const options = { client: 'wire', timeoutMs: 5000, signal, log: silentLog } as const;
  const verified: Verified = { replies: [new Map()], failed: new Map() };
  const target = targetOf('base', far.start);
  await using calibration = await calibrate([], payloads, verified, [target], loader, options);
  assert.deepEqual([calibration.floorAt.size, calibration.paths, far.up], [0, [], false]);
});

test('the way and loopback are told apart, with how many requests of each there were', async () => {
  const scripted = {
    block: async (way: string) => ({ latencyMs: Float64Array.of(way === 'path' ? 2 : 1), error: null }),
  };
  const options = { timeoutMs: 5000, signal };
  const { costs } = await measurePath(cells, 'base', (_, way) => way, scripted as unknown as Loader, options);
  assert.deepEqual(
    costs.map(({ cell, requests, pathP50Ms, loopbackP50Ms }) => [cell, requests, pathP50Ms, loopbackP50Ms]),
    cells.map(({ id }) => [id, 3, 2, 1]),
  );
});
