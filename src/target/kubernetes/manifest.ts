import type { Method } from '../../plan.ts';
import { PORTS } from '../container/run-argv.ts';

const PREDICTOR = 'default';
const CONTAINER = 'classifier';

export interface Model {
  /** Of the SeldonDeployment, and of the Service that leads to it. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  /** Arguments of the container; null where the image brings its own. */
  readonly args: readonly string[] | null;
  /** Parameters of the model, as Seldon hands them to its class. */
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly type: string }[];
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** Seconds until a model that does not start is given up by Kubernetes itself. */
  readonly startSeconds: number;
}

export interface Resources {
  /** Kubernetes' quantities. The scheduler keeps `cpuRequest` free; more than `cpuLimit` the model never gets. */
  readonly cpuRequest: string;
  readonly cpuLimit: string;
  /** Both what is kept free and what it gets at most. */
  readonly memory: string;
}

/** `predict_raw` as part of an object's name. */
export function nameModel(arm: number, method: Method): string {
  return `arm${arm}-${method.replaceAll('_', '-')}`;
}

/**
 * The SeldonDeployment that is measured: one model without Seldon's own proxy, as in the notebook whose figures are
 * re-examined. What Seldon would add unasked is replaced: its probes ask the port that is measured and begin after 20
 * seconds, and its preStop hook sleeps for 10.
 */
export function describeSeldonDeployment(model: Model): object {
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: { name: model.name, namespace: model.namespace, labels: model.labels },
    spec: {
      predictors: [
        {
          name: PREDICTOR,
          replicas: 1,
          annotations: { 'seldon.io/no-engine': 'true' },
          componentSpecs: [{ spec: describePod(model) }],
          graph: {
            name: CONTAINER,
            type: 'MODEL',
            endpoint: { type: 'REST' },
            children: [],
            parameters: model.parameters,
          },
        },
      ],
    },
  };
}

function describePod({ image, args, env, resources, startSeconds }: Model): object {
  const { cpuRequest, cpuLimit, memory } = resources;
  const tcp = { tcpSocket: { port: PORTS.metrics } };
  return {
    // The pod is gone as soon as it is not wanted: nobody is served by it who would have to be let down gently.
    terminationGracePeriodSeconds: 1,
    tolerations: [{ key: 'model', operator: 'Exists', effect: 'NoSchedule' }],
    // In memory: the wrapper's workers write there all the time, to show that they live.
    volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }],
    containers: [
      {
        name: CONTAINER,
        image,
        // It is in the node: a registry that has another image of that name must not get a word in.
        imagePullPolicy: 'Never',
        ...(args && { args }),
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
        resources: { requests: { cpu: cpuRequest, memory }, limits: { cpu: cpuLimit, memory } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        startupProbe: {
          httpGet: { path: '/health/ping', port: PORTS.rest },
          periodSeconds: 1,
          failureThreshold: startSeconds,
        },
        // Not on the ports that are measured: the one worker would have to answer them between two requests.
        readinessProbe: { ...tcp, periodSeconds: 5 },
        livenessProbe: { ...tcp, periodSeconds: 30 },
        lifecycle: { preStop: { exec: { command: ['true'] } } },
      },
    ],
  };
}

/**
 * The way to the model from outside. Without the label by which Seldon knows its own: it would delete a Service that
 * it did not make. `nodePorts` null: the cluster chooses.
 */
export function describeService(
  model: Pick<Model, 'name' | 'namespace' | 'labels'>,
  nodePorts: { readonly rest: number; readonly grpc: number } | null,
): object {
  const port = (name: 'rest' | 'grpc'): object => ({
    name,
    port: PORTS[name],
    targetPort: PORTS[name],
    protocol: 'TCP',
    ...(nodePorts && { nodePort: nodePorts[name] }),
  });
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: model.name, namespace: model.namespace, labels: model.labels },
    spec: {
      type: 'NodePort',
      // No detour over another node, and no rewriting of the caller's address.
      externalTrafficPolicy: 'Local',
      selector: { 'seldon-app': `${model.name}-${PREDICTOR}` },
      ports: [port('rest'), port('grpc')],
    },
  };
}
