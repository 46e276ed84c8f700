import { comparePressure, readCpuPressure } from './cpu-pressure.ts';
import { createTimeout, createTiming, type Destination, type Exchange, type Reply } from './exchange.ts';
import { createFence, type Fence } from './fence.ts';
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
  const held: Held = { payloads: new Map(), exchanges: new Map() };
  const fence = createFence();
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (ask: Ask) => {
    turn = turn.then(async () => {
      const answer = await handle(ask, held, fence).catch(
        (error: unknown): Answer => ({
          kind: 'failed',
          message: error instanceof Error ? error.message : String(error),
        }),
      );
      if (process.connected) process.send?.(answer);
    });
  });
}

interface Held {
  readonly payloads: Map<string, Buffer>;
  readonly exchanges: Map<string, Exchange>;
}

async function handle(ask: Ask, held: Held, fence: Fence): Promise<Answer> {
  const { exchanges, payloads } = held;
  switch (ask.kind) {
    case 'hold':
      payloads.set(ask.payload, holdPayload(ask.body));
      return { kind: 'hold' };
    case 'prepare':
      exchanges.get(ask.key)?.reset();
      exchanges.set(ask.key, await open(ask.client, ask.destination, payloads));
      return { kind: 'prepare' };
    case 'send':
      return { kind: 'send', reply: await sendOnce(find(exchanges, ask.key), ask.timeoutMs) };
    case 'block': {
      const before = readCpuPressure();
      const outcome = await runBlock(find(exchanges, ask.key), ask.order, fence);
      const pressure = comparePressure(before, readCpuPressure());
      const peakRssBytes = process.resourceUsage().maxRSS * 1024;
      return { kind: 'block', outcome: { ...outcome, gcMs: fence.gcMs(), ...pressure, peakRssBytes } };
    }
    case 'release':
      exchanges.get(ask.key)?.reset();
      exchanges.delete(ask.key);
      return { kind: 'release' };
  }
}

async function open(client: Client, destination: Destination, payloads: Held['payloads']): Promise<Exchange> {
  const payload = payloads.get(destination.payload);
  if (!payload) throw new Error(`no payload is held under ${destination.payload}`);
  const body = payload.subarray(PREFIX_BYTES);
  if (client === 'library') {
    const library = await import('./library.ts');
    return destination.transport === 'rest'
      ? library.openRestLibrary({ ...destination, body })
      : library.openGrpcLibrary({ ...destination, body });
  }
  return destination.transport === 'rest'
    ? openRestWire({ ...destination, body })
    : openGrpcWire({ ...destination, body: payload });
}

const PREFIX_BYTES = 5;

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
  }
}

function find(exchanges: Map<string, Exchange>, key: string): Exchange {
  const exchange = exchanges.get(key);
  if (!exchange) throw new Error(`no exchange was prepared under ${key}`);
  return exchange;
}
