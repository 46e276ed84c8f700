import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Meta } from '../../../src/target/kubernetes/objects.ts';

/** What Seldon's operator (seen of 1.17.1) makes of a SeldonDeployment with one model, with or without its own proxy. */

export interface SeldonResource {
  readonly metadata: Meta & { readonly namespace: string };
  readonly spec: {
    readonly predictors: readonly [
      {
        readonly name: string;
        readonly replicas: number;
        readonly annotations?: Readonly<Record<string, string>>;
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

export function hasEngine({ spec }: SeldonResource): boolean {
  return spec.predictors[0].annotations?.['seldon.io/no-engine'] !== 'true';
}

export function buildDeployment(seldon: SeldonResource): object {
  const [{ name: predictor, replicas, annotations, componentSpecs }] = seldon.spec.predictors;
  const { spec } = componentSpecs[0];
  const [container] = spec.containers;
  const selected = {
    'seldon-deployment-id': seldon.metadata.name,
    'seldon-app': `${seldon.metadata.name}-${predictor}`,
    [`seldon-app-svc-${container.name}`]: `${seldon.metadata.name}-${predictor}-${container.name}`,
  };
  const labels = {
    ...selected,
    app: nameDeployment(seldon),
    version: predictor,
    fluentd: 'true',
    'seldon.io/model': 'true',
    'app.kubernetes.io/managed-by': 'seldon-core',
  };
  const scraped = { 'prometheus.io/path': '/prometheus', 'prometheus.io/scrape': 'true' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...describeChild(seldon, nameDeployment(seldon)), labels },
    spec: {
      replicas,
      selector: { matchLabels: selected },
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels, annotations: { ...annotations, ...scraped } },
        spec: {
          securityContext: { runAsUser: 8888 },
          ...spec,
          containers: [buildModel(seldon, container), ...(hasEngine(seldon) ? [buildEngine(container)] : [])],
        },
      },
    },
  };
}

function buildModel(seldon: SeldonResource, container: ContainerSpec): object {
  const port = (name: string, containerPort: number) => ({ name, containerPort, protocol: 'TCP' });
  return {
    ...container,
    ports: [port('metrics', 6000), port('http', 9000), port('grpc', 9500)],
    env: fillEnv(seldon, container),
  };
}

/** What the wrapper is told. Ports and parameters give way to what the SeldonDeployment says; all else has the last word. */
function fillEnv({ metadata, spec }: SeldonResource, { env = [], name, image }: ContainerSpec): object[] {
  const [{ name: predictor, graph }] = spec.predictors;
  const given = new Set(env.map((variable) => variable.name));
  const yielding = {
    PREDICTIVE_UNIT_SERVICE_PORT: '9000',
    PREDICTIVE_UNIT_HTTP_SERVICE_PORT: '9000',
    MLSERVER_HTTP_PORT: '9000',
    PREDICTIVE_UNIT_GRPC_SERVICE_PORT: '9500',
    MLSERVER_GRPC_PORT: '9500',
    ...(graph.parameters?.length && { PREDICTIVE_UNIT_PARAMETERS: JSON.stringify(graph.parameters) }),
  };
  const insisting = {
    PREDICTIVE_UNIT_ID: name,
    MLSERVER_MODEL_NAME: name,
    PREDICTIVE_UNIT_IMAGE: image,
    PREDICTOR_ID: predictor,
    PREDICTOR_LABELS: JSON.stringify({ version: predictor }),
    SELDON_DEPLOYMENT_ID: metadata.name,
    SELDON_EXECUTOR_ENABLED: 'true',
    PREDICTIVE_UNIT_METRICS_SERVICE_PORT: '6000',
    PREDICTIVE_UNIT_METRICS_ENDPOINT: '/prometheus',
  };
  const added = [...Object.entries(yielding).filter(([key]) => !given.has(key)), ...Object.entries(insisting)];
  return [
    ...env.filter((variable) => !(variable.name in insisting)),
    ...added.map(([key, value]) => ({ name: key, value })),
  ];
}

/** A program of ours in the place of Seldon's: it needs a Python, which the model's image has. */
function buildEngine({ image }: ContainerSpec): object {
  const resources = { cpu: '500m', memory: '512Mi' };
  return {
    name: 'seldon-container-engine',
    image,
    imagePullPolicy: 'Never',
    command: ['python3', '-c', readFileSync(join(import.meta.dirname, 'engine.py'), 'utf8')],
    ports: [
      { name: 'http', containerPort: 8000, protocol: 'TCP' },
      { name: 'grpc', containerPort: 5001, protocol: 'TCP' },
    ],
    resources: { requests: resources, limits: resources },
    readinessProbe: { tcpSocket: { port: 8000 }, periodSeconds: 1 },
    lifecycle: { preStop: { exec: { command: ['true'] } } },
  };
}

export function buildServices(seldon: SeldonResource): { readonly metadata: { readonly name: string } }[] {
  const [{ name: predictor, graph }] = seldon.spec.predictors;
  const base = `${seldon.metadata.name}-${predictor}`;
  const model = { http: 9000, grpc: 9500 };
  const build = (name: string, selector: Record<string, string>, ports: typeof model) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...describeChild(seldon, name),
      labels: { 'seldon-deployment-id': seldon.metadata.name, 'app.kubernetes.io/managed-by': 'seldon-core' },
    },
    spec: {
      type: 'ClusterIP',
      selector,
      ports: Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: port, protocol: 'TCP' })),
    },
  });
  return [
    build(`${base}-${graph.name}`, { [`seldon-app-svc-${graph.name}`]: `${base}-${graph.name}` }, model),
    build(base, { 'seldon-app': base }, hasEngine(seldon) ? { http: 8000, grpc: 5001 } : model),
  ];
}

export function describeChild({ metadata }: SeldonResource, name: string) {
  const owner = { apiVersion: 'machinelearning.seldon.io/v1', kind: 'SeldonDeployment', controller: true };
  return {
    name,
    namespace: metadata.namespace,
    ownerReferences: [{ ...owner, name: metadata.name, uid: metadata.uid, blockOwnerDeletion: true }],
  };
}
