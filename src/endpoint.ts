import { BlockList, isIP } from 'node:net';

/** Where the REST half of one deployed model listens. `path` is the whole path of the predictions resource. */
export interface RestEndpoint {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Where the gRPC half listens (HTTP/2 without TLS). `metadata` is sent with each call (an ingress routes by it). */
export interface GrpcEndpoint {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The two transports of one deployed model. A `url` target may lack one of them. */
export interface Endpoint {
  readonly rest?: RestEndpoint;
  readonly grpc?: GrpcEndpoint;
}

export const REST_PATH = '/api/v1.0/predictions';
export const GRPC_PATH = '/seldon.protos.Seldon/Predict';

/** What the wrapper's gRPC server takes at most in one message unless an annotation lifts it. */
export const GRPC_RECEIVE_LIMIT_BYTES = 4 * 1024 * 1024;

/** `host:port` as URLs and HTTP write it: an IPv6 address stands in brackets. */
export function authorityOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether an IP address is this machine's own: load goes nowhere else unasked. */
export function isLoopback(address: string): boolean {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
