import type { Engine } from '../../arms/properties.ts';
import type { Method } from '../../plan.ts';
import { PORTS } from '../container/run-argv.ts';
import type { Amount } from './capacity.ts';

const PREDICTOR = 'default';
/** The model's, in its pod. */
export const CONTAINER = 'classifier';

/** Where a pod answers: the model itself, or Seldon's executor in front of it. */
const ENGINE_PORTS: Readonly<Record<Engine, { readonly rest: number; readonly grpc: number }>> = {
  none: PORTS,
  executor: { rest: 8000, grpc: 5001 },
};

/** What the executor asks for beside the model: as Seldon Core has it by default. */
export const ENGINE_RESOURCES: Readonly<Record<Engine, Amount>> = {
  none: { cpu: 0, memory: 0 },
  executor: { cpu: 500, memory: 512 },
};

export interface Model {
  /** Of the SeldonDeployment, and of the Service that leads to it. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly engine: Engine;
  /** Arguments of the container; null where the image brings its own. */
  readonly args: readonly string[] | null;
  /** Parameters of the model, as Seldon hands them to its class. */
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly type: string }[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether the cluster may fetch the image; else it has to be in the node. */
  readonly mayPull: boolean;
  /** Thousandths of a CPU that the scheduler keeps free for it. */
  readonly cpuRequest: number;
  readonly limits: Amount;
  /** Seconds until a model that does not start is given up by Kubernetes itself. */
  readonly startSeconds: number;
}

/** `prefix` keeps the run's objects apart from others in a namespace that is not its own. */
export function nameModel(prefix: string, arm: number, method: Method): string {
  return `${prefix}arm${arm}-${method.replaceAll('_', '-')}`;
}

/**
 * The SeldonDeployment that is measured: one model, by default without Seldon's own proxy, as in the notebook whose
 * figures are re-examined. What Seldon would add unasked is replaced: its probes ask the port that is measured and begin
 * after 20 seconds, and its preStop hook sleeps for 10.
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
          ...(model.engine === 'none' && { annotations: { 'seldon.io/no-engine': 'true' } }),
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

function describePod({ image, args, env, mayPull, cpuRequest, limits, startSeconds }: Model): object {
  const memory = `${limits.memory}Mi`;
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
        // One that is in the node: a registry that has another image of that name must not get a word in.
        imagePullPolicy: mayPull ? 'IfNotPresent' : 'Never',
        ...(args && { args }),
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
        resources: { requests: { cpu: `${cpuRequest}m`, memory }, limits: { cpu: `${limits.cpu}m`, memory } },
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
  model: Pick<Model, 'name' | 'namespace' | 'labels' | 'engine'>,
  nodePorts: { readonly rest: number; readonly grpc: number } | null,
): object {
  const port = (name: 'rest' | 'grpc'): object => ({
    name,
    port: ENGINE_PORTS[model.engine][name],
    targetPort: ENGINE_PORTS[model.engine][name],
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
