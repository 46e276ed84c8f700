import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Access, type KubeApi, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { applyPatiently } from '../../../src/target/kubernetes/apply.ts';
import { describeSeldonDeployment } from '../../../src/target/kubernetes/manifest.ts';
import { seldonDeploymentPath } from '../../../src/target/kubernetes/paths.ts';
import { askUntil } from '../../../src/target/wait.ts';
import { createTestHost } from '../helpers.ts';
import { createTestModel, sampleModel } from './sample-model.ts';

/** What is asked of a cluster that knows Seldon's kind, while its webhook does not answer. */
export function checkWebhook(access: Access): void {
  test('a webhook that is not up yet is waited for', async (t) => {
    const api = await openKubeApi(access, AbortSignal.timeout(120_000));
    const { model, path, namespace } = await createTestModel(t, access);
    const host = createTestHost();
    const undo = await breakWebhook(api, namespace);
    t.after(undo);
    const applied = applyPatiently(api, 'SeldonDeployment x', path, describeSeldonDeployment(model), 60_000, host);
    assert.ok(await askUntil(async () => host.messages[0] ?? null, 30_000, AbortSignal.timeout(30_000)));
    await undo();
    await applied;
    assert.equal(host.messages.length, 1, 'it is said once');
    assert.match(host.messages[0] ?? '', /does not take SeldonDeployment x yet: .*failed calling webhook/);
  });

  test('a webhook that stays away is told when the time is up', async (t) => {
    const api = await openKubeApi(access, AbortSignal.timeout(120_000));
    const { model, path, namespace } = await createTestModel(t, access);
    t.after(await breakWebhook(api, namespace));
    const body = describeSeldonDeployment(model);
    await assert.rejects(applyPatiently(api, 'SeldonDeployment x', path, body, 500, createTestHost()), {
      name: 'ServerError',
      message: /failed calling webhook .*See whether Seldon Core's manager runs\./,
    });
  });
}

/** A webhook for SeldonDeployments of one namespace where nobody listens. */
async function breakWebhook(api: KubeApi, namespace: string): Promise<() => Promise<void>> {
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
