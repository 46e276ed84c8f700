import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { ServerError } from '../../../src/errors.ts';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { applyPatiently } from '../../../src/target/kubernetes/apply.ts';
import { deployModel } from '../../../src/target/kubernetes/deploy.ts';
import { watchModels } from '../../../src/target/kubernetes/lost.ts';
import { describeSeldonDeployment, describeService } from '../../../src/target/kubernetes/manifest.ts';
import { applyManifestFile } from '../../../src/target/kubernetes/manifest-file.ts';
import { joinNamespace } from '../../../src/target/kubernetes/namespace.ts';
import type { Network } from '../../../src/target/kubernetes/network.ts';
import type { Meta, SeldonDeployment, Service } from '../../../src/target/kubernetes/objects.ts';
import { installOperator } from '../../../src/target/kubernetes/operator.ts';
import { seldonDeploymentPath, seldonKindsPath, servicePath } from '../../../src/target/kubernetes/paths.ts';
import { waitUntilAvailable } from '../../../src/target/kubernetes/rollout.ts';
import { askUntil } from '../../../src/target/wait.ts';
import { sayPodRuns } from '../../helpers/operator/kubelet.ts';
import { type Faults, startOperator } from '../../helpers/operator/operator.ts';
import { createTestFolder, createTestHost } from '../helpers.ts';
import { startApiProxy } from './api-proxy.ts';
import { checkCharts } from './chart-checks.ts';
import { checkIstio } from './istio-checks.ts';
import { startPodServer } from './pod-server.ts';
import { createTestModel, findTestPod, sampleModel } from './sample-model.ts';
import { crdFile, createTestNamespace, findControlPlane, missesHelm } from './test-cluster.ts';
import { checkWebhook } from './webhook-checks.ts';

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
    await assert.rejects(installOperator({ kind: 'present' }, api, { access, isOurs: true }, createTestHost()), {
      name: 'ServerError',
      message: /does not know the kind SeldonDeployment\. Install it first/,
    });
  });

  checkCharts(access, noHelm);

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
      await assert.rejects(applyManifestFile(path, HOME, api, createTestHost()), {
        name: 'UserError',
        message: /notes\.yaml: an object lacks apiVersion, kind or a name/,
      });
    });

    test('the SeldonDeployment is stored as it was written, and stays the same when it is applied again', async (t) => {
      const { model, path } = await createTestModel(t, access);
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

    test('an API server that is away for a moment is waited for', async (t) => {
      const { model, path, namespace } = await createTestModel(t, access);
      const proxy = await startApiProxy(t, access);
      const operator = await startOperator(access, {}, (name) => name === namespace);
      t.after(() => operator[Symbol.asyncDispose]());
      const through = await openKubeApi(proxy.access, AbortSignal.timeout(60_000));
      await apply(path, describeSeldonDeployment(model));
      const waiting = assert.rejects(waitUntilAvailable(through, model, createTestHost()), /Unschedulable/);
      assert.ok(await askUntil(() => findTestPod(api, namespace), 30_000, AbortSignal.timeout(30_000)));
      await proxy.goAway();
      const [error] = await Promise.allSettled([through.get('/readyz')]);
      assert.equal(error.status, 'rejected', 'it is away');
      await proxy.comeBack();
      await waiting;
    });

    test('a model is up when it answers with its own word over both transports, and lost when it is started again', async (t) => {
      const { model, namespace } = await createTestModel(t, access);
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
      const pod = await askUntil(() => findTestPod(api, namespace), 30_000, AbortSignal.timeout(30_000));
      assert.ok(pod);
      await sayPodRuns(api, namespace, pod.name);
      const seldon = seldonDeploymentPath(namespace, model.name);
      const state = async () => ((await api.get<SeldonDeployment>(seldon)).status?.state === 'Available' ? true : null);
      assert.ok(await askUntil(state, 30_000, AbortSignal.timeout(30_000)));
      server.say('the answer of another model');
      // Who asks again has judged the answer that came before.
      const askedAgain = async () => (server.answers.rest > 1 && server.answers.grpc > 1 ? true : null);
      assert.ok(await askUntil(askedAgain, 30_000, AbortSignal.timeout(30_000)));
      assert.equal(isUp, false, 'neither silence nor a foreign answer is enough');
      server.say(pod.word);
      assert.deepEqual((await deploying).endpoint, {
        rest: { host: '127.0.0.1', port: rest, path: '/api/v1.0/predictions' },
        grpc: { host: '127.0.0.1', port: grpc, path: '/seldon.protos.Seldon/Predict', metadata: {} },
      });
      assert.ok(located.every((port) => port >= 30_000 && port < 32_768));

      await using watch = await watchModels(access, namespace, [model.name]);
      await sayPodRuns(api, namespace, pod.name, 1);
      if (!watch.lost.aborted) await once(watch.lost, 'abort');
      assert.match(watch.lost.reason.message, /^expected pod arm0-predict-.* to keep running; it ended with code 3\.$/);
    });

    test('what is refused for good is not tried again', async (t) => {
      const { model, path } = await createTestModel(t, access);
      const host = createTestHost();
      const body = { ...describeSeldonDeployment(model), spec: 'nothing' };
      await assert.rejects(applyPatiently(api, 'SeldonDeployment x', path, body, 60_000, host), {
        name: 'ServerError',
        message: /it refuses: .*spec/,
      });
      assert.deepEqual(host.messages, []);
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

    checkWebhook(access);
    checkIstio(access, noHelm);
  });
});

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

function apply(path: string, body: object): Promise<{ metadata: Meta; spec: unknown }> {
  return applyPatiently(api, 'SeldonDeployment', path, body, 30_000, createTestHost());
}

async function failToStart(
  t: TestContext,
  faults: Faults,
  prepare: (namespace: string) => Promise<void> = async () => {},
  startSeconds = 60,
): Promise<ServerError> {
  const { model, path, namespace } = await createTestModel(t, access);
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
