import type { Meta } from '../../../src/target/kubernetes/objects.ts';

/** What Seldon's operator makes of a SeldonDeployment with one model and without its own proxy. */

export interface SeldonResource {
  readonly metadata: Meta & { readonly namespace: string };
  readonly spec: {
    readonly predictors: readonly [
      {
        readonly name: string;
        readonly replicas: number;
        readonly componentSpecs: readonly [{ readonly spec: PodSpec }];
        readonly graph: { readonly name: string; readonly parameters?: readonly unknown[] };
      },
    ];
  };
}

interface PodSpec {
  readonly containers: readonly [ContainerSpec];
}

interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

export function nameDeployment({ metadata, spec }: SeldonResource): string {
  const [{ name, componentSpecs }] = spec.predictors;
  return [metadata.name, name, '0', componentSpecs[0].spec.containers[0].name].join('-');
}

export function buildDeployment(seldon: SeldonResource): object {
  const [{ name: predictor, replicas, componentSpecs, graph }] = seldon.spec.predictors;
  const { spec } = componentSpecs[0];
  const [container] = spec.containers;
  const labels = {
    'seldon-deployment-id': seldon.metadata.name,
    app: nameDeployment(seldon),
    version: predictor,
    'seldon-app': `${seldon.metadata.name}-${predictor}`,
    [`seldon-app-svc-${container.name}`]: `${seldon.metadata.name}-${predictor}-${container.name}`,
    'app.kubernetes.io/managed-by': 'seldon-core',
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...describeChild(seldon, nameDeployment(seldon)), labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          securityContext: { runAsUser: 8888 },
          ...spec,
          containers: [
            {
              ...container,
              ports: [
                { name: 'http', containerPort: 9000, protocol: 'TCP' },
                { name: 'grpc', containerPort: 9500, protocol: 'TCP' },
                { name: 'metrics', containerPort: 6000, protocol: 'TCP' },
              ],
              env: fillEnv(container, graph),
            },
          ],
        },
      },
    },
  };
}

/** What the wrapper is told. What the SeldonDeployment says itself counts more. */
function fillEnv(
  { env = [], name, image }: ContainerSpec,
  graph: { readonly parameters?: readonly unknown[] },
): object[] {
  const given = new Set(env.map((variable) => variable.name));
  const added = Object.entries({
    PREDICTIVE_UNIT_SERVICE_PORT: '9000',
    PREDICTIVE_UNIT_HTTP_SERVICE_PORT: '9000',
    PREDICTIVE_UNIT_GRPC_SERVICE_PORT: '9500',
    PREDICTIVE_UNIT_METRICS_SERVICE_PORT: '6000',
    PREDICTIVE_UNIT_METRICS_ENDPOINT: '/prometheus',
    PREDICTIVE_UNIT_ID: name,
    PREDICTIVE_UNIT_IMAGE: image,
    ...(graph.parameters?.length && { PREDICTIVE_UNIT_PARAMETERS: JSON.stringify(graph.parameters) }),
    SELDON_EXECUTOR_ENABLED: 'true',
  });
  return [...env, ...added.filter(([key]) => !given.has(key)).map(([key, value]) => ({ name: key, value }))];
}

export function buildServices(seldon: SeldonResource): { readonly metadata: { readonly name: string } }[] {
  const [{ name: predictor, graph }] = seldon.spec.predictors;
  const base = `${seldon.metadata.name}-${predictor}`;
  const ports = [
    { name: 'http', port: 9000, targetPort: 9000, protocol: 'TCP' },
    { name: 'grpc', port: 9500, targetPort: 9500, protocol: 'TCP' },
  ];
  const build = (name: string, selector: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...describeChild(seldon, name), labels: { 'seldon-deployment-id': seldon.metadata.name } },
    spec: { type: 'ClusterIP', selector, ports },
  });
  return [
    build(`${base}-${graph.name}`, { [`seldon-app-svc-${graph.name}`]: `${base}-${graph.name}` }),
    build(base, { 'seldon-app': base }),
  ];
}

function describeChild({ metadata }: SeldonResource, name: string) {
  const owner = { apiVersion: 'machinelearning.seldon.io/v1', kind: 'SeldonDeployment', controller: true };
  return {
    name,
    namespace: metadata.namespace,
    ownerReferences: [{ ...owner, name: metadata.name, uid: metadata.uid }],
  };
}
