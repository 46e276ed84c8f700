import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';

/** Takes what a client sends; throws when the client must be disconnected. The bytes are overwritten afterwards. */
export type OnBytes = (bytes: Buffer) => void;

export interface ByteServer {
  readonly server: Server;
  /** Stops listening and drops the connections. */
  close(): void;
}

/**
 * A TCP server that costs next to nothing: all connections are read into one buffer. Node gives each piece that it
 * reads a new buffer otherwise, and collecting those takes longer than receiving a large request.
 */
export function createByteServer(serve: (socket: Socket) => OnBytes): ByteServer {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
    let onBytes: OnBytes = () => {};
    const socket = readInto(buffer, accepted, (bytes) => {
      try {
        onBytes(bytes);
      } catch {
        socket.destroy();
      }
    });
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Resets are the client's affair; the socket closes itself.
    socket.on('error', () => {});
    onBytes = serve(socket);
  });
  return {
    server,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const READ_BYTES = 256 * 1024;

/**
 * Node offers a buffer of one's own (`onread`) to sockets that connect, and not to those that are accepted: so the
 * accepted connection is wrapped in a new socket. Where Node should no longer allow it, ordinary reading must do.
 */
function readInto(buffer: Buffer, accepted: Socket, onBytes: OnBytes): Socket {
  const handle = (accepted as unknown as { _handle?: unknown })._handle;
  if (!handle) return accepted.on('data', onBytes).resume();
  const onread = {
    buffer,
    callback: (length: number) => {
      onBytes(buffer.subarray(0, length));
      return true;
    },
  };
  return new Socket({ handle, onread } as unknown as SocketConstructorOpts);
}

/** Writes, and reads no more while the client does not: its replies must not fill our memory. */
export function writeOrPause(socket: Socket, bytes: Uint8Array): void {
  if (socket.write(bytes) || socket.isPaused()) return;
  socket.pause();
  socket.once('drain', () => socket.resume());
}
