import { ServerError } from '../../errors.ts';
import type {
  Deployment,
  GatewayService,
  KubeEvent,
  Labelled,
  List,
  Meta,
  Node,
  Pod,
  Resources,
  SeldonDeployment,
  Service,
  Version,
  VirtualService,
} from './objects.ts';

/**
 * A reply as the list that it should be. Something between us and the cluster may answer in its place, and then a
 * ServerError says which field is not what Kubernetes writes.
 */
export function expectItems<K extends Kind>(kind: K, reply: unknown): readonly Kinds[K][] {
  const where = `a list of ${kind}s`;
  requireShape(reply, { 'items?': [] }, where, 'reply');
  const items = (reply as Partial<List<Kinds[K]>>).items ?? [];
  for (const [i, item] of items.entries()) requireShape(item, SHAPES[kind], where, `items.${i}`);
  return items;
}

/** The same for one object. */
export function expectObject<K extends Kind>(kind: K, reply: unknown): Kinds[K] {
  requireShape(reply, SHAPES[kind], `a ${kind}`, 'reply');
  return reply as Kinds[K];
}

interface Kinds {
  pod: Pod;
  node: Node;
  Deployment: Deployment;
  SeldonDeployment: SeldonDeployment;
  event: KubeEvent;
  namespace: { readonly metadata: Meta };
  Service: GatewayService;
  'NodePort Service': Service;
  VirtualService: VirtualService;
  manager: Labelled;
  'list of resources': Resources;
  version: Version;
}
type Kind = keyof Kinds;

/** What is read of an object. With a question mark: may be absent. `*`: under any name. A list holds one shape, or any. */
type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'object'
  | readonly []
  | readonly [Shape]
  | { readonly [field: string]: Shape };

const TEXTS: Shape = { '*': 'string' };
const META: Shape = {
  ...{ name: 'string', 'uid?': 'string', 'generation?': 'number', 'labels?': TEXTS, 'deletionTimestamp?': 'string' },
};
const CONDITIONS: Shape = [{ type: 'string', status: 'string', 'reason?': 'string', 'message?': 'string' }];
const STATE: Shape = {
  'running?': 'object',
  'waiting?': { 'reason?': 'string', 'message?': 'string' },
  'terminated?': { exitCode: 'number', 'reason?': 'string' },
};
const STATUSES: Shape = [
  {
    ...{ name: 'string', ready: 'boolean', restartCount: 'number' },
    ...{ 'imageID?': 'string', 'containerID?': 'string', 'state?': STATE, 'lastState?': STATE },
  },
];

const SHAPES: Readonly<Record<Kind, Shape>> = {
  pod: {
    metadata: META,
    spec: {
      containers: [{ name: 'string', image: 'string', 'resources?': { 'requests?': TEXTS } }],
      'nodeName?': 'string',
    },
    'status?': { 'phase?': 'string', 'qosClass?': 'string', 'conditions?': CONDITIONS, 'containerStatuses?': STATUSES },
  },
  node: {
    metadata: META,
    'spec?': { 'unschedulable?': 'boolean', 'taints?': [{ key: 'string', effect: 'string' }] },
    'status?': {
      'conditions?': CONDITIONS,
      'allocatable?': TEXTS,
      'addresses?': [{ type: 'string', address: 'string' }],
    },
  },
  Deployment: { metadata: META, 'status?': { 'conditions?': CONDITIONS } },
  SeldonDeployment: {
    metadata: META,
    'status?': { 'state?': 'string', 'description?': 'string', 'conditions?': CONDITIONS },
  },
  event: {
    ...{ 'type?': 'string', 'reason?': 'string', 'message?': 'string' },
    involvedObject: { 'kind?': 'string', 'name?': 'string' },
  },
  namespace: { metadata: META },
  Service: {
    metadata: { name: 'string', namespace: 'string' },
    spec: { ports: [{ 'name?': 'string', port: 'number', 'nodePort?': 'number' }], 'selector?': TEXTS },
  },
  'NodePort Service': { spec: { ports: [{ name: 'string', port: 'number', nodePort: 'number' }] } },
  VirtualService: { spec: { gateways: ['string'] } },
  manager: { metadata: { name: 'string', namespace: 'string', 'annotations?': TEXTS } },
  'list of resources': { resources: [{ name: 'string', kind: 'string', namespaced: 'boolean' }] },
  version: { major: 'string', minor: 'string', gitVersion: 'string' },
};

/** Throws ServerError. */
function requireShape(value: unknown, shape: Shape, what: string, path: string): void {
  if (typeof shape === 'string') {
    if (typeof value !== shape || value === null) throw explain(value, shape, what, path);
    return;
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw explain(value, 'list', what, path);
    const [item] = shape as readonly [Shape?];
    if (item === undefined) return;
    for (const [i, one] of value.entries()) requireShape(one, item, what, `${path}.${i}`);
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw explain(value, 'object', what, path);
  for (const [name, field] of Object.entries(shape)) {
    const key = name.replace('?', '');
    const fields = value as Record<string, unknown>;
    for (const each of key === '*' ? Object.keys(fields) : [key]) {
      const own = fields[each];
      // What has no items, or is none, may be written as null.
      if (name !== key && (own === undefined || (own === null && Array.isArray(field)))) continue;
      requireShape(own, field, what, key === '*' ? path : `${path}.${key}`);
    }
  }
}

function explain(value: unknown, wanted: string, what: string, path: string): ServerError {
  const found = value === undefined || value === null ? 'nothing' : Array.isArray(value) ? 'list' : typeof value;
  return new ServerError(
    `expected ${what} from the Kubernetes API, and its ${path} to be ${wanted === 'object' ? 'an' : 'a'} ${wanted}; found ${found}. ` +
      'See whether the kubeconfig leads to a cluster, and not to something in front of it.',
  );
}
