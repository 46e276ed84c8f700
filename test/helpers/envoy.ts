import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startServerProgram } from '../../bench/peers/server-program.ts';
import { describeCluster } from './istio/envoy-config.ts';
import { createFolder, findProgram, skipWithout } from './real-server.ts';

const ADDRESS = '127.0.0.1';

export interface Upstreams {
  /** Ports on this machine: where HTTP/1.1 and HTTP/2 go, and one where nobody listens. */
  readonly rest: number;
  readonly grpc: number;
  readonly nobody: number;
}

/**
 * Envoy as it stands before a model in a cluster: one port for both protocols. Paths that begin with `/rest` go to the
 * HTTP/1.1 server, `/test.Wire/` to the gRPC server, `/lost` to nobody. Each of its connections ends after
 * `requestsPerConnection` (0: never) requests. Null after the test was skipped.
 */
export async function startEnvoy(t: TestContext, upstreams: Upstreams, requestsPerConnection: number) {
  const program = process.env.SELDON_BENCH_TEST_ENVOY || (await findProgram('envoy'));
  if (program === null) {
    skipWithout(t, 'envoy', 'there is no envoy on this machine, and SELDON_BENCH_TEST_ENVOY names none');
    return null;
  }
  const folder = await createFolder(t);
  const file = join(folder, 'envoy.json');
  return startServerProgram(
    program,
    async (port) => {
      await writeFile(file, JSON.stringify(configure(port, upstreams, requestsPerConnection)));
      // It would share memory with any other Envoy of this machine otherwise.
      return ['-c', file, '--concurrency', '1', '--use-dynamic-base-id', '--log-level', 'error'];
    },
    t.signal,
  );
}

function configure(port: number, upstreams: Upstreams, requestsPerConnection: number): object {
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'test',
    codec_type: 'AUTO',
    // The smallest that it allows.
    http2_protocol_options: { initial_stream_window_size: 65_535, initial_connection_window_size: 65_535 },
    common_http_protocol_options:
      requestsPerConnection > 0 ? { max_requests_per_connection: requestsPerConnection } : {},
    drain_timeout: '0.1s',
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            { match: { prefix: '/rest' }, route: { cluster: 'rest' } },
            { match: { prefix: '/test.Wire/' }, route: { cluster: 'grpc' } },
            { match: { prefix: '/lost' }, route: { cluster: 'nobody' } },
          ],
        },
      ],
    },
    http_filters: [
      {
        name: 'router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  return {
    static_resources: {
      listeners: [
        {
          name: 'test',
          address: { socket_address: { address: ADDRESS, port_value: port } },
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: [
        describeCluster('rest', upstreams.rest, { address: ADDRESS, isHttp2: false }),
        describeCluster('grpc', upstreams.grpc, { address: ADDRESS, isHttp2: true }),
        describeCluster('nobody', upstreams.nobody, { address: ADDRESS, isHttp2: true }),
      ],
    },
  };
}
