import { type Endpoint, GRPC_PATH, REST_PATH } from '../../endpoint.ts';

/** A model that answers on ports of this machine. */
export function loopbackEndpoint(ports: { readonly rest: number; readonly grpc: number }): Endpoint {
  return {
    rest: { host: '127.0.0.1', port: ports.rest, path: REST_PATH },
    grpc: { host: '127.0.0.1', port: ports.grpc, path: GRPC_PATH, metadata: {} },
  };
}
