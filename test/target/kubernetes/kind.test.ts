import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, type TestContext, test } from 'node:test';
import { ServerError } from '../../../src/errors.ts';
import type { Method } from '../../../src/plan.ts';
import { type Access, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { applyPatiently } from '../../../src/target/kubernetes/apply.ts';
import { startClusterTargets } from '../../../src/target/kubernetes/cluster.ts';
import { startKindTargets } from '../../../src/target/kubernetes/kind.ts';
import { createKindCluster, type KindCluster, nameKindCluster } from '../../../src/target/kubernetes/kind-cluster.ts';
import { describeSeldonDeployment, type Model } from '../../../src/target/kubernetes/manifest.ts';
import type { List, Pod, Service } from '../../../src/target/kubernetes/objects.ts';
import type { ClusterOptions, KindOptions } from '../../../src/target/kubernetes/options.ts';
import { podsPath, seldonDeploymentPath, servicePath } from '../../../src/target/kubernetes/paths.ts';
import { waitUntilAvailable } from '../../../src/target/kubernetes/rollout.ts';
import type { Created, Target } from '../../../src/target/target.ts';
import { listNodes } from '../../cluster/left-overs.ts';
import { provideModelImage } from '../../helpers/model-image.ts';
import { startOperator } from '../../helpers/operator/operator.ts';
import { createArm, createTestFolder, createTestHost } from '../helpers.ts';
import { sampleModel } from './sample-model.ts';
import { crdFile, createTestNamespace, missesKind } from './test-cluster.ts';
import { whenMade } from './when-made.ts';

const skip = (await missesKind()) ?? false;
const LIMIT = { timeout: 900_000 };
const { signal } = new AbortController();

const OPTIONS: KindOptions = {
  cluster: null,
  nodeImage: process.env.KIND_NODE_IMAGE ?? null,
  operator: { kind: 'manifest', path: crdFile },
  ingress: 'none',
  istioCharts: '',
  limits: { cpu: 1000, memory: 1024 },
  startSeconds: 180,
  iterations: 1,
  docker: { keepImage: true },
};

const CLUSTER: Omit<ClusterOptions, 'kubeconfig' | 'context'> = {
  operator: { kind: 'present' },
  ingress: 'none',
  limits: { cpu: 1000, memory: 1024 },
  startSeconds: 180,
  iterations: 1,
  namespace: null,
  nodeAddress: null,
};

test('from nothing to two models that answer over both transports, and back to nothing', {
  skip,
  ...LIMIT,
}, async (t) => {
  const host = createTestHost();
  t.after(() => host.messages.length > 0 && t.diagnostic(host.messages.join('; ')));
  const { watching, made: operators } = whenMade(host, (access) => [() => startOperator(access)]);
  t.after(() => operators.disposeAsync());
  const up = await startKindTargets(OPTIONS, [createArm()], ['predict', 'predict_raw'], watching);
  const [target] = up.targets;
  assert.ok(target);
  const recorded = [...host.recorded].find(({ kind }) => kind === 'kind-cluster') as KindRecord;
  try {
    assert.deepEqual(
      {
        target: target.arm.target,
        isSeldon: target.arm.isSeldon,
        network: target.arm.network,
        answers: target.answers,
      },
      { target: 'kind', isSeldon: true, network: 'node-address', answers: 'fixed' },
    );
    for (const method of ['predict', 'predict_raw'] as const) assert.equal(await predict(target, method), 1);
    const usage = await target.readUsage('predict');
    assert.ok(usage !== null && usage.cpuMs > 100 && (usage.rssBytes ?? 0) > 50e6, JSON.stringify(usage));
    await askNullServer(target);
    assert.equal(target.lost.aborted, false);
    await breakOnePod(recorded);
    await new Promise((resolve) => target.lost.addEventListener('abort', resolve, { once: true }));
    assert.match(target.lost.reason.message, /^expected pod arm0-predict-.* to keep running; it /);
  } finally {
    await operators.disposeAsync();
    await up[Symbol.asyncDispose]();
  }
  assert.equal(host.recorded.size, 0);
  assert.deepEqual(await listNodes(recorded.name), []);
  await assert.rejects(readFile(recorded.kubeconfig), 'the folder is gone');
});

describe('in a cluster that stays', { skip, ...LIMIT }, () => {
  const made = new AsyncDisposableStack();
  let cluster: KindCluster;
  before(async () => {
    const t = { after: (end: () => Promise<void>) => made.defer(end) } as TestContext;
    const folder = await createTestFolder(t);
    const options = { name: nameKindCluster(), nodeImage: OPTIONS.nodeImage ?? '', nodePorts: [], folder };
    cluster = made.use(await createKindCluster(options, createTestHost()));
    made.use(await startOperator(cluster.access));
  }, LIMIT);
  after(() => made.disposeAsync());

  test('a run takes its namespace with it, and nothing else', async () => {
    const host = createTestHost();
    const up = await startKindTargets({ ...OPTIONS, cluster: cluster.name }, [createArm()], ['predict'], host);
    const kinds = [...host.recorded].map(({ kind }) => kind);
    assert.ok(kinds.includes('namespace') && !kinds.includes('kind-cluster'));
    assert.equal(await predict(up.targets[0] as Target, 'predict'), 1);
    await up[Symbol.asyncDispose]();
    assert.equal(host.recorded.size, 0);
    assert.deepEqual(await listNamespaces(cluster.access), []);
    assert.notDeepEqual(await listNodes(cluster.name), []);
  });

  test("with Seldon's executor in front of the model it is the executor that answers, and replies name no image", async () => {
    const host = createTestHost();
    const options = { ...OPTIONS, cluster: cluster.name };
    const up = await startKindTargets(options, [createArm({ engine: 'executor' })], ['predict'], host);
    const [target] = up.targets;
    assert.ok(target);
    assert.equal(target.arm.kubernetes?.engine, 'executor');
    assert.equal(await predict(target, 'predict'), 1);
    assert.match(await ask(target, 'predict'), /"classifier":"seldon-bench\/model:local"/);
    const api = await openKubeApi(cluster.access, signal);
    const [namespace = ''] = await listNamespaces(cluster.access);
    const { spec } = await api.get<Service>(servicePath(namespace, 'arm0-predict'));
    assert.deepEqual(
      spec.ports.map(({ port }) => port),
      [8000, 5001],
    );
    await up[Symbol.asyncDispose]();
    assert.equal(host.recorded.size, 0);
  });

  test('as target cluster: by its kubeconfig, in a namespace of its own, with an image that is there', async (t) => {
    const host = createTestHost();
    const image = (await provideModelImage(t)) as string;
    const arm = createArm({ image });
    const up = await startClusterTargets({ ...CLUSTER, ...cluster.access }, [arm], ['predict'], host);
    const [target] = up.targets;
    assert.ok(target);
    assert.equal(await predict(target, 'predict'), 1);
    const { kubernetes, network, image: described } = target.arm;
    assert.deepEqual(
      { target: target.arm.target, network, operator: kubernetes?.operator, isSeldon: target.arm.isSeldon },
      { target: 'cluster', network: 'node-address', operator: 'found in the cluster', isSeldon: 'unknown' },
    );
    assert.equal(described?.reference, image);
    assert.match(described?.id ?? '', /sha256:[0-9a-f]{64}$/);
    await up[Symbol.asyncDispose]();
    assert.equal(host.recorded.size, 0);
    assert.deepEqual(await listNamespaces(cluster.access), []);
  });

  test('as target cluster where no port of a node is reached: told with what can be done', async (t) => {
    const image = (await provideModelImage(t)) as string;
    // An address of the range for documentation, which leads nowhere.
    const options = { ...CLUSTER, ...cluster.access, nodeAddress: '192.0.2.1' };
    const host = createTestHost();
    await assert.rejects(
      startClusterTargets(options, [createArm({ image })], ['predict'], host),
      /to answer over (REST|gRPC) at 192\.0\.2\.1:\d+ within .*; nothing answers there\. .*say with node-address/,
    );
    assert.equal(host.recorded.size, 0);
    assert.deepEqual(await listNamespaces(cluster.access), []);
  });

  test('models that do not fit are refused before any is made, with the sum', async () => {
    const options = { ...OPTIONS, cluster: cluster.name, limits: { cpu: 63_000, memory: 1 << 20 } };
    const starting = startKindTargets(options, [createArm()], ['predict'], createTestHost());
    await assert.rejects(
      starting,
      /room for one model, which asks for at least 100m of CPU and 1048576 MiB: the node can give \d+m of CPU and \d+ MiB, what runs there asks for \d+m/,
    );
  });

  test('an image that is not in the node is told at once', async (t) => {
    const error = await failToStart(t, { image: 'seldon-bench/nothing:1' });
    assert.match(error.message, /ErrImageNeverPull: .*seldon-bench\/nothing:1/);
  });

  test('a model that ends is told with its last lines', async (t) => {
    const args = ['sh', '-c', 'echo this model has had enough; exit 3'];
    const error = await failToStart(t, { args });
    assert.match(error.message, /the model ended with code 3/);
    assert.ok(error.detail.includes('this model has had enough'), error.detail.join('\n'));
  });

  test('a model that needs more memory than it may have is told as that', async (t) => {
    const args = ['python3', '-c', 'x = bytearray(600 << 20); import time; time.sleep(60)'];
    const error = await failToStart(t, { args, limits: { cpu: 1000, memory: 64 } });
    assert.match(error.message, /OOMKilled: the model took more memory than it may have/);
  });

  async function failToStart(t: TestContext, changes: Partial<Model>): Promise<ServerError> {
    const { api, namespace } = await createTestNamespace(t, cluster.access);
    const image = (await provideModelImage(t)) as string;
    const model = {
      ...sampleModel,
      image,
      cpuRequest: 400,
      namespace: namespace.name,
      labels: namespace.labels,
      ...changes,
    };
    const path = seldonDeploymentPath(namespace.name, model.name);
    await applyPatiently(api, 'it', path, describeSeldonDeployment(model), 30_000, createTestHost());
    try {
      await waitUntilAvailable(api, model, createTestHost());
    } catch (error) {
      assert.ok(error instanceof ServerError, String(error));
      return error;
    }
    throw new Error('expected the model not to start');
  }
});

type KindRecord = Extract<Created, { kind: 'kind-cluster' }>;

/** It repeats what it was given, by the very path to the models. */
async function askNullServer({ startNullServer, endpoints }: Target): Promise<void> {
  const raw = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nnull');
  const server = await startNullServer?.([{ transport: 'rest', raw, close: true }], signal);
  assert.ok(server);
  await using _server = server;
  const [address] = server.addresses;
  assert.equal(address?.host, endpoints.predict?.rest?.host);
  const reply = await fetch(`http://${address?.host}:${address?.port}/`, { method: 'POST', body: '{}' });
  assert.equal(await reply.text(), 'null');
}

/** The first number that the model answers, or what it answers instead. */
async function predict(target: Target, method: Method): Promise<unknown> {
  const text = await ask(target, method);
  return /\[\s*(\d+)/.exec(text)?.[1] === '1' ? 1 : text;
}

async function ask({ endpoints }: Target, method: Method): Promise<string> {
  const { rest } = endpoints[method] ?? {};
  assert.ok(rest);
  const reply = await fetch(`http://${rest.host}:${rest.port}${rest.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: { ndarray: [0, 1, 2] } }),
  });
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  return text;
}

async function breakOnePod({ kubeconfig, name }: KindRecord): Promise<void> {
  const api = await openKubeApi({ kubeconfig, context: `kind-${name}` }, signal);
  const { items } = await api.get<List<{ metadata: { name: string } }>>('/api/v1/namespaces');
  const namespace = items.find(({ metadata }) => metadata.name.startsWith('seldon-bench-'))?.metadata.name ?? '';
  const pods = await api.get<List<Pod>>(podsPath(namespace, ['arm0-predict']));
  await api.remove(`/api/v1/namespaces/${namespace}/pods/${pods.items[0]?.metadata.name}`);
}

/** Those that runs made. */
async function listNamespaces(access: Access): Promise<string[]> {
  const api = await openKubeApi(access, signal);
  const { items } = await api.get<List<Pod>>('/api/v1/namespaces');
  return items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('seldon-bench-'));
}
