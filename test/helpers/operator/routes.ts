import { describeChild, hasEngine, type SeldonResource } from './children.ts';

/** What Seldon's operator (seen of 1.17.1) makes of a SeldonDeployment for Istio. */

const API = 'networking.istio.io/v1alpha3';

export function buildVirtualService(seldon: SeldonResource, gateway: string): object {
  const { name, namespace } = seldon.metadata;
  const [{ name: predictor }] = seldon.spec.predictors;
  const route = (number: number): object[] => {
    const host = `${name}-${predictor}.${namespace}.svc.cluster.local`;
    return [{ destination: { host, subset: predictor, port: { number } } }];
  };
  const headers = { seldon: { exact: name }, namespace: { exact: namespace } };
  return {
    apiVersion: API,
    kind: 'VirtualService',
    metadata: describeChild(seldon, name),
    spec: {
      hosts: ['*'],
      gateways: [gateway],
      http: [
        {
          match: [{ uri: { prefix: `/seldon/${namespace}/${name}/` } }],
          rewrite: { uri: '/' },
          route: route(hasEngine(seldon) ? 8000 : 9000),
        },
        {
          match: [{ uri: { regex: '.*tensorflow.*|.*seldon.protos.*|.*inference.*' }, headers }],
          route: route(hasEngine(seldon) ? 5001 : 9500),
        },
      ],
    },
  };
}

export function buildDestinationRule(seldon: SeldonResource): { readonly metadata: { readonly name: string } } {
  const { name, namespace } = seldon.metadata;
  const [{ name: predictor }] = seldon.spec.predictors;
  const rule = {
    apiVersion: API,
    kind: 'DestinationRule',
    metadata: describeChild(seldon, `${name}-${predictor}`),
    spec: {
      host: `${name}-${predictor}.${namespace}.svc.cluster.local`,
      subsets: [{ name: predictor, labels: { version: predictor } }],
      trafficPolicy: { connectionPool: { http: { idleTimeout: '60s' } } },
    },
  };
  return rule;
}
