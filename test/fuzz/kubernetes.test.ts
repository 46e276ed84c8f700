import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ServerError, UserError } from '../../src/errors.ts';
import type { KubeApi } from '../../src/target/kubernetes/api.ts';
import { describeRoom, doFit, parseCpu, parseMemory, readRooms } from '../../src/target/kubernetes/capacity.ts';
import { deployModel } from '../../src/target/kubernetes/deploy.ts';
import { gatherEvidence } from '../../src/target/kubernetes/evidence.ts';
import { findIngress, readRoute } from '../../src/target/kubernetes/ingress.ts';
import { listManagers } from '../../src/target/kubernetes/manager.ts';
import { applyManifestFile } from '../../src/target/kubernetes/manifest-file.ts';
import { joinNamespace } from '../../src/target/kubernetes/namespace.ts';
import { findClusterNetwork, readContainer } from '../../src/target/kubernetes/network.ts';
import { waitForNode } from '../../src/target/kubernetes/node.ts';
import { routeNullServer } from '../../src/target/kubernetes/null-ingress.ts';
import { startNullPod } from '../../src/target/kubernetes/null-pod.ts';
import { redactKeys } from '../../src/target/kubernetes/redact.ts';
import { isAvailable, readSnapshot } from '../../src/target/kubernetes/rollout.ts';
import { findTrouble } from '../../src/target/kubernetes/trouble.ts';
import { readVersion } from '../../src/target/kubernetes/version.ts';
import { createTestHost } from '../target/helpers.ts';
import { useFakeProgram } from '../target/kubernetes/fake-program.ts';
import { sampleModel } from '../target/kubernetes/sample-model.ts';
import { crdFile } from '../target/kubernetes/test-cluster.ts';
import { listPlaces, spoil, spoilings } from './spoil.ts';

const ready = [{ type: 'Ready', status: 'True' }];
/** What a cluster answers, by the last word of the path. */
const CLUSTER = {
  m: {
    metadata: { name: 'm', uid: 'u', labels: { a: 'b' } },
    status: { state: 'Available', description: 'd', conditions: [{ ...ready[0], reason: 'r', message: 'why' }] },
  },
  deployments: {
    items: [
      {
        metadata: { name: 'm-0', namespace: 'n', generation: 1, annotations: { 'meta.helm.sh/release-name': 'x' } },
        status: {
          ...{ observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
          conditions: [{ type: 'ReplicaFailure', status: 'False' }],
        },
      },
    ],
  },
  pods: {
    items: [
      {
        metadata: { name: 'm-0-1', uid: 'p', labels: {} },
        spec: {
          containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '250m', memory: '1Gi' } } }],
          nodeName: 'n',
        },
        status: {
          ...{ phase: 'Running', qosClass: 'Guaranteed', conditions: ready },
          containerStatuses: [
            {
              ...{ name: 'c', imageID: 'sha256:1', containerID: 'containerd://1', ready: true, restartCount: 1 },
              state: { running: {}, waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
              lastState: { terminated: { exitCode: 1, reason: 'Error' } },
            },
          ],
        },
      },
    ],
  },
  events: {
    items: [
      {
        ...{ type: 'Warning', reason: 'InternalError', message: 'no' },
        involvedObject: { kind: 'SeldonDeployment', name: 'm' },
      },
    ],
  },
  nodes: {
    items: [
      {
        metadata: { name: 'n', uid: 'n' },
        spec: { unschedulable: false, taints: [{ key: 'k', effect: 'PreferNoSchedule' }] },
        status: { conditions: ready, allocatable: { cpu: '4', memory: '8Gi' } },
      },
    ],
  },
  n: {
    metadata: { name: 'n' },
    status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }], conditions: ready },
  },
  services: {
    items: [
      {
        metadata: { name: 'gateway', namespace: 'istio' },
        spec: { ports: [{ name: 'http2', port: 80, nodePort: 30_080 }], selector: { istio: 'ingress' } },
      },
    ],
  },
  version: { major: '1', minor: '30', gitVersion: 'v1.30.0' },
};
const PLACES = listPlaces(CLUSTER);

function answer(cluster: unknown): KubeApi {
  const get = async (path: string): Promise<never> => {
    const word = path.split('?', 1)[0]?.split('/').at(-1) ?? '';
    return (word === 'log' ? 'the log' : (cluster as Record<string, unknown>)[word]) as never;
  };
  return { get, find: get } as unknown as KubeApi;
}

const model = { name: 'm', namespace: 'n' };

/** All that a run reads of a cluster, each by itself. */
const READERS: readonly [string, (api: KubeApi) => Promise<unknown>][] = [
  [
    'its models',
    async (api) => {
      const snapshot = await readSnapshot(api, model);
      findTrouble(snapshot);
      isAvailable(snapshot, 'i');
      readRoute(snapshot.seldon);
      return gatherEvidence(api, 'n', snapshot);
    },
  ],
  [
    'its room',
    async (api) => {
      const rooms = await readRooms(api);
      return [doFit(rooms, [{ cpu: 100, memory: 100 }]), describeRoom(rooms)];
    },
  ],
  ['its node', (api) => waitForNode(api, AbortSignal.timeout(5000), 0)],
  ['its addresses', (api) => findClusterNetwork(api, null).locate(1, 'n')],
  ['its ingress', (api) => findIngress(api, findClusterNetwork(api, null))],
  ['its managers', listManagers],
  ['its version', (api) => readVersion(api, '1.19.0', createTestHost())],
];

for (const [what, read] of READERS) {
  test(`a cluster tells of ${what}, and whatever else it says is a ServerError with advice`, async () => {
    await read(answer(CLUSTER));
    await fc.assert(
      fc.asyncProperty(spoilings, async (list) => {
        try {
          await read(answer(spoil(CLUSTER, PLACES, list)));
        } catch (error) {
          assert.ok(error instanceof ServerError, (error as Error).stack);
          assert.match(error.message, /^expected /);
        }
      }),
      { numRuns: 400, seed: 201 },
    );
    for (const reply of [null, undefined, '', '<html>', 7, [], {}, { items: {} }, { items: [null] }]) {
      const cluster = Object.fromEntries(Object.keys(CLUSTER).map((word) => [word, reply]));
      await read(answer(cluster)).catch((error: unknown) => assert.ok(error instanceof ServerError, String(error)));
    }
  });
}

test('evidence is a line for each pod, the warnings, and the last lines of what is in trouble', async () => {
  const api = answer(CLUSTER);
  assert.deepEqual(await gatherEvidence(api, 'n', await readSnapshot(api, model)), [
    'pod m-0-1: Running; c CrashLoopBackOff, restarts 1',
    'event m: InternalError: no',
    'the log',
  ]);
});

test('what a run takes up from a reply is what was asked for, or a ServerError', async (t) => {
  await useFakeProgram(t, 'docker', []);
  const host = createTestHost();
  const containerStatuses = [{ name: 'c', ready: true, restartCount: 0, state: { running: {} } }];
  const pod = { metadata: { name: 'p' }, spec: { containers: [] }, status: { containerStatuses } };
  const network = findClusterNetwork({} as never, '127.0.0.1');
  const namespace = { name: 'n', prefix: '', labels: {} };
  const program = { node: 'n', folder: '/f', command: () => [] };
  const replies = [
    ...['', '<html>', 7, [], {}, { spec: null, metadata: 'm', resources: {} }],
    { spec: { ports: {}, gateways: 'g' }, metadata: { name: 7 }, resources: [null] },
    { spec: { ports: [{ name: 'rest', port: 9000 }], gateways: [7] }, metadata: [], resources: [{ name: 'pods' }] },
  ];
  for (const reply of replies) {
    const say = async (path: string): Promise<unknown> => (path.includes('/pods/') ? pod : reply);
    const api = { get: say, find: say, apply: say, remove: async () => {} } as unknown as KubeApi;
    const place = { api, network, behind: null, namespace, program, image: 'i', name: 'null' };
    const ingress = { addresses: [{ host: '127.0.0.1', port: 1 }] };
    for (const work of [
      () => deployModel(sampleModel, { api, network, nodePorts: null, ingress: null }, host),
      () => startNullPod([], place, host),
      () => routeNullServer([], place, { ingress, model: 'm' }, host),
      () => joinNamespace(api, { kubeconfig: '', context: '' }, 'n', host),
      () => applyManifestFile(crdFile, 'n', api, host),
    ]) {
      await assert.rejects(work(), {
        name: 'ServerError',
        message: /^expected a [\w ]+ from the Kubernetes API, and its reply.* to be an? /,
      });
    }
  }
});

test('lists that are null or empty are empty', async () => {
  const cluster = { ...CLUSTER, pods: { items: null }, events: { items: [] }, deployments: {} };
  const { pods, events, deployments } = await readSnapshot(answer(cluster), model);
  assert.deepEqual([pods, events, deployments], [[], [], []]);
});

test('any text is a quantity or a ServerError', () => {
  const quantity = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789.eE+-mkMGTPiKnu '), maxLength: 40 }),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(quantity, (text) => {
      for (const parse of [parseCpu, parseMemory]) {
        try {
          assert.ok(Number.isFinite(parse(text)));
        } catch (error) {
          assert.ok(error instanceof ServerError, String(error));
        }
      }
    }),
    { numRuns: 300, seed: 203 },
  );
});

test('what docker says of a container is read, or is a ServerError', () => {
  const inspected = [
    {
      NetworkSettings: {
        Networks: { kind: { IPAddress: '172.18.0.2' }, none: { IPAddress: '' } },
        Ports: {
          '30010/tcp': [{ HostIp: '127.0.0.1', HostPort: '40000' }],
          '6443/tcp': [{ HostIp: '::1', HostPort: '40001' }],
          '80/tcp': null,
        },
      },
    },
  ];
  assert.deepEqual(readContainer(JSON.stringify(inspected)), {
    addresses: ['172.18.0.2'],
    ports: new Map([[30_010, 40_000]]),
  });
  const places = listPlaces(inspected);
  const texts = fc.oneof(
    spoilings.map((list) => JSON.stringify(spoil(inspected, places, list))),
    fc.json(),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const { addresses, ports } = readContainer(text);
        assert.ok(addresses.every((address) => typeof address === 'string'));
        assert.ok([...ports].flat().every((port) => Number.isInteger(port)));
      } catch (error) {
        assert.ok(error instanceof UserError, (error as Error).stack);
      }
    }),
    { numRuns: 800, seed: 205 },
  );
});

test('keys are left out in time that grows with the text, not with its square', () => {
  const jwt = `eyJ${'a'.repeat(30)}.eyJ${'b'.repeat(300)}.${'c'.repeat(340)}`;
  assert.equal(redactKeys(`x ${jwt} y`), 'x [redacted] y');
  const beginnings = [
    'eyJaaaaaaaaaa-',
    'eyJaaaaaaaaaa.eyJ-',
    '-----BEGIN ',
    'bearer ',
    'token-',
    'a://a:',
    'LS0tLS1CRUdJTi',
  ];
  for (const beginning of beginnings) {
    const timeOf = (count: number): number => {
      const before = process.cpuUsage();
      redactKeys(beginning.repeat(count));
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    timeOf(1000);
    const [short, long] = [timeOf(5000), timeOf(40_000)];
    // Eight times the text; its square would take 64 times as long. Of CPU time, which other programs do not lengthen much.
    assert.ok(long < 30 * Math.max(short, 5), `${beginning}: ${short} ms, ${long} ms`);
  }
});
