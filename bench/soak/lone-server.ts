import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { workerScript } from '../../src/assets.ts';
import type { ModelPorts } from '../../src/server/spec.ts';

/** The embedded server by itself, with an inspector on a port of its own. */
interface LoneServer extends AsyncDisposable {
  readonly pid: number;
  readonly ports: ModelPorts;
  readonly inspector: string;
}

/** Rejects where it ends before it has told its three addresses. */
export async function startLoneServer(): Promise<LoneServer> {
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', workerScript, 'serve'], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const find = async (stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> => {
    for await (const line of createInterface(stream)) {
      const found = pattern.exec(line)?.[1];
      if (found !== undefined) return found;
    }
    throw new Error(`expected the server to say ${pattern}, found its end`);
  };
  try {
    const inspector = await find(child.stderr, /(ws:\S+)/);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const restPort = Number(/:(\d+)\//.exec((await lines.next()).value ?? '')?.[1]);
    const grpcPort = Number(/:(\d+)\//.exec((await lines.next()).value ?? '')?.[1]);
    if (!(restPort > 0 && grpcPort > 0)) throw new Error('expected the server to tell two addresses');
    child.stderr.resume();
    return {
      pid: child.pid as number,
      ports: { restPort, grpcPort },
      inspector,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
        await exited;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
