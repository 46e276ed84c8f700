import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { applyPatiently } from '../../../src/target/kubernetes/apply.ts';
import { deployModel } from '../../../src/target/kubernetes/deploy.ts';
import { findIngress, waitForRoute } from '../../../src/target/kubernetes/ingress.ts';
import { describeGateway, installIstio, installIstioKinds } from '../../../src/target/kubernetes/istio.ts';
import { describeSeldonDeployment } from '../../../src/target/kubernetes/manifest.ts';
import { findClusterNetwork } from '../../../src/target/kubernetes/network.ts';
import type { List, Pod, Service } from '../../../src/target/kubernetes/objects.ts';
import { installOperator } from '../../../src/target/kubernetes/operator.ts';
import { istioPath, podPath, seldonDeploymentPath } from '../../../src/target/kubernetes/paths.ts';
import { askUntil } from '../../../src/target/wait.ts';
import { writeIstioCharts } from '../../helpers/istio/charts.ts';
import { sayPodRuns } from '../../helpers/operator/kubelet.ts';
import { startOperator } from '../../helpers/operator/operator.ts';
import { createTestFolder, createTestHost } from '../helpers.ts';
import { startIngressServer } from './ingress-server.ts';
import { findTestPod, sampleModel } from './sample-model.ts';
import { createTestNamespace } from './test-cluster.ts';

const HOME = 'istio-system';
const LIMIT_MS = 30_000;

/** What an ingress asks of a cluster that knows Seldon's kind. One test, as Istio is a thing of the whole cluster. */
export function checkIstio(access: Access, skip: string | false): void {
  test('behind an ingress', { skip }, async (t) => {
    const api = await openKubeApi(access, AbortSignal.timeout(300_000));
    const network = findClusterNetwork(api, '127.0.0.1');
    await assert.rejects(findIngress(api, network), /a Service with the label istio=ingressgateway .*there is none/);
    t.after(() => forgetIstio(api, access));
    const charts = await writeIstioCharts(await createTestFolder(t), null);
    await installIstioKinds(charts, access, createTestHost());
    await installIstio(charts, api, access, createTestHost());

    await t.test('Istio is as small as it can be, with one gateway for all', async () => {
      const { data } = await api.get<{ data: { values: string } }>(`/api/v1/namespaces/${HOME}/configmaps/istiod`);
      const requests = { cpu: '50m', memory: '256Mi' };
      assert.deepEqual(JSON.parse(data.values), { autoscaleEnabled: false, resources: { requests } });
      const gateway = await api.get<{ spec: unknown }>(istioPath('gateways', HOME, 'seldon-gateway'));
      assert.deepEqual(gateway.spec, (describeGateway() as { spec: unknown }).spec);
    });

    await t.test('the operator is told of the gateway', async (t) => {
      const chart = await createTestFolder(t);
      await mkdir(join(chart, 'templates'));
      await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: seldon-core-operator\nversion: 1.19.0\n');
      await writeFile(join(chart, 'templates', 'told.yaml'), TOLD);
      const source = { kind: 'chart', chart, version: '1.19.0' } as const;
      t.after(() => uninstall(access, 'seldon-system', ['seldon-core']));
      await installOperator(source, api, { access, isOurs: true, ingress: 'istio' }, createTestHost());
      const { data } = await api.get<{ data: object }>('/api/v1/namespaces/seldon-system/configmaps/told');
      assert.deepEqual(data, { istio: '{"enabled":true,"gateway":"istio-system/seldon-gateway"}' });
    });

    await t.test('the gateway is found where it has a pod', async () => {
      await assert.rejects(findIngress(api, network), /a pod of the ingress gateway in namespace istio-system/);
      await makePod(api);
      const { spec } = await api.get<Service>(`/api/v1/namespaces/${HOME}/services/istio-ingressgateway`);
      const { addresses } = await findIngress(api, network);
      assert.deepEqual(addresses, [{ host: '127.0.0.1', port: spec.ports[0]?.nodePort }]);
    });

    await t.test('a model is up when it answers by its path and by its metadata', async (t) => {
      const { namespace } = await createTestNamespace(t, access);
      const model = { ...sampleModel, namespace: namespace.name, labels: namespace.labels };
      const ours = (name: string): boolean => name === namespace.name;
      const operator = await startOperator(access, { gateway: `${HOME}/seldon-gateway` }, ours);
      t.after(() => operator[Symbol.asyncDispose]());
      const server = await startIngressServer(t, `/seldon/${namespace.name}/arm0-predict/metadata`, {
        seldon: 'arm0-predict',
        namespace: namespace.name,
      });
      const ingress = { addresses: [{ host: '127.0.0.1', port: server.port }] };
      const deploying = deployModel(model, { api, network, nodePorts: null, ingress }, createTestHost());
      deploying.catch(() => {});
      const pod = await askUntil(() => findTestPod(api, namespace.name), LIMIT_MS, AbortSignal.timeout(LIMIT_MS));
      assert.ok(pod);
      await sayPodRuns(api, namespace.name, pod.name);
      const refused = async () => (server.refusals() > 0 ? true : null);
      assert.ok(await askUntil(refused, LIMIT_MS, AbortSignal.timeout(LIMIT_MS)), 'it asks, and goes on asking');
      server.say(pod.word);
      const { endpoint } = await deploying;
      const { port } = server;
      assert.deepEqual(endpoint, {
        rest: { host: '127.0.0.1', port, path: `/seldon/${namespace.name}/arm0-predict/api/v1.0/predictions` },
        grpc: {
          host: '127.0.0.1',
          port,
          path: '/seldon.protos.Seldon/Predict',
          metadata: { seldon: 'arm0-predict', namespace: namespace.name },
        },
      });
      const services = await api.get<List<Service>>(`/api/v1/namespaces/${namespace.name}/services`);
      const ports = services.items.flatMap(({ spec }) => spec.ports.map(({ nodePort }) => nodePort));
      assert.ok(ports.length > 0 && ports.every((one) => one === undefined), 'no port of the node for the model');
    });

    await t.test('an operator that was not told of Istio is told as that', async (t) => {
      const { namespace } = await createTestNamespace(t, access);
      const model = { ...sampleModel, namespace: namespace.name, labels: namespace.labels };
      const path = seldonDeploymentPath(namespace.name, model.name);
      await applyPatiently(api, 'it', path, describeSeldonDeployment(model), LIMIT_MS, createTestHost());
      await assert.rejects(waitForRoute(api, model, createTestHost(), 100), /the route of .* it does not\. Its log/);
      const operator = await startOperator(access, {}, (name) => name === namespace.name);
      t.after(() => operator[Symbol.asyncDispose]());
      const refusal = async (): Promise<true | null> => {
        const [outcome] = await Promise.allSettled([waitForRoute(api, model, createTestHost(), 100)]);
        assert.equal(outcome.status, 'rejected');
        return /Install it with istio\.enabled=true/.test(String(outcome.reason)) ? true : null;
      };
      assert.ok(await askUntil(refusal, LIMIT_MS, AbortSignal.timeout(LIMIT_MS)));
    });
  });
}

const TOLD = `apiVersion: v1
kind: ConfigMap
metadata:
  name: told
data:
  istio: {{ .Values.istio | toJson | quote }}
`;

/** One of the gateway, that is ready as far as the API knows. */
async function makePod(api: KubeApi): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'gateway', namespace: HOME, labels: { istio: 'ingressgateway' } },
    // On no node that could say something else, or would have to say that it is gone.
    spec: {
      nodeName: 'nowhere',
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'classifier', image: 'image' }],
    },
  };
  await applyPatiently<Pod>(api, 'a pod', podPath(HOME, 'gateway'), pod, LIMIT_MS, createTestHost());
  await sayPodRuns(api, HOME, 'gateway');
}

async function forgetIstio(api: KubeApi, access: Access): Promise<void> {
  await uninstall(access, HOME, ['istio-ingressgateway', 'istiod', 'istio-base']);
  const home = `/api/v1/namespaces/${HOME}`;
  for (const path of [podPath(HOME, 'gateway'), home]) await api.remove(path);
  const gone = async (): Promise<true | null> => ((await api.find(home)) === null ? true : null);
  assert.ok(await askUntil(gone, LIMIT_MS, AbortSignal.timeout(LIMIT_MS)));
}

async function uninstall({ kubeconfig, context }: Access, namespace: string, releases: string[]): Promise<void> {
  const cluster = ['--namespace', namespace, '--kubeconfig', kubeconfig, '--kube-context', context];
  await promisify(execFile)('helm', ['uninstall', ...releases, ...cluster]);
}
