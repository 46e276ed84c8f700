import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHODS } from '../../../src/plan.ts';
import { parseCpu, sumCpu } from '../../../src/target/kubernetes/cpu.ts';
import { describeSeldonDeployment, describeService, nameModel } from '../../../src/target/kubernetes/manifest.ts';
import { readContainer } from '../../../src/target/kubernetes/node.ts';
import type { Deployment, Node, Pod, SeldonDeployment } from '../../../src/target/kubernetes/objects.ts';
import { isAvailable } from '../../../src/target/kubernetes/rollout.ts';
import { sampleModel } from './sample-model.ts';

test('names of models are names that Kubernetes takes, and leave room for what Seldon adds', () => {
  for (const method of METHODS) assert.match(`${nameModel(63, method)}-default-0-classifier`, /^[a-z0-9-]{1,63}$/);
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

test('an image with a command of its own gets none', () => {
  assert.ok(!JSON.stringify(describeSeldonDeployment({ ...sampleModel, args: null })).includes('"args"'));
});

test('CPU is counted as Kubernetes writes it', () => {
  assert.deepEqual(['250m', '1', '0.5', undefined].map(parseCpu), [250, 1000, 500, 0]);
});

test('what has ended asks for no CPU any more', () => {
  const nodes: Node[] = [{ metadata: { name: 'n', uid: '' }, status: { allocatable: { cpu: '2' } } }];
  const pod = (cpu: string, phase: string): Pod => ({
    metadata: { name: 'p', uid: '' },
    spec: {
      containers: [
        { name: 'c', image: 'i', resources: { requests: { cpu } } },
        { name: 'd', image: 'i' },
      ],
    },
    status: { phase },
  });
  assert.deepEqual(sumCpu(nodes, [pod('100m', 'Running'), pod('1', 'Succeeded'), pod('250m', 'Pending')]), {
    allocatable: 2000,
    requested: 350,
  });
});

test('addresses and ports of a node are read from what Docker says of it', () => {
  const text = JSON.stringify([
    {
      NetworkSettings: {
        Networks: { kind: { IPAddress: '172.18.0.2' }, none: { IPAddress: '' } },
        Ports: {
          '30010/tcp': [{ HostIp: '127.0.0.1', HostPort: '41000' }],
          '6443/tcp': [{ HostIp: '::1', HostPort: '41001' }],
          '80/tcp': null,
        },
      },
    },
  ]);
  const { addresses, ports } = readContainer(text);
  assert.deepEqual(addresses, ['172.18.0.2']);
  assert.deepEqual([...ports], [[30010, 41000]]);
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
});
