import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServerError, UserError } from '../../../src/errors.ts';
import { isEvidenceFolder } from '../../../src/target/evidence-folder.ts';
import { writeBundle } from '../../../src/target/kubernetes/bundle.ts';
import { createBundleFiles } from '../../../src/target/kubernetes/bundle-files.ts';
import { addPodLogs } from '../../../src/target/kubernetes/bundle-logs.ts';
import { addNodeLogs } from '../../../src/target/kubernetes/bundle-node.ts';
import { addClusterObjects } from '../../../src/target/kubernetes/bundle-objects.ts';
import { writeBundleOnLoss } from '../../../src/target/kubernetes/bundle-on-loss.ts';
import { redactKeys } from '../../../src/target/kubernetes/redact.ts';
import { createTestFolder, createTestHost } from '../helpers.ts';
import { useFakeProgram } from './fake-program.ts';
import { readBundle } from './read-bundle.ts';

/** A cluster with nobody to ask but its node, of which kind tells. */
const NODE = { access: null, namespace: null, kindCluster: 'sb-00000000' };
const ONE_LOG = ['mkdir -p "$3"; echo 1 >"$3/kind-version.txt"'];
const MIB = 1024 * 1024;

const KEY = [
  '-----BEGIN RSA PRIVATE KEY-----',
  'MIIEowIBAAKCAQEAwUMqKw==',
  'ZmFrZSBhcyBjYW4gYmU=',
  '-----END RSA PRIVATE KEY-----',
];

test('whatever looks like a key is replaced, and what is around it stays', () => {
  for (const [text, expected] of [
    [`a\n${KEY.join('\n')}\nb`, `a\n${KEY[0]}[redacted]${KEY[3]}\nb`],
    [JSON.stringify({ key: KEY.join('\n') }), `{"key":"${KEY[0]}[redacted]${KEY[3]}"}`],
    [`12:00 ${KEY.join('\n12:00 ')} b`, `12:00 ${KEY[0]}[redacted]${KEY[3]} b`],
    ['-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKC', '-----BEGIN PRIVATE KEY-----[redacted]'],
    [`client-key-data: ${Buffer.from(KEY.join('\n')).toString('base64')}\nb`, 'client-key-data: [redacted]\nb'],
    ['token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2lnbmF0dXJlLi4', 'token [redacted]'],
    ['Authorization: Bearer 0123456789abcdef.x b', 'Authorization: Bearer [redacted] b'],
    ['--token abcdef.0123456789abcdef b', '--token [redacted] b'],
    ['HTTP_PROXY=http://me:secret@proxy:3128/', 'HTTP_PROXY=http://[redacted]@proxy:3128/'],
    [`GITHUB_TOKEN=ghs_${'a1'.repeat(18)} b`, 'GITHUB_TOKEN=[redacted] b'],
  ] as const) {
    assert.equal(redactKeys(text), expected);
  }
  for (const text of [
    'pod arm0-predict-abcdef.17f2a3b4c5d6e7f8 Started',
    'tokens: 12; see https://example.com:8080/a@b',
    '-----BEGIN CERTIFICATE-----',
  ]) {
    assert.equal(redactKeys(text), text);
  }
});

test('of a long file the wanted end is kept, and all of them together have a limit', async (t) => {
  const folder = await createTestFolder(t);
  const files = createBundleFiles(folder);
  const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i}\n`).join('');
  await files.add(['a', 'log.txt'], lines, 'last');
  await files.add(['a', 'list.json'], lines, 'first');
  const bundle = await readBundle(folder);
  const log = bundle.get('a/log.txt') ?? '';
  assert.ok(log.length <= MIB + 100 && log.endsWith('line 199999\n'));
  assert.match(log, /^\[the rest is left out\]\nline \d+\n/);
  assert.match(bundle.get('a/list.json') ?? '', /^line 0\n[\s\S]*\n\[the rest is left out\]\n$/);
  assert.deepEqual(files.missing, []);
  for (let i = 0; i < 40; i++) await files.add(['b', `${i}.txt`], lines, 'last');
  const written = [...(await readBundle(folder)).values()];
  assert.ok(written.reduce((sum, text) => sum + text.length, 0) <= 32 * MIB);
  assert.equal(written.length + files.missing.length, 42);
  assert.match(files.missing[0] ?? '', /^b\/\d+\.txt: there is enough to read without it$/);
});

test('half of a key is left of none, wherever a file is cut and however many there are', async (t) => {
  const folder = await createTestFolder(t);
  const files = createBundleFiles(folder);
  const body = Array.from({ length: 24 }, () => 'ZmFrZSBh'.repeat(8));
  const keys = [KEY[0], ...body, KEY[3], 'line\n'.repeat(500)].join('\n').repeat(500);
  for (const [name, kept] of [
    ['log', 'last'],
    ['list', 'first'],
  ] as const) {
    // Cut at other places of a key each time.
    for (let i = 0; i < 8; i++)
      await files.add([`${name}-${i}`], `${'x'.repeat(211 * i)}\n${keys}${'y'.repeat(211 * i)}`, kept);
  }
  const bundle = await readBundle(folder);
  assert.equal(bundle.size, 16);
  for (const [name, text] of bundle) {
    assert.ok(!text.includes('ZmFrZSBh'), name);
    assert.match(text, /-----BEGIN RSA PRIVATE KEY-----\[redacted\]/, name);
  }
});

test('a name that is no file name is none, and a part that fails is noted', async (t) => {
  const folder = await createTestFolder(t);
  const files = createBundleFiles(folder);
  for (const name of ['..', '.', '', 'a/b', 'a:b', '-x', 'a\u0000']) await files.add(['logs', name], 'text', 'last');
  await files.attempt('the nodes', async () => {
    throw new Error('not today');
  });
  assert.deepEqual([...(await readBundle(folder)).keys()], []);
  assert.equal(files.missing.length, 8);
  assert.equal(files.missing[0], '"logs/..": its name is none for a file');
  assert.equal(files.missing[7], 'the nodes: not today');
});

test('the logs of containers are kept, of those that were ended too, and what has none is noted', async (t) => {
  const status = { containerStatuses: [{ name: 'c', restartCount: 1 }] };
  const spec = { initContainers: [{ name: 'i' }], containers: [{ name: 'c' }] };
  const items = ['own-pod', 'theirs'].map((name) => ({ metadata: { name }, spec, status }));
  const say = (path: string): unknown => {
    if (!path.includes('/log?')) return { items };
    if (path.includes('container=i')) return 'unable to retrieve container logs for containerd://1';
    return path.includes('previous=true') ? `${KEY.join('\n')}\n` : '';
  };
  const folder = await createTestFolder(t);
  const files = createBundleFiles(folder);
  await addPodLogs({ get: async (path: string) => say(path) } as never, { name: 'n', prefix: 'own-' }, null, files);
  const kept = [['logs/n/own-pod/c.previous.log', `${KEY[0]}[redacted]${KEY[3]}\n`]];
  assert.deepEqual([...(await readBundle(folder))], kept);
  assert.deepEqual(files.missing.toSorted(), [
    'logs/n/own-pod/c.log: it has written nothing',
    'logs/n/own-pod/i.log: the node has removed it',
  ]);
});

test('the logs of nodes are kept without keys, links and what is there twice', async (t) => {
  const folder = await createTestFolder(t);
  // The key begins shortly before what is kept of the file.
  const early = `${'x'.repeat(MIB)}\n${KEY.join('\n')}\n${'y\n'.repeat(MIB / 2 - 40)}`;
  await writeFile(join(folder, 'early'), early);
  await useFakeProgram(t, 'kind', [
    '[ "$1 $2" = "export logs" ] || exit 1',
    'mkdir -p "$3/n1/pods/ns_pod_1/c" "$3/n1/containers"',
    `cp '${join(folder, 'early')}' "$3/n1/journal.log"`,
    'echo once >"$3/n1/pods/ns_pod_1/c/0.log"; echo twice >"$3/n1/containers/c.log"',
    'ln -s /etc/passwd "$3/n1/kubelet.log"; echo 1 >"$3/kind-version.txt"',
  ]);
  const out = await createTestFolder(t);
  const files = createBundleFiles(out);
  const host = createTestHost();
  await addNodeLogs('sb-00000000', files, host);
  assert.deepEqual(files.missing, []);
  const bundle = await readBundle(out);
  assert.deepEqual([...bundle.keys()].sort(), [
    'kind/kind-version.txt',
    'kind/n1/journal.log',
    'kind/n1/pods/ns_pod_1/c/0.log',
  ]);
  const journal = bundle.get('kind/n1/journal.log') ?? '';
  assert.ok(!journal.includes('ZmFrZSBhcyBjYW4gYmU='));
  assert.match(journal, /y\ny\n$/);
  assert.equal(host.recorded.size, 0, 'what kind wrote is gone');
});

test("of nodes and webhooks that are not the run's only what tells why a model finds no place is kept", async (t) => {
  const status = { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { cpu: '2' } };
  const taints = [{ key: 'model', effect: 'NoSchedule' }];
  const node = {
    metadata: { name: 'n1', labels: { secret: 'label' }, annotations: { secret: 'annotation' } },
    spec: { taints, providerID: 'secret-provider' },
    status: { ...status, addresses: [{ address: 'secret-address' }], images: [{ names: ['secret-image'] }] },
  };
  const rules = [{ apiGroups: ['machinelearning.seldon.io'] }];
  const service = { name: 'seldon-webhook-service' };
  const webhook = (clientConfig: object) => ({ webhooks: [{ rules, clientConfig }, { rules: [] }] });
  const configurations = [
    webhook({ url: 'https://secret-host/' }),
    webhook({ service }),
    { webhooks: [{ rules: [] }] },
  ];
  const api = { get: async (path: string) => ({ items: path.includes('/nodes?') ? [node] : configurations }) } as never;
  const read = async (isOurs: boolean): Promise<ReadonlyMap<string, string>> => {
    const folder = await createTestFolder(t);
    const files = createBundleFiles(folder);
    await addClusterObjects(api, isOurs, files);
    assert.deepEqual(files.missing, []);
    return readBundle(folder);
  };
  const theirs = await read(false);
  assert.doesNotMatch([...theirs.values()].join('\n'), /secret/);
  assert.deepEqual(JSON.parse(theirs.get('objects/nodes.json') ?? ''), [
    { metadata: { name: 'n1' }, spec: { taints }, status },
  ]);
  const kept = [webhook({}), webhook({ service })].map(({ webhooks }) => ({
    webhooks: webhooks.map((one) => ({ clientConfig: {}, ...one })),
  }));
  assert.deepEqual(JSON.parse(theirs.get('objects/validatingwebhookconfigurations.json') ?? ''), kept);
  const ours = [...(await read(true)).values()].join('\n');
  for (const word of ['label', 'address', 'image', 'host'])
    assert.ok(ours.includes(`secret${word === 'label' ? '": "' : '-'}${word}`), word);
});

test('a cluster that tells nothing leaves nothing', async (t) => {
  const folder = join(await createTestFolder(t), 'diagnosis');
  await useFakeProgram(t, 'kind', ['exit 1']);
  await writeBundle(NODE, createTestHost(folder), new ServerError('no model'));
  await assert.rejects(readFile(join(folder, 'README.txt')), { code: 'ENOENT' });
});

test('a kind that cannot is noted', async (t) => {
  const folder = await createTestFolder(t);
  await useFakeProgram(t, 'kind', ['exit 1']);
  const files = createBundleFiles(folder);
  await addNodeLogs('sb-00000000', files, createTestHost());
  assert.deepEqual(files.missing, ['kind export logs --name sb-00000000: kind could not']);
});

test('the folder says what it is and what the run said, and the first failure counts', async (t) => {
  const folder = join(await createTestFolder(t), 'diagnosis');
  const host = createTestHost(folder);
  await useFakeProgram(t, 'kind', ONE_LOG);
  await writeBundle(NODE, host, new ServerError('no model', { detail: ['last line'] }));
  await writeBundle(NODE, host, new ServerError('another'));
  const bundle = await readBundle(folder);
  assert.deepEqual([...bundle.keys()].sort(), ['README.txt', 'error.txt', 'kind/kind-version.txt']);
  assert.equal(bundle.get('error.txt'), 'no model\n\nlast line\n');
  assert.ok(await isEvidenceFolder(folder));
  assert.deepEqual(host.messages, []);
});

test('nothing is kept of a run that was stopped, nor of a mistake of the caller', async (t) => {
  const folder = join(await createTestFolder(t), 'diagnosis');
  await useFakeProgram(t, 'kind', ONE_LOG);
  await writeBundle(NODE, createTestHost(folder), new UserError('wrong option'));
  const stopped = createTestHost(folder);
  stopped.abort(new Error('stopped'));
  await writeBundle(NODE, stopped, new ServerError('no model'));
  await assert.rejects(readFile(join(folder, 'error.txt')), { code: 'ENOENT' });
});

test('a run that is stopped meanwhile leaves nothing half', async (t) => {
  const parent = await useFakeProgram(t, 'kind', ['touch "$0.started"; sleep 60']);
  const host = createTestHost(join(parent, 'diagnosis'));
  const writing = writeBundle(NODE, host, new ServerError('no model'));
  while (!(await readFile(join(parent, 'kind.started')).catch(() => null))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  host.abort(new Error('stopped'));
  await writing;
  assert.equal(await isEvidenceFolder(host.evidenceFolder), false);
  assert.equal(host.recorded.size, 0);
});

test('a place where nothing can be written is told, and fails nothing', async () => {
  const host = createTestHost();
  await writeBundle(NODE, host, new ServerError('no model'));
  assert.match(host.messages.join(), /could not be kept in \/dev\/null\/diagnosis: ENOTDIR/);
});

test('a lost model is written down while the run goes on, and disposing waits for it', async (t) => {
  const folder = join(await createTestFolder(t), 'diagnosis');
  const host = createTestHost(folder);
  const [first, second] = [new AbortController(), new AbortController()];
  await useFakeProgram(t, 'kind', ONE_LOG);
  const watch = writeBundleOnLoss([first.signal, second.signal], NODE, host);
  second.abort(new ServerError('the pod ended'));
  first.abort(new ServerError('the other one, too'));
  assert.equal(host.expected.length, 1, 'whoever publishes knows of it at once');
  await watch[Symbol.asyncDispose]();
  assert.match((await readBundle(folder)).get('error.txt') ?? '', /^the pod ended\n/);
});

test('a model that is not lost leaves nothing', async (t) => {
  const folder = join(await createTestFolder(t), 'diagnosis');
  const host = createTestHost(folder);
  const lost = new AbortController();
  await writeBundleOnLoss([lost.signal], NODE, host)[Symbol.asyncDispose]();
  lost.abort(new ServerError('too late'));
  assert.equal(host.expected.length, 0);
  assert.equal(await isEvidenceFolder(folder), false);
});
