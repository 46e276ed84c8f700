import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { ServerError } from '../../../src/errors.ts';
import { requireDocker } from '../../../src/target/docker-cli.ts';
import { isEvidenceFolder } from '../../../src/target/evidence-folder.ts';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { writeBundle } from '../../../src/target/kubernetes/bundle.ts';
import { createKindCluster, nameKindCluster } from '../../../src/target/kubernetes/kind-cluster.ts';
import { makeNamespace, nameNamespace } from '../../../src/target/kubernetes/namespace.ts';
import type { List, Pod } from '../../../src/target/kubernetes/objects.ts';
import { askUntil } from '../../../src/target/wait.ts';
import { createTestFolder, createTestHost, type TestHost } from '../helpers.ts';
import { startApiProxy } from './api-proxy.ts';
import { readBundle } from './read-bundle.ts';
import { createTestNamespace, findControlPlane, missesKind } from './test-cluster.ts';

const found = await findControlPlane();
const access = found as Access;
const skip = typeof found === 'string' ? found : false;
const noKind = (await missesKind()) ?? false;
const ERROR = new ServerError('expected the model to start; it does not', { detail: ['last line'] });

describe('what a control plane tells', { skip, concurrency: 3 }, () => {
  test('objects and events of the run, without what is secret', async (t) => {
    const { api, namespace } = await createTestNamespace(t, access);
    const { namespace: operator } = await createTestNamespace(t, access);
    const [secret, config, password, own] = ['secret', 'config', 'password', 'own'].map(
      (name) => `${name}-${randomBytes(8).toString('hex')}`,
    ) as [string, string, string, string];
    await apply(api, `/api/v1/namespaces/${namespace.name}/secrets/s`, { kind: 'Secret', stringData: { a: secret } });
    await apply(api, `/api/v1/namespaces/${namespace.name}/configmaps/c`, { kind: 'ConfigMap', data: { a: config } });
    await applyPod(api, namespace.name, 'model', { env: own });
    await applyManager(api, operator.name);
    await applyPod(api, operator.name, 'manager-1', {
      env: password,
      labels: { 'control-plane': 'seldon-controller-manager' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"env":"${password}"}` },
    });
    await applyPod(api, operator.name, 'manager-2', { env: password });
    await applyPod(api, operator.name, 'theirs', { env: password, labels: { theirs: 'theirs' } });
    const seen = async (): Promise<true | null> => {
      const { items } = await api.get<List<object>>(`/api/v1/namespaces/${namespace.name}/events`);
      return items.length > 0 ? true : null;
    };
    assert.ok(await askUntil(seen, 30_000, AbortSignal.timeout(30_000)), 'the scheduler says that there is no node');

    const host = await createHost(t);
    await writeBundle({ access, namespace, kindCluster: null }, host, ERROR);
    const bundle = await readBundle(host.evidenceFolder);
    const all = [...bundle.values()].join('\n');
    for (const name of [secret, config, password]) assert.ok(!all.includes(name), `${name} is not for others to read`);
    assert.ok(all.includes(own), 'what the run has set itself is told');
    for (const field of ['managedFields', 'last-applied', 'theirs']) assert.ok(!all.includes(field), field);

    const pods = JSON.parse(bundle.get(`objects/${operator.name}/pods.json`) ?? '');
    assert.deepEqual(
      pods.map(({ spec }: { spec: { containers: [{ env: unknown }] } }) => spec.containers[0].env),
      [[{ name: 'WORD', value: '[left out]' }], [{ name: 'WORD', value: '[left out]' }]],
    );
    assert.match(bundle.get(`events/${namespace.name}.txt`) ?? '', /Warning FailedScheduling Pod model: "no nodes/);
    assert.match(bundle.get('version.json') ?? '', /gitVersion/);
    assert.equal(bundle.get('error.txt'), `${ERROR.message}\n\nlast line\n`);
    // Pods without a node have no logs, and only the manager's is asked for.
    const missing = bundle.get('missing.txt') ?? '';
    assert.match(missing, new RegExp(`^logs/${namespace.name}/model/c\\.log: `, 'm'));
    assert.match(missing, new RegExp(`^logs/${operator.name}/manager-1/c\\.log: `, 'm'));
    assert.doesNotMatch(missing, /manager-2/);
    assert.deepEqual(host.messages, []);
  });

  test("in a namespace that others use, too, only what is the run's", async (t) => {
    const { api, namespace } = await createTestNamespace(t, access);
    const quota = { kind: 'ResourceQuota', spec: { hard: { pods: '9' } } };
    await apply(api, `/api/v1/namespaces/${namespace.name}/resourcequotas/of-all`, quota);
    for (const name of ['sb-0-model', 'theirs']) await applyPod(api, namespace.name, name, { env: `word-of-${name}` });
    const seen = async (): Promise<true | null> => {
      const { items } = await api.get<List<object>>(`/api/v1/namespaces/${namespace.name}/events`);
      return items.length > 1 ? true : null;
    };
    assert.ok(await askUntil(seen, 30_000, AbortSignal.timeout(30_000)));
    const host = await createHost(t);
    await writeBundle({ access, namespace: { ...namespace, prefix: 'sb-0-' }, kindCluster: null }, host, ERROR);
    const bundle = await readBundle(host.evidenceFolder);
    assert.match(bundle.get(`objects/${namespace.name}/pods.json`) ?? '', /word-of-sb-0-model/);
    assert.match(bundle.get(`objects/${namespace.name}/resourcequotas.json`) ?? '', /of-all/);
    assert.doesNotMatch([...bundle.values()].join('\n'), /theirs/);
  });

  test('an API that is away tells nothing', async (t) => {
    const proxy = await startApiProxy(t, access);
    await proxy.goAway();
    const host = await createHost(t);
    await writeBundle(
      { access: proxy.access, namespace: { name: 'gone', prefix: '' }, kindCluster: null },
      host,
      ERROR,
    );
    assert.equal(await isEvidenceFolder(host.evidenceFolder), false);
    assert.deepEqual(host.messages, []);
  });

  test('a run without a namespace yet is told by the rest', async (t) => {
    const host = await createHost(t);
    await writeBundle({ access, namespace: null, kindCluster: null }, host, ERROR);
    assert.ok((await readBundle(host.evidenceFolder)).has('version.json'));
  });
});

test('what a kind cluster tells: logs of what ended and of the node, and no key of it', {
  skip: noKind,
  timeout: 300_000,
}, async (t) => {
  const folder = await createTestFolder(t);
  const host = await createHost(t);
  const options = { name: nameKindCluster(), nodeImage: process.env.KIND_NODE_IMAGE ?? '', nodePorts: [], folder };
  await using cluster = await createKindCluster(options, host);
  // Goes with the cluster.
  const namespace = nameNamespace();
  const api = await openKubeApi(cluster.access, host.signal);
  await makeNamespace(api, namespace, host);
  const token = await makeToken(api, namespace.name);
  const keys = await readKeys(cluster.node);
  await exec(cluster.node, 'mkdir', '-p', '/var/log/pods/careless');
  await exec(cluster.node, 'cp', '/etc/kubernetes/pki/apiserver.key', '/var/log/pods/careless/0.log');
  // An image that each node has; it does not know the option, says so and ends.
  await applyPod(api, namespace.name, 'model', { image: await findImage(api, /coredns/), args: ['-nonsense'] });
  const path = `/api/v1/namespaces/${namespace.name}/pods/model`;
  // Until it is started once more, nothing of what it wrote changes.
  const failed = async (): Promise<true | null> => {
    const { restartCount = 0, state } = (await api.get<Pod>(path)).status?.containerStatuses?.[0] ?? {};
    return restartCount > 0 && state?.waiting?.reason === 'CrashLoopBackOff' ? true : null;
  };
  assert.ok(await askUntil(failed, 90_000, AbortSignal.timeout(90_000)));

  await writeBundle({ access: cluster.access, namespace, kindCluster: cluster.name }, host, ERROR);
  assert.deepEqual(host.messages, []);
  const bundle = await readBundle(host.evidenceFolder);
  const says = (name: string): string => bundle.get(name) ?? `no ${name} in ${[...bundle.keys()].join(', ')}`;
  const logs = `logs/${namespace.name}/model`;
  for (const name of ['c.log', 'c.previous.log']) assert.match(says(`${logs}/${name}`), /T.*Z .*-nonsense/);
  assert.match(says(`events/${namespace.name}.txt`), /Warning BackOff Pod model: /);
  assert.match(says('objects/nodes.json'), new RegExp(cluster.node));
  assert.match(says(`kind/${cluster.node}/kubelet.log`), /kubelet/);
  assert.match(says(`kind/${cluster.node}/pods/careless/0.log`), /PRIVATE KEY-----\[redacted\]-----END/);
  assert.ok(![...bundle.keys()].some((name) => name.includes('/containers/')));

  assert.ok(keys.length > 100, 'there are keys to look for');
  for (const [name, text] of bundle) {
    const leaked = [token, ...keys].some((part) => text.includes(part));
    assert.equal(leaked, false, `${name} has a key in it`);
    assert.doesNotMatch(text, /BEGIN[A-Z ]*PRIVATE KEY-----(?!\[redacted\])|LS0tLS1CRUdJTi|\beyJ[\w-]+\.eyJ/, name);
  }
});

async function createHost(t: TestContext): Promise<TestHost> {
  const host = createTestHost(join(await createTestFolder(t), 'diagnosis'));
  assert.equal(await isEvidenceFolder(host.evidenceFolder), false);
  return host;
}

async function apply(api: KubeApi, path: string, body: { readonly kind: string; readonly [key: string]: unknown }) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const metadata = { name, ...(body.metadata as object) };
  await api.apply(path, JSON.stringify({ apiVersion: 'v1', ...body, metadata }));
}

interface PodChanges {
  readonly env?: string;
  readonly labels?: object;
  readonly annotations?: object;
  readonly image?: string;
  readonly args?: readonly string[];
}

function applyPod(api: KubeApi, namespace: string, name: string, { env = '', image, args, ...meta }: PodChanges) {
  const container = {
    name: 'c',
    image: image ?? 'nothing:1',
    imagePullPolicy: 'Never',
    ...(args && { args }),
    env: [{ name: 'WORD', value: env }],
  };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  return apply(api, path, { kind: 'Pod', metadata: meta, spec: { containers: [container] } });
}

/** Seldon Core's, as far as it can be told from others; without pods of its own. */
function applyManager(api: KubeApi, namespace: string): Promise<void> {
  const labels = { 'control-plane': 'seldon-controller-manager' };
  const template = {
    metadata: { labels: { none: 'none' } },
    spec: { containers: [{ name: 'c', image: 'nothing:1' }] },
  };
  const spec = { replicas: 0, selector: { matchLabels: { none: 'none' } }, template };
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/manager`;
  return apply(api, path, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { labels }, spec });
}

async function findImage(api: KubeApi, pattern: RegExp): Promise<string> {
  const { items } = await api.get<List<{ status: { images: { names: string[] }[] } }>>('/api/v1/nodes');
  const names = items.flatMap(({ status }) => status.images.flatMap(({ names }) => names));
  const image = names.find((name) => pattern.test(name));
  assert.ok(image, names.join());
  return image;
}

/** A token of a service account that does not expire. */
async function makeToken(api: KubeApi, namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/secrets/token`;
  const metadata = { annotations: { 'kubernetes.io/service-account.name': 'default' } };
  await apply(api, path, { kind: 'Secret', type: 'kubernetes.io/service-account-token', metadata });
  const read = async (): Promise<string | null> =>
    (await api.get<{ data?: { token?: string } }>(path)).data?.token ?? null;
  const token = await askUntil(read, 30_000, AbortSignal.timeout(30_000));
  assert.ok(token);
  return Buffer.from(token, 'base64').toString('utf8');
}

function exec(node: string, ...args: string[]): Promise<string> {
  return requireDocker('run it in the node', ['exec', node, ...args], { signal: AbortSignal.timeout(30_000) });
}

/** The lines of all private keys of the node. */
async function readKeys(node: string): Promise<string[]> {
  const files = (await exec(node, 'find', '/etc/kubernetes/pki', '/var/lib/kubelet/pki', '-name', '*.key')).trim();
  const text = await exec(node, 'cat', ...files.split('\n'));
  return text.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
}
