import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { ServerError } from '../../../src/errors.ts';
import { type Access, openKubeApi } from '../../../src/target/kubernetes/api.ts';
import { requirePermissions } from '../../../src/target/kubernetes/permissions.ts';
import { createTestFolder } from '../helpers.ts';
import { findControlPlane } from './test-cluster.ts';

const found = await findControlPlane();
const access = found as Access;
const skip = typeof found === 'string' ? found : false;

const PLAIN = { looksUpNodes: false, looksUpIngress: false, installsOperator: false };
const ALL = { looksUpNodes: true, looksUpIngress: true, installsOperator: true };

test('who may not deploy is told what is missing, before anything is made', { skip }, async (t) => {
  const api = await openKubeApi(access, AbortSignal.timeout(60_000));
  await requirePermissions(api, { ...ALL, namespace: null });
  const folder = await createTestFolder(t);
  const path = join(folder, 'kubeconfig');
  const config = parse(await readFile(access.kubeconfig, 'utf8'));
  for (const { user } of config.users) user.as = 'seldon-bench-nobody';
  await writeFile(path, stringify(config), { mode: 0o600 });
  const nobody = await openKubeApi({ ...access, kubeconfig: path }, AbortSignal.timeout(60_000));
  await assert.rejects(requirePermissions(nobody, { ...PLAIN, namespace: 'team-a' }), (error: unknown) => {
    assert.ok(error instanceof ServerError);
    assert.match(error.message, /may not: create seldondeployments\.machinelearning\.seldon\.io in namespace team-a, /);
    assert.match(error.message, /get pods\/log in namespace team-a/);
    assert.doesNotMatch(error.message, /namespaces|nodes|clusterroles/);
    return true;
  });
  await assert.rejects(
    requirePermissions(nobody, { ...ALL, namespace: null }),
    /may not: create namespaces, .*get nodes, list services, .*create clusterroles.*, or give a namespace.*, or say with node-address/,
  );
});
