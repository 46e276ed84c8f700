import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHODS } from '../../../src/plan.ts';
import type { KubeApi } from '../../../src/target/kubernetes/api.ts';
import {
  chooseCpuRequest,
  describeRoom,
  doFit,
  listRooms,
  parseCpu,
  parseMemory,
} from '../../../src/target/kubernetes/capacity.ts';
import { describeSeldonDeployment, describeService, nameModel } from '../../../src/target/kubernetes/manifest.ts';
import { findClusterNetwork } from '../../../src/target/kubernetes/network.ts';
import type { Deployment, Node, Pod, SeldonDeployment } from '../../../src/target/kubernetes/objects.ts';
import { isAvailable } from '../../../src/target/kubernetes/rollout.ts';
import { sampleModel } from './sample-model.ts';

test('names of models are names that Kubernetes takes, and leave room for what Seldon adds', () => {
  for (const method of METHODS)
    assert.match(`${nameModel('sb-01234567-', 63, method)}-default-0-classifier`, /^[a-z0-9-]{1,63}$/);
});

interface ServiceText {
  readonly metadata: { readonly labels: unknown };
  readonly spec: { readonly selector: unknown; readonly ports: readonly { readonly nodePort: number }[] };
}

test('the Service that leads to the model has no label by which Seldon would take it for its own', () => {
  const service = describeService(sampleModel, { rest: 30010, grpc: 30011 }) as ServiceText;
  assert.deepEqual(service.metadata.labels, sampleModel.labels);
  assert.deepEqual(service.spec.selector, { 'seldon-app': 'arm0-predict-default' });
  assert.deepEqual(
    service.spec.ports.map(({ nodePort }) => nodePort),
    [30010, 30011],
  );
});

test('probes keep away from the ports that are measured, but for the one that waits for the start', () => {
  const text = JSON.stringify(describeSeldonDeployment(sampleModel));
  const pod = JSON.parse(text).spec.predictors[0].componentSpecs[0].spec;
  const [container] = pod.containers;
  assert.equal(container.readinessProbe.tcpSocket.port, 6000);
  assert.equal(container.livenessProbe.tcpSocket.port, 6000);
  assert.equal(container.startupProbe.failureThreshold, sampleModel.startSeconds);
  assert.deepEqual(container.lifecycle, { preStop: { exec: { command: ['true'] } } });
});

test('a container can do no more than it has to, and an image that has to be in the node is not fetched', () => {
  const read = (changes: Partial<typeof sampleModel>) => {
    const [predictor] = JSON.parse(JSON.stringify(describeSeldonDeployment({ ...sampleModel, ...changes }))).spec
      .predictors;
    return { ...predictor, container: predictor.componentSpecs[0].spec.containers[0] };
  };
  const { container, annotations } = read({});
  const least = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
  assert.deepEqual(container.securityContext, least);
  assert.equal(container.imagePullPolicy, 'Never');
  assert.deepEqual(annotations, { 'seldon.io/no-engine': 'true' });
  assert.equal(read({ mayPull: true }).container.imagePullPolicy, 'IfNotPresent');
  assert.equal(read({ engine: 'executor' }).annotations, undefined);
});

test('an image with a command of its own gets none', () => {
  assert.ok(!JSON.stringify(describeSeldonDeployment({ ...sampleModel, args: null })).includes('"args"'));
});

test('CPU and memory are counted as Kubernetes writes them', () => {
  assert.deepEqual(['250m', '1', '0.5', undefined].map(parseCpu), [250, 1000, 500, 0]);
  assert.deepEqual(['1Gi', '512Mi', '1048576', '2048Ki', '2Pi', undefined].map(parseMemory), [
    1024,
    512,
    1,
    2,
    2 ** 31,
    0,
  ]);
  assert.equal(parseMemory('128974848000m'), 123);
  assert.equal(parseMemory('1048576e0'), 1);
  assert.deepEqual(['100000u', '1e3m'].map(parseCpu), [100, 1000]);
  for (const text of ['much', '1Xi', '', '-1', '1e999'])
    assert.throws(() => parseMemory(text), /expected a quantity such as/);
});

const node = (name: string, cpu: string, taint?: string): Node => ({
  metadata: { name, uid: '' },
  ...(taint && { spec: { taints: [{ key: taint, effect: 'NoSchedule' }] } }),
  status: { allocatable: { cpu, memory: '4Gi' } },
});

test('what has ended or is on no node asks for nothing, and nodes that take no models do not count', () => {
  const pod = (cpu: string, phase: string, nodeName?: string, deletionTimestamp?: string): Pod => ({
    metadata: { name: 'p', ...(deletionTimestamp && { deletionTimestamp }) },
    spec: {
      ...(nodeName && { nodeName }),
      containers: [
        { name: 'c', image: 'i', resources: { requests: { cpu, memory: '1Gi' } } },
        { name: 'd', image: 'i' },
      ],
    },
    status: { phase },
  });
  const nodes = [node('n', '2'), node('m', '8', 'node-role.kubernetes.io/control-plane'), node('o', '1', 'model')];
  const pods = [
    pod('100m', 'Running', 'n'),
    pod('1', 'Succeeded', 'n'),
    pod('1', 'Running', 'n', 'now'),
    pod('250m', 'Pending'),
    pod('1', 'Running', 'm'),
  ];
  const rooms = listRooms(nodes, pods);
  assert.deepEqual(rooms, [
    { allocatable: { cpu: 2000, memory: 4096 }, requested: { cpu: 100, memory: 1024 } },
    { allocatable: { cpu: 1000, memory: 4096 }, requested: { cpu: 0, memory: 0 } },
  ]);
  const of = (count: number, cpu: number, memory: number) => Array.from({ length: count }, () => ({ cpu, memory }));
  assert.equal(doFit(rooms, of(2, 1000, 1024)), true);
  assert.equal(doFit(rooms, of(3, 1000, 1)), false, 'what is left on two nodes makes no third place');
  assert.equal(doFit(rooms, of(3, 500, 2048)), true);
  assert.equal(doFit(rooms, of(4, 1, 2048)), false);
  assert.equal(doFit(rooms, [...of(1, 1000, 1), ...of(1, 1900, 1)]), true, 'the largest first');
  assert.match(
    describeRoom(rooms),
    /^2 nodes can give 3000m .* asks for 100m and 1024 MiB, so 2900m and 7168 MiB are free$/,
  );
});

test('a node that has just become ready takes models, whatever it is still marked with', () => {
  const fresh = node('n', '2', 'node.kubernetes.io/not-ready');
  const ready = { ...fresh, status: { ...fresh.status, conditions: [{ type: 'Ready', status: 'True' }] } };
  assert.equal(listRooms([fresh], []).length, 0);
  assert.equal(listRooms([ready], []).length, 1);
});

test('models get as much as they may use where all of them fit so, else less, else they are refused with the sum', async () => {
  const place = (nodes: readonly Node[]): KubeApi =>
    ({ get: async (path: string) => ({ items: path.endsWith('/nodes') ? nodes : [] }) }) as never;
  const limits = { cpu: 1000, memory: 1024 };
  const plain = [
    { cpu: 0, memory: 0 },
    { cpu: 0, memory: 0 },
  ];
  const proxied = plain.map(() => ({ cpu: 500, memory: 0 }));
  assert.equal(await chooseCpuRequest(place([node('n', '2')]), plain, limits), 1000);
  assert.equal(await chooseCpuRequest(place([node('n', '1250m')]), plain, limits), 600);
  assert.equal(await chooseCpuRequest(place([node('n', '2')]), plain, limits, [{ cpu: 10, memory: 64 }]), 950);
  assert.equal(await chooseCpuRequest(place([node('n', '2')]), proxied, limits), 500);
  assert.equal(await chooseCpuRequest(place([node('n', '2')]), [...plain, ...proxied], limits), 250);
  assert.equal(await chooseCpuRequest(place([node('n', '1')]), plain, { cpu: 720, memory: 64 }), 500);
  assert.equal(await chooseCpuRequest(place([node('n', '1')]), plain, { cpu: 50, memory: 64 }), 50);
  await assert.rejects(
    chooseCpuRequest(place([node('n', '150m')]), plain, limits),
    /room for 2 models, which ask for at least 200m of CPU and 2048 MiB: the node can give 150m/,
  );
  const five = Array.from({ length: 5 }, () => ({ cpu: 0, memory: 0 }));
  await assert.rejects(chooseCpuRequest(place([node('n', '64')]), five, limits), /so 64000m and 4096 MiB are free/);
});

test('a node of a cluster is reached by its inner address first, and by a given one alone', async () => {
  const addresses = [
    { type: 'Hostname', address: 'n.example' },
    { type: 'ExternalDNS', address: 'elsewhere.example' },
    { type: 'ExternalIP', address: '203.0.113.1' },
    { type: 'InternalIP', address: '192.0.2.1' },
    { type: 'InternalIP', address: '192.0.2.1' },
  ];
  const api = { get: async () => ({ metadata: { name: 'n' }, status: { addresses } }) } as never;
  const list = async (given: string | null) =>
    (await findClusterNetwork(api, given).locate(30_001, 'n')).map(({ host, port }) => `${host}:${port}`);
  assert.deepEqual(await list(null), ['192.0.2.1:30001', '203.0.113.1:30001', 'n.example:30001']);
  assert.deepEqual(await list('198.51.100.1'), ['198.51.100.1:30001']);
});

const UP = {
  seldon: { metadata: { name: 'm', uid: '' }, status: { state: 'Available' } } satisfies SeldonDeployment,
  deployment: {
    metadata: { name: 'd', uid: '', generation: 2 },
    status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  } satisfies Deployment,
  pod: {
    metadata: { name: 'p', uid: '' },
    spec: { containers: [{ name: 'classifier', image: 'new' }] },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  } satisfies Pod,
};

test('available is the model that was asked for, and no older one that still answers', () => {
  const { seldon, deployment, pod } = UP;
  const snapshot = { seldon, deployments: [deployment], pods: [pod], events: [] };
  assert.equal(isAvailable(snapshot, 'new'), true);
  assert.equal(isAvailable(snapshot, 'newer'), false);
  const older = { ...deployment, status: { ...deployment.status, observedGeneration: 1 } };
  assert.equal(isAvailable({ ...snapshot, deployments: [older] }, 'new'), false);
  assert.equal(isAvailable({ ...snapshot, pods: [pod, pod] }, 'new'), false, 'one of them is about to go');
  assert.equal(isAvailable({ ...snapshot, seldon: { ...seldon, status: { state: 'Creating' } } }, 'new'), false);
  const unready = { ...pod, status: { conditions: [{ type: 'Ready', status: 'False' }] } };
  assert.equal(isAvailable({ ...snapshot, pods: [unready] }, 'new'), false);
  const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: 'now' } };
  assert.equal(isAvailable({ ...snapshot, pods: [going] }, 'new'), false);
  const both = { ...deployment, status: { ...deployment.status, replicas: 2 } };
  assert.equal(isAvailable({ ...snapshot, deployments: [both] }, 'new'), false);
});
