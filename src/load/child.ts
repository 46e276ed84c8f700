import { explain } from '../errors.ts';
import { comparePressure, readCpuPressure } from './cpu-pressure.ts';
import { createTimeout, createTiming, type Destination, type Exchange, type Reply } from './exchange.ts';
import { createFence, type Fence } from './fence.ts';
import { PREFIX_BYTES } from './grpc-reply.ts';
import { openGrpcWire } from './grpc-wire.ts';
import type { Answer, Ask, Client } from './protocol.ts';
import { openRestWire } from './rest-wire.ts';
import { runBlock } from './run-block.ts';

/**
 * The load process: answers the parent's asks over the IPC channel, one at a time, until the channel closes. It has a
 * heap of its own, so that nothing the parent does is collected inside a sample.
 */
export function serveLoad(): void {
  // Signals may reach the whole process group; the parent decides what they mean, and its end ends this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
  const held: Held = { payloads: new Map(), openers: new Map() };
  const fence = createFence();
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (ask: Ask) => {
    turn = turn.then(async () => {
      const answer = await handle(ask, held, fence).catch(
        (error: unknown): Answer => ({ kind: 'failed', message: explain(error) }),
      );
      if (process.connected) process.send?.(answer);
    });
  });
}

interface Held {
  readonly payloads: Map<string, Buffer>;
  /** Each makes an exchange of its own for a prepared request. */
  readonly openers: Map<string, () => Exchange>;
}

async function handle(ask: Ask, held: Held, fence: Fence): Promise<Answer> {
  const { openers, payloads } = held;
  switch (ask.kind) {
    case 'hold':
      payloads.set(ask.payload, holdPayload(ask.body));
      return { kind: 'hold' };
    case 'prepare':
      openers.set(ask.key, await prepare(ask.client, ask.destination, payloads));
      return { kind: 'prepare' };
    case 'send':
      return { kind: 'send', reply: await sendOnce(find(openers, ask.key)(), ask.timeoutMs) };
    case 'block': {
      const before = readCpuPressure();
      const cpuBefore = process.cpuUsage();
      const outcome = await runBlock(find(openers, ask.key), ask.order, fence);
      const { user, system } = process.cpuUsage(cpuBefore);
      const pressure = comparePressure(before, readCpuPressure());
      const peakRssBytes = process.resourceUsage().maxRSS * 1024;
      const cpuMs = (user + system) / 1000;
      const gcMs = await fence.takeGcMs();
      return { kind: 'block', outcome: { ...outcome, gcMs, ...pressure, cpuMs, peakRssBytes } };
    }
    case 'release':
      openers.delete(ask.key);
      return { kind: 'release' };
  }
}

async function prepare(client: Client, destination: Destination, payloads: Held['payloads']): Promise<() => Exchange> {
  const payload = payloads.get(destination.payload);
  if (!payload) throw new Error(`no payload is held under ${destination.payload}`);
  const body = payload.subarray(PREFIX_BYTES);
  if (client === 'library') {
    const library = await import('./library.ts');
    return destination.transport === 'rest'
      ? () => library.openRestLibrary({ ...destination, body })
      : () => library.openGrpcLibrary({ ...destination, body });
  }
  return destination.transport === 'rest'
    ? () => openRestWire({ ...destination, body })
    : () => openGrpcWire({ ...destination, body: payload });
}

/** Keeps room for the prefix of a gRPC message (no compression, four bytes of length) before the bytes themselves. */
function holdPayload(body: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafeSlow(PREFIX_BYTES + body.length);
  framed[0] = 0;
  framed.writeUInt32BE(body.length, 1);
  framed.set(body, PREFIX_BYTES);
  return framed;
}

async function sendOnce(exchange: Exchange, timeoutMs: number): Promise<Reply> {
  const alarm = setTimeout(() => exchange.abort(createTimeout(timeoutMs)), timeoutMs);
  try {
    await exchange.send(createTiming());
    return exchange.reply();
  } finally {
    clearTimeout(alarm);
    exchange.reset();
  }
}

function find(openers: Held['openers'], key: string): () => Exchange {
  const opener = openers.get(key);
  if (!opener) throw new Error(`no request was prepared under ${key}`);
  return opener;
}
