import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { ServerError, UserError } from '../../../src/errors.ts';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { applyPatiently } from '../../../src/target/kubernetes/apply.ts';
import { deployModel } from '../../../src/target/kubernetes/deploy.ts';
import { watchModels } from '../../../src/target/kubernetes/lost.ts';
import { describeSeldonDeployment, describeService, type Model } from '../../../src/target/kubernetes/manifest.ts';
import { applyManifestFile } from '../../../src/target/kubernetes/manifest-file.ts';
import {
  borrowNamespace,
  joinNamespace,
  nameNamespace,
  removeNamespace,
} from '../../../src/target/kubernetes/namespace.ts';
import type { Network } from '../../../src/target/kubernetes/network.ts';
import type { List, Meta, SeldonDeployment, Service } from '../../../src/target/kubernetes/objects.ts';
import { installOperator } from '../../../src/target/kubernetes/operator.ts';
import { podsPath, seldonDeploymentPath, seldonKindsPath, servicePath } from '../../../src/target/kubernetes/paths.ts';
import { requirePermissions } from '../../../src/target/kubernetes/permissions.ts';
import { waitUntilAvailable } from '../../../src/target/kubernetes/rollout.ts';
import { askUntil } from '../../../src/target/wait.ts';
import { sayPodRuns } from '../../helpers/operator/kubelet.ts';
import { type Faults, startOperator } from '../../helpers/operator/operator.ts';
import { createTestFolder, createTestHost } from '../helpers.ts';
import { startApiProxy } from './api-proxy.ts';
import { startPodServer } from './pod-server.ts';
import { sampleModel } from './sample-model.ts';
import { crdFile, createTestNamespace, findControlPlane, missesHelm } from './test-cluster.ts';

/** One file for all that needs the control plane: Seldon's kind is a thing of the whole cluster. */

const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/seldondeployments.machinelearning.seldon.io';
const HOME = 'seldon-bench-test-operator';

const found = await findControlPlane();
const access = found as Access;
const skip = typeof found === 'string' ? found : false;
const noHelm = skip || (await missesHelm());
let api: KubeApi;

describe('on a control plane', { skip }, () => {
  before(async () => {
    api = await openKubeApi(access, AbortSignal.timeout(300_000));
    await forgetSeldon();
  });
  after(forgetSeldon);

  test('a cluster without Seldon Core is refused, with what to do', async () => {
    await assert.rejects(
      installOperator({ kind: 'present' }, api, { access, isOurs: true }, createTestHost()),
      (error: unknown) => {
        assert.ok(error instanceof ServerError);
        assert.match(error.message, /does not know the kind SeldonDeployment\. Install it first/);
        return true;
      },
    );
  });

  test('a chart is installed once, and then left as it is', { skip: noHelm }, async (t) => {
    const chart = await createTestFolder(t);
    await mkdir(join(chart, 'templates'));
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: seldon-core-operator\nversion: 1.19.0\n');
    await copyFile(crdFile, join(chart, 'templates', 'crd.yaml'));
    const cluster = [
      '--namespace',
      'seldon-system',
      '--kubeconfig',
      access.kubeconfig,
      '--kube-context',
      access.context,
    ];
    t.after(async () => {
      await promisify(execFile)('helm', ['uninstall', 'seldon-core', ...cluster]);
      await forgetSeldon();
    });
    const host = createTestHost();
    const source = { kind: 'chart', chart, version: '1.19.0' } as const;
    await installOperator(source, api, { access, isOurs: true }, host);
    assert.deepEqual(host.messages, []);
    await installOperator(source, api, { access, isOurs: true }, host);
    assert.deepEqual(host.messages, ['release seldon-core of Seldon Core is installed already: it is used as it is']);
  });

  test('a chart that is not there is told in the words of helm', { skip: noHelm }, async () => {
    const source = { kind: 'chart', chart: '/nowhere/chart', version: '1.19.0' } as const;
    await assert.rejects(installOperator(source, api, { access, isOurs: true }, createTestHost()), (error) => {
      assert.ok(error instanceof ServerError);
      assert.match(error.message, /expected helm to install Seldon Core 1\.19\.0/);
      assert.match(error.detail.join('\n'), /\/nowhere\/chart/);
      return true;
    });
  });

  test('a file of manifests is installed, and a second time too', async () => {
    for (let i = 0; i < 2; i++) {
      await applyManifestFile(crdFile, HOME, api, createTestHost());
      await installOperator({ kind: 'manifest', path: crdFile }, api, { access, isOurs: true }, createTestHost());
    }
    const crd = await api.get<Crd>(CRD);
    const { properties } = crd.spec.versions[0].schema.openAPIV3Schema;
    assert.equal(properties.spec['x-kubernetes-preserve-unknown-fields'], true, 'nothing of the file was dropped');
  });

  // Namespaces keep them apart.
  describe("with Seldon's kind", { concurrency: 4 }, () => {
    test('a file that holds no Kubernetes objects is refused by its name', async (t) => {
      const path = join(await createTestFolder(t), 'notes.yaml');
      await writeFile(path, 'just: text\n');
      await assert.rejects(applyManifestFile(path, HOME, api, createTestHost()), (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /notes\.yaml: an object lacks apiVersion, kind or a name/);
        return true;
      });
    });

    test('the SeldonDeployment is stored as it was written, and stays the same when it is applied again', {
      skip,
    }, async (t) => {
      const { model, path } = await createModel(t);
      const body = describeSeldonDeployment(model) as { spec: unknown };
      const first = await apply(path, body);
      assert.deepEqual(first.spec, body.spec);
      const second = await apply(path, body);
      assert.equal(second.metadata.generation, first.metadata.generation);
      assert.equal(second.metadata.uid, first.metadata.uid);
    });

    test('a pod that fits nowhere is told in seconds, with the sum and the pod', async (t) => {
      const error = await failToStart(t, {});
      assert.match(error.message, /SeldonDeployment arm0-predict to start; Unschedulable: .*no nodes available/);
      assert.match(error.message, /It asks for 1000m of CPU and 1024 MiB; the cluster has no node that takes pods/);
      assert.ok(error.detail.some((line) => /^pod arm0-predict-default-0-classifier-.*: Pending$/.test(line)));
    });

    test('what a quota forbids is told in its words', async (t) => {
      const quota = {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'small' },
        spec: { hard: { pods: '0' } },
      };
      const error = await failToStart(t, {}, async (namespace) => {
        await api.apply(`/api/v1/namespaces/${namespace}/resourcequotas/small`, JSON.stringify(quota));
        // It forbids nothing before it has counted.
        const path = `/api/v1/namespaces/${namespace}/resourcequotas/small`;
        const counted = async () => ((await api.get<{ status?: { used?: object } }>(path)).status?.used ? true : null);
        assert.ok(await askUntil(counted, 30_000, AbortSignal.timeout(30_000)));
      });
      assert.match(error.message, /FailedCreate: .*exceeded quota: small/);
    });

    test('what the operator complains of is told in its words', async (t) => {
      const error = await failToStart(t, { failing: 'no matches for kind \u001b[31mHorizontalPodAutoscaler' });
      assert.match(error.message, /InternalError: no matches for kind HorizontalPodAutoscaler\. /);
      assert.ok(error.detail.some((line) => line.startsWith('event arm0-predict: InternalError: no matches')));
    });

    test('an operator that does nothing is told when the time is up', async (t) => {
      const error = await failToStart(t, { silent: true }, undefined, 2);
      assert.match(error.message, /to be available within 2 s; it is not/);
    });

    test('a webhook that is not up yet is waited for', async (t) => {
      const { model, path, namespace } = await createModel(t);
      const host = createTestHost();
      const undo = await breakWebhook(namespace);
      t.after(undo);
      const applied = applyPatiently(api, 'SeldonDeployment x', path, describeSeldonDeployment(model), 60_000, host);
      assert.ok(await askUntil(async () => host.messages[0] ?? null, 30_000, AbortSignal.timeout(30_000)));
      await undo();
      await applied;
      assert.equal(host.messages.length, 1, 'it is said once');
      assert.match(host.messages[0] ?? '', /does not take SeldonDeployment x yet: .*failed calling webhook/);
    });

    test('a webhook that stays away is told when the time is up', async (t) => {
      const { model, path, namespace } = await createModel(t);
      t.after(await breakWebhook(namespace));
      const body = describeSeldonDeployment(model);
      await assert.rejects(
        applyPatiently(api, 'SeldonDeployment x', path, body, 500, createTestHost()),
        (error: unknown) => {
          assert.ok(error instanceof ServerError);
          assert.match(error.message, /failed calling webhook .*See whether Seldon Core's manager runs\./);
          return true;
        },
      );
    });

    test('an API server that is away for a moment is waited for', async (t) => {
      const { model, path, namespace } = await createModel(t);
      const proxy = await startApiProxy(t, access);
      const operator = await startOperator(access, {}, (name) => name === namespace);
      t.after(() => operator[Symbol.asyncDispose]());
      const through = await openKubeApi(proxy.access, AbortSignal.timeout(60_000));
      await apply(path, describeSeldonDeployment(model));
      const waiting = assert.rejects(waitUntilAvailable(through, model, createTestHost()), /Unschedulable/);
      assert.ok(await askUntil(() => findPod(namespace), 30_000, AbortSignal.timeout(30_000)));
      await proxy.goAway();
      const [error] = await Promise.allSettled([through.get('/readyz')]);
      assert.equal(error.status, 'rejected', 'it is away');
      await proxy.comeBack();
      await waiting;
    });

    test('a model is up when it answers with its own word over both transports, and lost when it is started again', async (t) => {
      const { model, namespace } = await createModel(t);
      const operator = await startOperator(access, {}, (name) => name === namespace);
      t.after(() => operator[Symbol.asyncDispose]());
      const server = await startPodServer(t);
      const { rest, grpc } = server.ports;
      const located: number[] = [];
      const network: Network = {
        kind: 'node-address',
        async locate(nodePort) {
          located.push(nodePort);
          const { spec } = await api.get<Service>(servicePath(namespace, model.name));
          const name = spec.ports.find((port) => port.nodePort === nodePort)?.name;
          return [{ host: '127.0.0.1', port: name === 'rest' ? rest : grpc }];
        },
      };
      let isUp = false;
      const deploying = deployModel(model, { api, network, nodePorts: null, ingress: null }, createTestHost()).then(
        (endpoint) => {
          isUp = true;
          return endpoint;
        },
      );
      deploying.catch(() => {});
      const pod = await askUntil(() => findPod(namespace), 30_000, AbortSignal.timeout(30_000));
      assert.ok(pod);
      await sayPodRuns(api, namespace, pod.metadata.name);
      const seldon = seldonDeploymentPath(namespace, model.name);
      const state = async () => ((await api.get<SeldonDeployment>(seldon)).status?.state === 'Available' ? true : null);
      assert.ok(await askUntil(state, 30_000, AbortSignal.timeout(30_000)));
      server.say('the answer of another model');
      await askUntil(async () => (isUp ? true : null), 700, AbortSignal.timeout(30_000));
      assert.equal(isUp, false, 'neither silence nor a foreign answer is enough');
      server.say(pod.spec.containers[0]?.env.find(({ name }) => name === 'MODEL_METADATA')?.value ?? '');
      assert.deepEqual((await deploying).endpoint, {
        rest: { host: '127.0.0.1', port: rest, path: '/api/v1.0/predictions' },
        grpc: { host: '127.0.0.1', port: grpc, path: '/seldon.protos.Seldon/Predict', metadata: {} },
      });
      assert.ok(located.every((port) => port >= 30_000 && port < 32_768));

      await using watch = await watchModels(access, namespace, [model.name]);
      await sayPodRuns(api, namespace, pod.metadata.name, 1);
      if (!watch.lost.aborted) await once(watch.lost, 'abort');
      assert.match(watch.lost.reason.message, /^expected pod arm0-predict-.* to keep running; it ended with code 3\.$/);
    });

    test('what is refused for good is not tried again', async (t) => {
      const { model, path } = await createModel(t);
      const host = createTestHost();
      const body = { ...describeSeldonDeployment(model), spec: 'nothing' };
      await assert.rejects(applyPatiently(api, 'SeldonDeployment x', path, body, 60_000, host), (error: unknown) => {
        assert.ok(error instanceof ServerError);
        assert.match(error.message, /it refuses: .*spec/);
        return true;
      });
      assert.deepEqual(host.messages, []);
    });

    test('a borrowed namespace is on the record while it is there, and goes with all that is in it', {
      skip,
    }, async () => {
      const host = createTestHost();
      const namespace = nameNamespace();
      const lease = await borrowNamespace(api, access, namespace, host);
      assert.deepEqual(
        [...host.recorded].map(({ kind }) => kind),
        ['namespace'],
      );
      assert.notEqual(await api.find(`/api/v1/namespaces/${namespace.name}`), null);
      await lease[Symbol.asyncDispose]();
      assert.equal(await api.find(`/api/v1/namespaces/${namespace.name}`), null);
      assert.equal(host.recorded.size, 0);
      assert.equal(await removeNamespace(access, namespace.name, 'a=b'), true, 'gone is fine');
    });

    test('in a namespace that stays only what the run made is taken back', async (t) => {
      const { namespace } = await createTestNamespace(t, access);
      const other = { ...sampleModel, namespace: namespace.name, name: 'sb-other', labels: namespace.labels };
      await api.apply(servicePath(namespace.name, other.name), JSON.stringify(describeService(other, null)));
      const host = createTestHost();
      const joined = await joinNamespace(api, access, namespace.name, host);
      assert.deepEqual(
        [...host.recorded].map(({ kind }) => kind),
        ['models'],
      );
      const model = {
        ...sampleModel,
        namespace: joined.name,
        labels: joined.labels,
        name: `${joined.prefix}arm0-predict`,
      };
      const seldon = seldonDeploymentPath(joined.name, model.name);
      await apply(seldon, describeSeldonDeployment(model));
      const served = servicePath(joined.name, model.name);
      await api.apply(served, JSON.stringify(describeService(model, null)));
      await joined[Symbol.asyncDispose]();
      assert.equal(await api.find(seldon), null);
      assert.equal(await api.find(served), null);
      assert.notEqual(await api.find(servicePath(namespace.name, other.name)), null);
      assert.equal(host.recorded.size, 0);
    });

    test('a namespace that is not there, or about to go, is no place for models', async (t) => {
      const { namespace } = await createTestNamespace(t, access);
      const host = createTestHost();
      await assert.rejects(joinNamespace(api, access, 'nowhere', host), /expected a namespace nowhere: there is none/);
      const at = `/api/v1/namespaces/${namespace.name}`;
      const held = { ...HELD_POD, metadata: { ...HELD_POD.metadata, namespace: namespace.name } };
      await api.apply(`${at}/pods/held`, JSON.stringify(held));
      t.after(() => api.apply(`${at}/pods/held`, JSON.stringify({ ...held, metadata: { name: 'held' } })));
      await api.remove(at);
      await assert.rejects(joinNamespace(api, access, namespace.name, host), /it is being deleted/);
      assert.equal(host.recorded.size, 0);
    });

    test('who may not deploy is told what is missing, before anything is made', async (t) => {
      await requirePermissions(api, null);
      const folder = await createTestFolder(t);
      const path = join(folder, 'kubeconfig');
      const config = parse(await readFile(access.kubeconfig, 'utf8'));
      for (const { user } of config.users) user.as = 'seldon-bench-nobody';
      await writeFile(path, stringify(config), { mode: 0o600 });
      const nobody = await openKubeApi({ ...access, kubeconfig: path }, AbortSignal.timeout(60_000));
      await assert.rejects(requirePermissions(nobody, 'team-a'), (error: unknown) => {
        assert.ok(error instanceof ServerError);
        assert.match(
          error.message,
          /may not: create seldondeployments\.machinelearning\.seldon\.io in namespace team-a, /,
        );
        assert.match(error.message, /get pods\/log in namespace team-a/);
        assert.doesNotMatch(error.message, /create namespaces/);
        return true;
      });
      await assert.rejects(requirePermissions(nobody, null), /may not: create namespaces, .*or give a namespace/);
    });

    test("somebody else's namespace stays, whatever a record says", { skip }, async (t) => {
      const { namespace } = await createTestNamespace(t, access);
      assert.equal(await removeNamespace(access, namespace.name, 'seldon-bench/run=other'), true);
      const left = await api.get<{ metadata: { deletionTimestamp?: string } }>(`/api/v1/namespaces/${namespace.name}`);
      assert.equal(left.metadata.deletionTimestamp, undefined);
      await assert.rejects(removeNamespace(access, 'default', 'a=b'), /expected a namespace named seldon-bench-/);
    });
  });
});

/** Keeps its namespace from going. */
const HELD_POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'held', finalizers: ['seldon-bench.test/held'] },
  spec: { containers: [{ name: 'c', image: 'i' }] },
};

/** A cluster as it was before. What is about to go takes nothing new, so it is waited for. */
async function forgetSeldon(): Promise<void> {
  const things = [CRD, `/api/v1/namespaces/${HOME}`, '/api/v1/namespaces/seldon-system'];
  for (const path of things) await api.remove(path);
  const gone = async (): Promise<true | null> => {
    const left = await Promise.all([...things, seldonKindsPath].map((path) => api.find(path)));
    return left.every((thing) => thing === null) ? true : null;
  };
  assert.ok(await askUntil(gone, 60_000, AbortSignal.timeout(60_000)));
}

interface Crd {
  readonly spec: {
    readonly versions: readonly [
      {
        readonly schema: {
          readonly openAPIV3Schema: { readonly properties: { readonly spec: Record<string, unknown> } };
        };
      },
    ];
  };
}

interface PodWithEnv {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value: string }[] }[];
  };
}

async function findPod(namespace: string): Promise<PodWithEnv | null> {
  return (await api.get<List<PodWithEnv>>(podsPath(namespace, [sampleModel.name]))).items[0] ?? null;
}

type T = Parameters<typeof createTestNamespace>[0];

async function createModel(t: T): Promise<{ model: Model; path: string; namespace: string }> {
  const { namespace } = await createTestNamespace(t, access);
  const model = { ...sampleModel, namespace: namespace.name, labels: namespace.labels };
  return { model, path: seldonDeploymentPath(namespace.name, model.name), namespace: namespace.name };
}

function apply(path: string, body: object): Promise<{ metadata: Meta; spec: unknown }> {
  return applyPatiently(api, 'SeldonDeployment', path, body, 30_000, createTestHost());
}

async function failToStart(
  t: T,
  faults: Faults,
  prepare: (namespace: string) => Promise<void> = async () => {},
  startSeconds = 60,
): Promise<ServerError> {
  const { model, path, namespace } = await createModel(t);
  await prepare(namespace);
  const operator = await startOperator(access, faults, (name) => name === namespace);
  t.after(() => operator[Symbol.asyncDispose]());
  await apply(path, describeSeldonDeployment(model));
  try {
    await waitUntilAvailable(api, { ...model, startSeconds }, createTestHost());
  } catch (error) {
    assert.ok(error instanceof ServerError, String(error));
    return error;
  }
  throw new Error('expected the model not to start');
}

/** A webhook for SeldonDeployments of one namespace where nobody listens. */
async function breakWebhook(namespace: string): Promise<() => Promise<void>> {
  const path = `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${namespace}`;
  const webhook = {
    name: 'v1.vseldondeployment.kb.io',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    clientConfig: { url: 'https://127.0.0.1:1/validate' },
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    rules: [
      {
        apiGroups: ['machinelearning.seldon.io'],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['*'],
      },
    ],
  };
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [webhook],
  };
  await api.apply(path, JSON.stringify(body));
  const model = { ...sampleModel, name: 'probe', namespace };
  const dryRun = () =>
    api.apply(`${seldonDeploymentPath(namespace, 'probe')}`, JSON.stringify(describeSeldonDeployment(model))).then(
      () => null,
      () => true,
    );
  assert.ok(await askUntil(dryRun, 30_000, AbortSignal.timeout(30_000)), 'the webhook is in force');
  return () => api.remove(path);
}
