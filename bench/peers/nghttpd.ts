import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GrpcEndpoint } from '../../src/endpoint.ts';
import { startServerProgram } from './server-program.ts';

interface Nghttpd extends AsyncDisposable {
  readonly endpoint: GrpcEndpoint;
}

/** The name's end decides the content type. */
const PATH = '/seldon.protos.Seldon/Predict.grpc';

/**
 * nghttpd with one worker, answering every call with `message` (a gRPC message with its prefix) and status 0 in the
 * trailers, once the request is in. `windowBits` sets what it lets a client send ahead, per stream and per connection;
 * null leaves HTTP/2's 65 535 bytes.
 */
export async function startNghttpd(
  program: string,
  folder: string,
  message: Uint8Array,
  windowBits: number | null,
  signal: AbortSignal,
): Promise<Nghttpd> {
  const file = join(folder, PATH);
  const types = join(folder, 'mime.types');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, message);
  await writeFile(types, 'application/grpc grpc\n');
  const windows = windowBits === null ? [] : [`--window-bits=${windowBits}`, `--connection-window-bits=${windowBits}`];
  const how = ['--no-tls', '--address=127.0.0.1', '--workers=1', `--htdocs=${folder}`, `--mime-types-file=${types}`];
  const server = await startServerProgram(
    program,
    async (port) => [...how, '--trailer=grpc-status: 0', ...windows, String(port)],
    signal,
  );
  return {
    endpoint: { host: '127.0.0.1', port: server.port, path: PATH, metadata: {} },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
