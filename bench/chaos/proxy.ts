import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createFrameCutter } from '../../src/http2/frame-cutter.ts';
import { FRAME, PREFACE } from '../../src/http2/frames.ts';

/**
 * What becomes of a reply's bytes on their way: `reset` and `cut` end the connection, before the first byte or in the
 * middle; `garbage` puts other bytes in their place; `stall` keeps them for ever; with `piecesEveryMs` they come in
 * eight pieces, each so much later than the one before, with `lateMs` all at once, but so much later.
 */
export type Trouble =
  | 'none'
  | 'reset'
  | 'cut'
  | 'garbage'
  | 'stall'
  | { readonly piecesEveryMs: number }
  | { readonly lateMs: number };

interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Asked for each piece of a reply; `request` counts those of its connection, from 1. */
  trouble: (request: number) => Trouble;
  /** Requests that reached the server: a report cannot have more answers. */
  requests(): number;
}

const GARBAGE = Buffer.from('\u0000\u0001!!ceci n\u2019est pas une r\u00e9ponse!!\r\n\r\n\u00ff'.repeat(40), 'utf8');
const PIECES = 8;

/** Stands between the tool and a server on loopback, and does to the replies what it is told. */
export async function startProxy(transport: 'rest' | 'grpc', toPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let requests = 0;
  let trouble: Proxy['trouble'] = () => 'none';
  const server = createServer((client) => {
    const upstream = connect(toPort, '127.0.0.1');
    let asked = 0;
    const count = countRequests(transport, () => {
      asked += 1;
      requests += 1;
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay());
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes) => {
      count(bytes);
      upstream.write(bytes);
    });
    const slow = createSlowWriter(client);
    upstream.on('data', (bytes) => passOn(bytes, trouble(asked), client, slow));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => slow.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get trouble() {
      return trouble;
    },
    set trouble(next) {
      trouble = next;
    },
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type SlowWriter = ReturnType<typeof createSlowWriter>;

function passOn(bytes: Buffer, trouble: Trouble, client: Socket, slow: SlowWriter): void {
  if (trouble === 'none') slow.write([bytes], 0);
  else if (trouble === 'reset') client.resetAndDestroy();
  else if (trouble === 'garbage') client.write(GARBAGE);
  else if (trouble === 'cut') client.end(bytes.subarray(0, bytes.length >> 1));
  else if (trouble === 'stall') slow.hold();
  else if ('lateMs' in trouble) slow.write([bytes], trouble.lateMs);
  else slow.write(cutInPieces(bytes), trouble.piecesEveryMs);
}

function cutInPieces(bytes: Buffer): Buffer[] {
  const size = Math.ceil(bytes.length / PIECES);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

/** Writes in order, with pauses before the pieces that are to be late, and ends the socket when all is written. */
function createSlowWriter(socket: Socket) {
  let turn: Promise<void> = Promise.resolve();
  const add = (work: () => void, pauseMs: number): void => {
    turn = turn.then(async () => {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (!socket.destroyed) work();
    });
  };
  let held = false;
  return {
    write(pieces: readonly Buffer[], pauseMs: number) {
      for (const piece of pieces) add(() => socket.write(piece), pauseMs);
    },
    /** From now on nothing comes any more, not even the end. */
    hold() {
      held = true;
    },
    end() {
      if (!held) add(() => socket.end(), 0);
    },
  };
}

function countRequests(transport: 'rest' | 'grpc', onRequest: () => void): (bytes: Buffer) => void {
  // The tool writes the head of a REST request in one piece, and its bodies are JSON.
  if (transport === 'rest') return (bytes) => void (bytes.subarray(0, 5).toString('latin1') === 'POST ' && onRequest());
  let toSkip = PREFACE.length;
  const cut = createFrameCutter((type) => {
    if (type === FRAME.headers) onRequest();
  });
  return (bytes) => {
    const skipped = Math.min(toSkip, bytes.length);
    toSkip -= skipped;
    cut(bytes.subarray(skipped));
  };
}
