import assert from 'node:assert/strict';
import { access as accessFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { type Access, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { startClusterTargets } from '../../../src/target/kubernetes/cluster.ts';
import { startKindTargets } from '../../../src/target/kubernetes/kind.ts';
import type { List } from '../../../src/target/kubernetes/objects.ts';
import type { KindOptions } from '../../../src/target/kubernetes/options.ts';
import { askGrpc, askRest } from '../../../src/target/local/readiness.ts';
import { provideImage } from '../../../src/target/model-image.ts';
import type { Target } from '../../../src/target/target.ts';
import { writeIstioCharts } from '../../helpers/istio/charts.ts';
import { startDataPlane } from '../../helpers/istio/data-plane.ts';
import { startOperator } from '../../helpers/operator/operator.ts';
import { createArm, createTargetConfig, createTestFolder, createTestHost, type TestHost } from '../helpers.ts';
import { crdFile, missesHelm, missesKind } from './test-cluster.ts';
import { whenMade } from './when-made.ts';

const GATEWAY = 'istio-system/seldon-gateway';
const skip = (await missesKind()) ?? ((await missesHelm()) || (await missesEnvoy()));

test('behind an ingress: from nothing to models that answer by path and metadata, and so does the null server', {
  skip,
  timeout: 900_000,
}, async (t) => {
  const arm = createArm({ tensorflow: 'stand-in' });
  await using image = await provideImage(arm, createTargetConfig({ docker: { keepImage: true } }), createTestHost());
  const options: KindOptions = {
    cluster: null,
    nodeImage: process.env.KIND_NODE_IMAGE ?? null,
    operator: { kind: 'manifest', path: crdFile },
    ingress: 'istio',
    istioCharts: await writeIstioCharts(await createTestFolder(t), image.reference),
    // So that there is room for one more.
    limits: { cpu: 500, memory: 1024 },
    startSeconds: 180,
    iterations: 1,
    docker: { keepImage: true },
  };
  const host = createTestHost();
  t.after(() => host.messages.length > 0 && t.diagnostic(host.messages.join('; ')));
  const cluster = standInFor(t, host);
  const up = await startKindTargets(options, [arm], ['predict', 'predict_raw'], cluster.watching);
  t.after(() => up[Symbol.asyncDispose]());
  const [target] = up.targets as readonly [Target];

  assert.equal(target.arm.network, 'ingress');
  const { predict, predict_raw: raw } = target.endpoints;
  assert.ok(predict?.rest && predict.grpc && raw?.rest && raw.grpc);
  const namespace = predict.grpc.metadata.namespace ?? '';
  assert.match(namespace, /^seldon-bench-/);
  assert.equal(predict.rest.path, `/seldon/${namespace}/arm0-predict/api/v1.0/predictions`);
  assert.deepEqual(predict.grpc.metadata, { seldon: 'arm0-predict', namespace });
  const ports = [predict.rest, predict.grpc, raw.rest, raw.grpc].map(({ host, port }) => `${host}:${port}`);
  assert.equal(new Set(ports).size, 1, 'one port for all');

  // Each by its own address, and the one that nobody has by none.
  for (const [method, answer] of [
    ['predict', /"ndarray":\[1\]/],
    ['predict_raw', /^\[1\]/],
  ] as const) {
    const { rest } = target.endpoints[method] ?? {};
    assert.ok(rest);
    assert.match(await ask(rest, JSON.stringify({ data: { ndarray: [0, 1, 2] } })), answer);
  }
  const { host: address, port } = predict.rest;
  const nowhere = { prefix: `/seldon/${namespace}/arm9`, metadata: { seldon: 'arm9', namespace } };
  assert.equal(await askRest(port, 'word', address, null, nowhere), 'foreign');
  assert.equal(await askGrpc(port, 'word', address, null, nowhere), 'foreign');

  await askNullServer(target, namespace);
  await borrowCluster(cluster.access(), image.reference);
  const api = await openKubeApi(cluster.access(), t.signal);
  const services = await api.get<List<{ spec: { type: string } }>>(`/api/v1/namespaces/${namespace}/services`);
  assert.ok(services.items.length > 0 && services.items.every(({ spec }) => spec.type === 'ClusterIP'));
  const dns = await api.get<{ spec: { replicas: number } }>('/apis/apps/v1/namespaces/kube-system/deployments/coredns');
  assert.equal(dns.spec.replicas, 1);
});

/** As target cluster: what is there is used, and an operator that was installed before. */
async function borrowCluster(access: Access, image: string): Promise<void> {
  const host = createTestHost();
  const options = {
    ...access,
    operator: { kind: 'present' },
    ingress: 'istio',
    limits: { cpu: 500, memory: 1024 },
    startSeconds: 180,
    iterations: 1,
    namespace: null,
    nodeAddress: null,
  } as const;
  const up = await startClusterTargets(options, [createArm({ image })], ['predict'], host);
  try {
    const [target] = up.targets as readonly [Target];
    const { rest, grpc } = target.endpoints.predict ?? {};
    assert.ok(rest && grpc);
    assert.equal(target.arm.network, 'ingress');
    assert.match(rest.path, /^\/seldon\/seldon-bench-[0-9a-f]{8}\/arm0-predict\/api/);
    await ask(rest, JSON.stringify({ data: { ndarray: [0, 1, 2] } }));
  } finally {
    await up[Symbol.asyncDispose]();
  }
  assert.equal(host.recorded.size, 0);
}

async function askNullServer({ startNullServer }: Target, namespace: string): Promise<void> {
  const raw = (text: string): Buffer => Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
  const replies = [
    { transport: 'rest', raw: raw('first'), close: false },
    { transport: 'grpc', message: Buffer.from('second') },
    { transport: 'rest', raw: raw('third'), close: true },
  ] as const;
  await using server = await startNullServer?.(replies, AbortSignal.timeout(120_000));
  const [first, second, third] = server?.addresses ?? [];
  assert.ok(first?.path && second?.metadata && third?.path);
  assert.equal(await ask({ ...first, path: first.path }, '{}'), 'first');
  assert.equal(await ask({ ...third, path: third.path }, '{}'), 'third');
  assert.equal(first.path, `/seldon/${namespace}/arm0-predict-null-0/api/v1.0/predictions`);
  const route = { prefix: '', metadata: second.metadata };
  assert.equal(await askGrpc(second.port, 'second', second.host, null, route), 'ours');
}

async function ask(at: { host: string; port: number; path: string }, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`http://${at.host}:${at.port}${at.path}`, { method: 'POST', headers, body });
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  return text;
}

/** Puts the operator and Istio's data plane into the cluster as soon as it is there. */
function standInFor(t: TestContext, host: TestHost): { watching: TestHost; access(): Access } {
  let made: Access | null = null;
  const standIns = whenMade(host, (access, node) => {
    made = access;
    const envoy = process.env.SELDON_BENCH_TEST_ENVOY ?? '';
    return [() => startOperator(access, { gateway: GATEWAY }), () => startDataPlane(envoy, node, access, GATEWAY)];
  });
  t.after(() => standIns.made.disposeAsync());
  return {
    watching: standIns.watching,
    access() {
      assert.ok(made);
      return made;
    },
  };
}

async function missesEnvoy(): Promise<string | false> {
  const found = accessFile(process.env.SELDON_BENCH_TEST_ENVOY ?? '').then(
    () => true,
    () => false,
  );
  if (await found) return false;
  const why = 'SELDON_BENCH_TEST_ENVOY names no Envoy';
  assert.notEqual(process.env.SELDON_BENCH_TEST_CONTAINERS, '1', why);
  return `skipped: ${why}`;
}
