import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus, KubeEvent, Pod } from '../../../src/target/kubernetes/objects.ts';
import { findTrouble, type Snapshot } from '../../../src/target/kubernetes/trouble.ts';

const SELDON = { metadata: { name: 'm', uid: '1' }, status: { state: 'Creating' } };
const CALM: Snapshot = { seldon: SELDON, deployments: [], pods: [], events: [] };

function podOf(status: Partial<ContainerStatus>, changes: object = {}): Pod {
  return {
    metadata: { name: 'm-1', uid: '2', ...changes },
    spec: { containers: [] },
    status: { containerStatuses: [{ name: 'classifier', ready: false, restartCount: 0, ...status }] },
  };
}

function eventOf(message: string, changes: object = {}): KubeEvent {
  return {
    type: 'Warning',
    reason: 'InternalError',
    message,
    involvedObject: { kind: 'SeldonDeployment', name: 'm' },
    ...changes,
  };
}

test('a model that is on its way is no trouble', () => {
  assert.equal(findTrouble(CALM), null);
  assert.equal(findTrouble({ ...CALM, pods: [podOf({ state: { waiting: { reason: 'ContainerCreating' } } })] }), null);
  assert.equal(findTrouble({ ...CALM, pods: [podOf({ state: {} })] }), null);
  assert.equal(findTrouble({ ...CALM, pods: [podOf({ state: { terminated: { exitCode: 0 } } })] }), null);
});

test('an image that is not there is told at once, a failed pull only when it is to be tried again', () => {
  const waiting = (reason: string) =>
    findTrouble({ ...CALM, pods: [podOf({ state: { waiting: { reason, message: 'why' } } })] });
  assert.equal(waiting('ErrImageNeverPull')?.patienceMs, 0);
  assert.equal(waiting('ImagePullBackOff')?.patienceMs, 0);
  assert.equal(waiting('ErrImagePull')?.patienceMs, 10_000);
  assert.equal(waiting('ErrImageNeverPull')?.found, 'why');
  assert.equal(waiting('constructor'), null);
});

test('a model that ends again and again is told with its exit code', () => {
  const pod = podOf({
    restartCount: 1,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
    lastState: { terminated: { exitCode: 3, reason: 'Error' } },
  });
  assert.equal(findTrouble({ ...CALM, pods: [pod] })?.found, 'the model ended with code 3');
});

test('a restart is told before Kubernetes calls it a loop', () => {
  const pod = podOf({ restartCount: 1, state: {}, lastState: { terminated: { exitCode: 1 } } });
  assert.equal(findTrouble({ ...CALM, pods: [pod] })?.reason, 'Restarted');
});

test('too little memory is told as that, not as a crash', () => {
  const terminated = { exitCode: 137, reason: 'OOMKilled' };
  const looping = podOf({
    restartCount: 2,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated },
  });
  assert.equal(findTrouble({ ...CALM, pods: [looping] })?.reason, 'OOMKilled');
  assert.equal(findTrouble({ ...CALM, pods: [podOf({ state: { terminated } })] })?.reason, 'OOMKilled');
});

test('a pod that is being removed says nothing of the one that follows', () => {
  const pod = podOf({ state: { waiting: { reason: 'CrashLoopBackOff' } } }, { deletionTimestamp: 'now' });
  assert.equal(findTrouble({ ...CALM, pods: [pod] }), null);
});

test('a pod without a place is given some seconds: one that is leaving still counts', () => {
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: '0/1 nodes: Insufficient cpu',
  };
  const pod: Pod = { ...podOf({}), status: { conditions: [condition] } };
  const trouble = findTrouble({ ...CALM, pods: [pod] });
  assert.equal(trouble?.found, '0/1 nodes: Insufficient cpu');
  assert.ok((trouble?.patienceMs ?? 0) > 0);
});

test('what keeps a Deployment from making its pod is told in its words', () => {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: small' }];
  const trouble = findTrouble({ ...CALM, deployments: [{ metadata: { name: 'm-0' }, status: { conditions } }] });
  assert.deepEqual([trouble?.reason, trouble?.found], ['FailedCreate', 'exceeded quota: small']);
});

test('conflicts, and events of others, are no trouble of this model', () => {
  const events = [
    eventOf('Operation cannot be fulfilled: the object has been modified; please apply'),
    eventOf('broken', { involvedObject: { kind: 'SeldonDeployment', name: 'other' } }),
    eventOf('just so', { type: 'Normal' }),
  ];
  assert.equal(findTrouble({ ...CALM, events }), null);
  assert.equal(findTrouble({ ...CALM, events: [...events, eventOf('no kind HPA')] })?.found, 'no kind HPA');
});

test('a SeldonDeployment that somebody removes is told at once', () => {
  const trouble = findTrouble({ ...CALM, seldon: null });
  assert.deepEqual([trouble?.reason, trouble?.patienceMs], ['Removed', 0]);
});

test('Seldon Core that gives up is told with its reason, and one that says nothing after half a minute', () => {
  const failed = { ...SELDON, status: { state: 'Failed', description: 'deadline exceeded' } };
  assert.equal(findTrouble({ ...CALM, seldon: failed })?.found, 'deadline exceeded');
  const mute = { metadata: SELDON.metadata };
  assert.equal(findTrouble({ ...CALM, seldon: mute })?.reason, 'NoReaction');
});
