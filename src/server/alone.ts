import { parseArgs } from 'node:util';
import { GRPC_PATH, REST_PATH } from '../endpoint.ts';
import { EXIT, explain } from '../errors.ts';
import { METHODS } from '../plan.ts';
import { startReference } from './reference.ts';
import type { Codec } from './spec.ts';

const USAGE = `usage: serve [--method ${METHODS.join('|')}] [--rest-port N] [--grpc-port N] [--keep-alive]\n`;

/**
 * The reference server by itself, until it is stopped: `--method predict --rest-port 9000 --grpc-port 9500`. Ports
 * that are not given are chosen by the kernel; the addresses are printed.
 */
export async function serveAlone(argv: readonly string[], codec: Codec): Promise<void> {
  try {
    const { method, restPort, grpcPort, connection } = parse(argv);
    const spec = { kind: 'reference', models: [method], connection, image: 'reference', delayMs: 0 } as const;
    const ports = (await startReference(spec, codec, { restPort, grpcPort })).ports[method];
    process.stdout.write(`REST http://127.0.0.1:${ports?.restPort}${REST_PATH}\n`);
    process.stdout.write(`gRPC 127.0.0.1:${ports?.grpcPort}${GRPC_PATH}\n`);
  } catch (error) {
    process.stderr.write(`${explain(error)}\n${USAGE}`);
    process.exitCode = EXIT.usage;
  }
}

function parse(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      method: { type: 'string', default: 'predict' },
      'rest-port': { type: 'string', default: '0' },
      'grpc-port': { type: 'string', default: '0' },
      'keep-alive': { type: 'boolean', default: false },
    },
  });
  const method = METHODS.find((name) => name === values.method);
  if (method === undefined) throw new Error(`expected --method to be ${METHODS.join(' or ')}, found ${values.method}`);
  return {
    method,
    restPort: parsePort('--rest-port', values['rest-port']),
    grpcPort: parsePort('--grpc-port', values['grpc-port']),
    connection: values['keep-alive'] ? ('keep-alive' as const) : ('close' as const),
  };
}

function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new Error(`expected ${name} to be a port from 0 to 65535, found ${text}`);
  return port;
}
