import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  chooseNodeImage,
  createKindCluster,
  deleteKindCluster,
  findKindCluster,
  nameKindCluster,
} from '../../../src/target/kubernetes/kind-cluster.ts';
import { createTestHost } from '../helpers.ts';
import { useFakeProgram } from './fake-program.ts';

/** A kind that writes down what it is asked and then does what the script says. Real ones are in kind.test.ts. */
async function createFakeKind(t: TestContext, lines: readonly string[]) {
  const folder = await useFakeProgram(t, 'kind', ['echo "$*" >>"$0.calls"', ...lines]);
  /** What it was asked to do; questions are left out. */
  const readCalls = async (): Promise<string[]> =>
    (await readFile(join(folder, 'kind.calls'), 'utf8'))
      .trim()
      .split('\n')
      .filter((call) => !call.startsWith('get '));
  return { folder, readCalls };
}

const OPTIONS = { nodeImage: 'node:1', nodePorts: [30010, 30011] };

test('a cluster is on the record before kind is asked, and its kubeconfig is nobody else to read', async (t) => {
  const { folder, readCalls } = await createFakeKind(t, []);
  const host = createTestHost();
  const cluster = await createKindCluster({ ...OPTIONS, name: nameKindCluster(), folder }, host);
  assert.deepEqual(
    [...host.recorded],
    [{ kind: 'kind-cluster', name: cluster.name, kubeconfig: join(folder, 'kubeconfig') }],
  );
  assert.equal((await stat(cluster.access.kubeconfig)).mode & 0o777, 0o600);
  const config = JSON.parse(await readFile(join(folder, 'kind.json'), 'utf8'));
  assert.deepEqual(config.nodes[0].extraPortMappings[1], {
    containerPort: 30011,
    hostPort: 0,
    listenAddress: '127.0.0.1',
    protocol: 'TCP',
  });
  await cluster[Symbol.asyncDispose]();
  assert.equal(host.recorded.size, 0);
  const [create, remove] = await readCalls();
  assert.match(create ?? '', new RegExp(`^create cluster --name ${cluster.name} .*--image node:1 --retain$`));
  assert.match(remove ?? '', new RegExp(`^delete cluster --name ${cluster.name} `));
});

test('a node that was not up in time is made once more, after the rest of the first is gone', async (t) => {
  const race =
    'ERROR: failed to create cluster: could not find a log line that matches "Reached target .*Multi-User System.*"';
  const { folder, readCalls } = await createFakeKind(t, [
    `[ "$1" = create ] && [ ! -e "$0.tried" ] && touch "$0.tried" && echo '${race}' >&2 && exit 1`,
    'exit 0',
  ]);
  await using cluster = await createKindCluster({ ...OPTIONS, name: nameKindCluster(), folder }, createTestHost());
  assert.ok(cluster.isOurs);
  assert.deepEqual(
    (await readCalls()).map((call) => call.split(' ')[0]),
    ['create', 'delete', 'create'],
  );
});

test('what kind says is told, its logs are kept, and nothing is left', async (t) => {
  const { folder, readCalls } = await createFakeKind(t, [
    `[ "$1" = create ] && echo 'ERROR: port is already allocated' >&2 && exit 1`,
    'exit 0',
  ]);
  const host = createTestHost(join(folder, 'diagnosis'));
  await assert.rejects(createKindCluster({ ...OPTIONS, name: nameKindCluster(), folder }, host), {
    name: 'ServerError',
    message: 'expected kind to make a cluster; it could not. Its last lines say why.',
    detail: ['ERROR: port is already allocated'],
  });
  assert.equal(host.recorded.size, 0);
  assert.deepEqual(
    (await readCalls()).map((call) => call.split(' ')[0]),
    ['create', 'export', 'delete'],
  );
});

test('a run that is stopped while kind works leaves nothing, not what Docker makes a moment later either', async (t) => {
  const { folder, readCalls } = await createFakeKind(t, [
    '[ "$1" = create ] && touch "$0.started" && sleep 60',
    '[ "$1" = get ] && echo >>"$0.asked" && [ "$(wc -l <"$0.asked")" -eq 2 ] && echo node',
    'exit 0',
  ]);
  const host = createTestHost();
  const creating = createKindCluster({ ...OPTIONS, name: nameKindCluster(), folder }, host);
  while (!(await stat(join(folder, 'kind.started')).catch(() => null)))
    await new Promise((resolve) => setTimeout(resolve, 10));
  host.abort(new Error('stopped'));
  await assert.rejects(creating, /^Error: stopped$/);
  assert.equal(host.recorded.size, 0);
  assert.deepEqual(
    (await readCalls()).map((call) => call.split(' ')[0]),
    ['create', 'delete', 'delete'],
  );
});

test('a node that outlives its removal is removed once more', async (t) => {
  const { folder, readCalls } = await createFakeKind(t, [
    `[ "$1" = get ] && [ ! -e "$0.asked" ] && touch "$0.asked" && echo node`,
    'exit 0',
  ]);
  const host = createTestHost();
  const cluster = await createKindCluster({ ...OPTIONS, name: nameKindCluster(), folder }, host);
  await cluster[Symbol.asyncDispose]();
  assert.equal((await readCalls()).filter((call) => call.startsWith('delete')).length, 2);
  assert.equal(host.recorded.size, 0);
});

test('a cluster that could not be deleted stays on the record, and the person is told', async (t) => {
  const { folder } = await createFakeKind(t, ['[ "$1" = create ]']);
  const host = createTestHost();
  const cluster = await createKindCluster({ ...OPTIONS, name: nameKindCluster(), folder }, host);
  await cluster[Symbol.asyncDispose]();
  assert.equal(host.recorded.size, 1);
  assert.match(host.messages.join('\n'), new RegExp(`kind delete cluster --name ${cluster.name}`));
});

test('the node is of a Kubernetes that the release of Seldon Core is made for, by digest', () => {
  assert.match(chooseNodeImage('1.17.1'), /:v1\.27\.\d+@sha256:[0-9a-f]{64}$/);
  assert.match(chooseNodeImage('1.19.0'), /:v1\.35\.\d+@sha256:[0-9a-f]{64}$/);
  assert.equal(chooseNodeImage(null), chooseNodeImage('1.19.0'));
});

test('a cluster with a name that is not ours is never deleted', async () => {
  await assert.rejects(deleteKindCluster('prod', '/nowhere'), /expected the name of a cluster of our own, got prod/);
});

test('a named cluster is used as it is', async (t) => {
  const { folder, readCalls } = await createFakeKind(t, [
    `[ "$1" = export ] && echo x >"$4"`,
    `[ "$1" = get ] && echo mine-control-plane`,
    'exit 0',
  ]);
  const cluster = await findKindCluster('mine', folder, createTestHost());
  assert.equal(cluster.node, 'mine-control-plane');
  assert.equal((await stat(cluster.access.kubeconfig)).mode & 0o777, 0o600);
  await cluster[Symbol.asyncDispose]();
  assert.ok(!(await readCalls()).some((call) => call.startsWith('delete')));
});

test('a named cluster of several nodes is refused', async (t) => {
  const { folder } = await createFakeKind(t, ['[ "$1" = export ] && : >"$4"', 'echo a-control-plane; echo a-worker']);
  await assert.rejects(
    findKindCluster('a', folder, createTestHost()),
    /expected kind cluster a to have one node, found 2/,
  );
});

test('a named cluster that is not there is told', async (t) => {
  const { folder } = await createFakeKind(t, ['exit 1']);
  await assert.rejects(
    findKindCluster('mine', folder, createTestHost()),
    /expected a kind cluster named mine; kind finds none/,
  );
});
