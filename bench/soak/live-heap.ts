import { once } from 'node:events';
import { askUntil } from '../../src/target/wait.ts';

/** Reads what a Node process really holds: its heap after a full collection. */
interface HeapReader extends Disposable {
  /** Bytes in the heap and in buffers beside it, all garbage gone. */
  readLiveBytes(): Promise<number>;
}

const PORT = 9229;
const PATIENCE_MS = 10_000;

/**
 * Has Node open its inspector in a process that runs already (SIGUSR1, always on this port) and asks through it. Throws
 * where the port is somebody else's.
 */
export async function interruptForHeap(pid: number): Promise<HeapReader> {
  process.kill(pid, 'SIGUSR1');
  return openHeapReader(pid, await findInspector());
}

/** `address` is what the process has printed when its inspector opened. */
export async function openHeapReader(pid: number, address: string): Promise<HeapReader> {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const ask = createAsk(socket);
  const { result } = (await ask('Runtime.evaluate', { expression: 'process.pid' })) as { result: { value: number } };
  if (result.value !== pid) {
    socket.close();
    throw new Error(`expected the inspector of process ${pid} at ${address}, found that of ${result.value}`);
  }
  return {
    // Nothing is evaluated here: each script would stay in that heap.
    async readLiveBytes() {
      await ask('HeapProfiler.collectGarbage');
      const usage = (await ask('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize: number };
      return usage.usedSize + usage.backingStorageSize;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

async function findInspector(): Promise<string> {
  const ask = async (): Promise<string | null> => {
    const response = await fetch(`http://127.0.0.1:${PORT}/json`).catch(() => null);
    const [page] = ((await response?.json()) ?? []) as { webSocketDebuggerUrl: string }[];
    return page?.webSocketDebuggerUrl ?? null;
  };
  const address = await askUntil(ask, PATIENCE_MS, new AbortController().signal);
  if (address === null) throw new Error(`expected an inspector on port ${PORT}, found none`);
  return address;
}

type Ask = (method: string, params?: Readonly<Record<string, unknown>>) => Promise<unknown>;

function createAsk(socket: WebSocket): Ask {
  const waiting = new Map<number, (result: unknown) => void>();
  let asked = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data));
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  return (method, params = {}) =>
    new Promise((resolve) => {
      asked += 1;
      waiting.set(asked, resolve);
      socket.send(JSON.stringify({ id: asked, method, params }));
    });
}
