/** Envoy's configuration for the rules of VirtualServices, as far as Seldon Core and this project write such. */

export interface VirtualService {
  readonly spec: { readonly gateways: readonly string[]; readonly http: readonly Rule[] };
}

interface Rule {
  readonly match: readonly [
    {
      readonly uri: { readonly prefix?: string; readonly regex?: string };
      readonly headers?: Readonly<Record<string, { readonly exact: string }>>;
    },
  ];
  readonly rewrite?: { readonly uri: string };
  readonly route: readonly [{ readonly destination: Destination }];
}

export interface Destination {
  readonly host: string;
  readonly port: { readonly number: number };
}

export interface Upstream {
  readonly address: string;
  readonly isHttp2: boolean;
}

const V3 = 'type.googleapis.com/envoy.extensions';

/** What it starts with: one port for both versions of HTTP; routes and upstreams come from files beside it. */
export function describeBootstrap(folder: string, port: number): object {
  const watch = (file: string): object => ({
    resource_api_version: 'V3',
    path_config_source: { path: `${folder}/${file}`, watched_directory: { path: folder } },
  });
  const manager = {
    '@type': `${V3}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'ingress',
    codec_type: 'AUTO',
    rds: { route_config_name: 'routes', config_source: watch('routes.json') },
    http_filters: [{ name: 'router', typed_config: { '@type': `${V3}.filters.http.router.v3.Router` } }],
  };
  const address = { socket_address: { address: '0.0.0.0', port_value: port } };
  return {
    node: { id: 'ingress', cluster: 'ingress' },
    dynamic_resources: { cds_config: watch('clusters.json') },
    static_resources: {
      listeners: [{ name: 'http', address, filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }] }],
    },
  };
}

export function listDestinations(services: readonly VirtualService[]): Destination[] {
  return services.flatMap(({ spec }) => spec.http.map(({ route }) => route[0].destination));
}

export function describeRoutes(services: readonly VirtualService[]): object {
  const routes = services.flatMap(({ spec }) =>
    spec.http.map(({ match, rewrite, route }) => {
      const [{ uri, headers = {} }] = match;
      return {
        match: {
          ...(uri.prefix === undefined ? { safe_regex: { regex: uri.regex } } : { prefix: uri.prefix }),
          headers: Object.entries(headers).map(([name, { exact }]) => ({ name, string_match: { exact } })),
        },
        route: {
          cluster: nameCluster(route[0].destination),
          timeout: '0s',
          ...(rewrite && { prefix_rewrite: rewrite.uri }),
        },
      };
    }),
  );
  const table = {
    '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
    name: 'routes',
    virtual_hosts: [{ name: 'all', domains: ['*'], routes }],
  };
  return { resources: [table] };
}

/** One upstream, where one version of HTTP is spoken. */
export function describeClusters(upstreams: readonly (readonly [Destination, Upstream])[]): object {
  const resources = upstreams.map(([destination, upstream]) => ({
    '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    ...describeCluster(nameCluster(destination), destination.port.number, upstream),
  }));
  return { resources };
}

/** One upstream, where one version of HTTP is spoken. */
export function describeCluster(name: string, port: number, { address, isHttp2 }: Upstream): object {
  const endpoint = { address: { socket_address: { address, port_value: port } } };
  const options = {
    '@type': `${V3}.upstreams.http.v3.HttpProtocolOptions`,
    explicit_http_config: isHttp2 ? { http2_protocol_options: {} } : { http_protocol_options: {} },
  };
  return {
    name,
    type: 'STATIC',
    connect_timeout: '2s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
    typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': options },
  };
}

function nameCluster({ host, port }: Destination): string {
  return `${host}:${port.number}`;
}
