import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { REST_PATH, type RestEndpoint } from '../../src/endpoint.ts';
import { ServerError } from '../../src/errors.ts';
import { startServerProgram } from './server-program.ts';

interface Nginx extends AsyncDisposable {
  readonly endpoint: RestEndpoint;
}

/**
 * nginx as one process, with its files in `folder`, answering every POST with `reply` once it has read the whole body
 * into memory. `return` alone would answer before the body is read; the mirror module reads it first. The request then
 * meets a handler that refuses POST without touching a file, and the refusal is turned into the reply.
 */
export async function startNginx(program: string, folder: string, reply: string, signal: AbortSignal): Promise<Nginx> {
  if (!/^[\x20-\x7e]*$/.test(reply) || /['$\\]/.test(reply)) throw new TypeError('the reply needs quoting for nginx');
  for (const name of TEMPORARY) await mkdir(join(folder, name), { recursive: true });
  const config = join(folder, 'nginx.conf');
  const server = await startServerProgram(
    program,
    async (port) => {
      await writeFile(config, configure(port, reply));
      return ['-e', 'stderr', '-p', folder, '-c', config];
    },
    signal,
  );
  return {
    endpoint: { host: '127.0.0.1', port: server.port, path: REST_PATH },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const TEMPORARY = ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;

function configure(port: number, reply: string): string {
  const folders = TEMPORARY.map((name) => (name === 'body' ? 'client_body' : name))
    .map((module, i) => `  ${module}_temp_path ${TEMPORARY[i]};`)
    .join('\n');
  return `daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events { worker_connections 64; }
http {
  access_log off;
  default_type application/json;
  keepalive_requests 1000000000;
  client_max_body_size 16m;
  client_body_buffer_size 16m;
  client_body_in_single_buffer on;
${folders}
  server {
    listen 127.0.0.1:${port};
    location = ${REST_PATH} {
      mirror /read;
      empty_gif;
      error_page 405 =200 @reply;
    }
    location = /read { internal; return 204; }
    location @reply { return 200 '${reply}'; }
  }
}
`;
}

/** How long a server gets to answer before it should. */
const EARLY_MS = 200;

/** Throws where the server answers `bytes`, a whole request, before it was sent their last one, or never. */
export async function checkReadsBody(endpoint: RestEndpoint, bytes: Uint8Array): Promise<void> {
  const socket = connect(endpoint.port, endpoint.host);
  try {
    let answered = false;
    socket.once('readable', () => {
      answered = true;
    });
    socket.write(bytes.subarray(0, -1));
    await sleep(EARLY_MS);
    if (answered) throw new ServerError('expected nginx to read the whole body first, found that it answers before');
    socket.end(bytes.subarray(-1));
    const reply = await text(socket);
    if (!reply.startsWith('HTTP/1.1 200 ')) throw new ServerError(`expected status 200, found ${reply.slice(0, 100)}`);
  } finally {
    socket.destroy();
  }
}
