import { comparePressure, readCpuPressure } from './cpu-pressure.ts';
import { createTiming, type Exchange, type PreparedRequest } from './exchange.ts';
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
  // Ctrl-C reaches the whole process group; the parent decides what it means.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  const exchanges = new Map<string, Exchange>();
  const fence = createFence();
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (ask: Ask) => {
    turn = turn.then(async () => {
      const answer = await handle(ask, exchanges, fence).catch(
        (error: unknown): Answer => ({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
      );
      if (process.connected) process.send?.(answer);
    });
  });
}

async function handle(ask: Ask, exchanges: Map<string, Exchange>, fence: Fence): Promise<Answer> {
  switch (ask.kind) {
    case 'prepare':
      exchanges.get(ask.key)?.close();
      exchanges.set(ask.key, await open(ask.client, ask.request));
      return { kind: 'prepare' };
    case 'send':
      return { kind: 'send', reply: await sendOnce(find(exchanges, ask.key), ask.timeoutMs) };
    case 'block': {
      const before = readCpuPressure();
      const outcome = await runBlock(find(exchanges, ask.key), ask.order, fence);
      const pressure = comparePressure(before, readCpuPressure());
      return { kind: 'block', outcome: { ...outcome, gcMs: fence.gcMs(), ...pressure } };
    }
    case 'release':
      exchanges.get(ask.key)?.close();
      exchanges.delete(ask.key);
      return { kind: 'release' };
    case 'memory':
      return { kind: 'memory', peakRssBytes: process.resourceUsage().maxRSS * 1024 };
  }
}

async function open(client: Client, request: PreparedRequest): Promise<Exchange> {
  if (client === 'library') {
    const library = await import('./library.ts');
    return request.transport === 'rest' ? library.openRestLibrary(request) : library.openGrpcLibrary(request);
  }
  return request.transport === 'rest' ? openRestWire(request) : openGrpcWire(request);
}

async function sendOnce(exchange: Exchange, timeoutMs: number): ReturnType<typeof sendAndCopy> {
  const alarm = setTimeout(() => {
    exchange.abort(new Error(`expected a reply within ${timeoutMs} ms (--timeout), found none`));
  }, timeoutMs);
  try {
    return await sendAndCopy(exchange);
  } finally {
    clearTimeout(alarm);
  }
}

async function sendAndCopy(exchange: Exchange) {
  await exchange.send(createTiming());
  return exchange.reply();
}

function find(exchanges: Map<string, Exchange>, key: string): Exchange {
  const exchange = exchanges.get(key);
  if (!exchange) throw new Error(`no exchange was prepared under ${key}`);
  return exchange;
}
