import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { ServerError, UserError } from '../../src/errors.ts';
import { arm } from '../../src/report/circumstances.ts';
import { parsePort } from '../../src/target/container/container.ts';
import { checkPython } from '../../src/target/container/python.ts';
import { readReleases } from '../../src/target/kubernetes/helm-release.ts';
import { readNodeImage, readPlatform } from '../../src/target/kubernetes/load-image.ts';
import { readDocuments } from '../../src/target/kubernetes/manifest-file.ts';
import { readAnswer } from '../../src/target/local/python/probe.ts';
import { createOutputTail } from '../../src/target/output-tail.ts';
import { damage, damages, split } from '../helpers/damage.ts';
import { listPlaces, spoil, spoilings } from './spoil.ts';

/** What programs write and people's files hold: each is foreign, and each has one way to be wrong. */

test('what a Python says of itself fits the report, or is nothing', () => {
  const said = { version: '3.12.1', packages: { numpy: '1.26.3', 'seldon-core': '1.19.0' } };
  assert.deepEqual(checkPython(said), said);
  const places = listPlaces(said);
  const long = { ...said, version: '3'.repeat(3000) };
  const answers = fc.oneof(
    spoilings.map((list) => spoil(said, places, list)),
    fc.jsonValue(),
    fc.constant(long),
  );
  fc.assert(
    fc.property(answers, (answer) => {
      const python = checkPython(answer);
      if (python !== null) assert.equal(arm.shape.python.safeParse(python).error, undefined);
    }),
    { numRuns: 800, seed: 601 },
  );
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`p${i}`, '1']));
  assert.equal(checkPython({ ...said, packages: many }), null);
});

test('what docker says of its store becomes one option with a harmless value, or none', () => {
  const info = {
    DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
    OSType: 'linux',
    Architecture: 'x86_64',
  };
  assert.deepEqual(readPlatform(JSON.stringify(info)), ['--platform', 'linux/amd64']);
  assert.deepEqual(readPlatform(JSON.stringify({ ...info, Architecture: 'constructor' })), [
    '--platform',
    'linux/constructor',
  ]);
  assert.deepEqual(readPlatform(JSON.stringify({ ...info, DriverStatus: null })), []);
  // Of what is long only the end is kept.
  assert.deepEqual(readPlatform(JSON.stringify(info).slice(20)), []);
  const places = listPlaces(info);
  const texts = fc.oneof(
    spoilings.map((list) => JSON.stringify(spoil(info, places, list))),
    fc.json(),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const options = readPlatform(text);
      assert.ok(options.length === 0 || /^--platform [A-Za-z0-9_]+\/[A-Za-z0-9_]+$/.test(options.join(' ')));
    }),
    { numRuns: 500, seed: 603 },
  );
});

test('what docker says of ports is a port or a ServerError', () => {
  const whole = Buffer.from('9000/tcp -> 127.0.0.1:32768\n9500/tcp -> 127.0.0.1:32769\n');
  fc.assert(
    fc.property(damages, (list) => {
      try {
        const port = parsePort(damage(whole, list).toString(), 9000);
        assert.ok(Number.isInteger(port) && port > 0);
      } catch (error) {
        assert.ok(error instanceof ServerError, String(error));
      }
    }),
    { numRuns: 500, seed: 605 },
  );
});

test('what helm lists is a release in plain words, none, or a ServerError', () => {
  const wanted = { name: 'seldon-core', namespace: 'seldon-system' };
  const listed = [
    { name: 'other', namespace: 'seldon-system', revision: '1', status: 'failed', chart: 'other-1.0.0' },
    { ...wanted, revision: '3', updated: 'now', status: 'deployed', chart: 'seldon-core-operator-1.19.0' },
  ];
  const release = { ...wanted, status: 'deployed', chart: 'seldon-core-operator-1.19.0', revision: 3 };
  assert.deepEqual(readReleases(JSON.stringify(listed), wanted), release);
  assert.equal(readReleases('[]', wanted), null);
  assert.equal(readReleases(JSON.stringify(listed.slice(0, 1)), wanted), null);
  for (const text of ['', 'null', '{}', 'Error: no cluster', JSON.stringify([{ name: 'seldon-core' }])])
    assert.throws(() => readReleases(text, wanted), ServerError, text);
  fc.assert(
    fc.property(jsonLike(listed), (text) => {
      try {
        const found = readReleases(text, wanted);
        if (found === null) return;
        assert.match(`${found.status} ${found.chart} ${found.revision}`, /^[\w.+-]+ [\w.+-]+ -?\d+$/);
      } catch (error) {
        assert.ok(error instanceof ServerError, String(error));
        assert.doesNotMatch(error.message, /\p{C}/u);
      }
    }),
    { numRuns: 800, seed: 611 },
  );
});

test('what crictl says of an image is an id and names, or nothing', () => {
  const said = { status: { id: 'sha256:1', repoTags: ['docker.io/library/a:1', 'docker.io/library/b:1'], size: '5' } };
  const nothing = { id: null, names: [] };
  assert.deepEqual(readNodeImage(JSON.stringify(said)), { id: said.status.id, names: said.status.repoTags });
  for (const text of ['', 'null', '[]', '{"status":null}', '{"status":{"id":1,"repoTags":"ab"}}'])
    assert.deepEqual(readNodeImage(text), nothing, text);
  fc.assert(
    fc.property(jsonLike(said), (text) => {
      const { id, names } = readNodeImage(text);
      assert.ok(id === null || typeof id === 'string');
      assert.ok(Array.isArray(names) && names.every((name) => typeof name === 'string'));
    }),
    { numRuns: 800, seed: 613 },
  );
});

test('what a file named python answers is of a Python that can be run, or nothing', () => {
  const said = {
    implementation: 'CPython',
    version: '3.12.1',
    executable: '/usr/bin/python3.12',
    platform: 'linux-x86_64',
    origin: '/usr/bin/python3.12',
    venv: true,
  };
  assert.deepEqual(readAnswer(JSON.stringify(said)), said);
  const odd = [
    { executable: '' },
    { executable: null },
    { origin: '/a\0b' },
    { version: '3.12\u001b[2J' },
    { venv: 1 },
  ];
  for (const change of odd) assert.equal(readAnswer(JSON.stringify({ ...said, ...change })), null);
  fc.assert(
    fc.property(jsonLike(said), (text) => {
      const answer = readAnswer(text);
      if (answer === null) return;
      assert.match(`${answer.implementation} ${answer.version} ${answer.platform}`, /^[\w.+-]+ [\w.+-]+ [\w.+-]+$/);
      for (const path of [answer.executable, answer.origin]) assert.match(path, /^\/[^\0]*$/);
      assert.equal(typeof answer.venv, 'boolean');
    }),
    { numRuns: 800, seed: 615 },
  );
});

/** The JSON of a value with some of it spoilt, with bytes of it spoilt, or of something else; and what is no JSON. */
function jsonLike(value: unknown): fc.Arbitrary<string> {
  const places = listPlaces(value);
  return fc.oneof(
    spoilings.map((list) => JSON.stringify(spoil(value, places, list))),
    damages.map((list) => damage(Buffer.from(JSON.stringify(value)), list).toString()),
    fc.json(),
    fc.string(),
    fc.constantFrom('['.repeat(100_000), '{"a":'.repeat(100_000), `[${'null,'.repeat(100_000)}null]`, '\ud800', '\0'),
  );
}

test('a file of manifests is objects with names for addresses, or a UserError', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'seldon-bench-fuzz-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'operator.yaml');
  const whole = Buffer.from(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a, namespace: b }\n---\n# nothing\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: system:c\n',
  );
  await writeFile(path, whole);
  const documents = await readDocuments(path, 'home');
  assert.deepEqual(
    documents.map(({ kind, name, namespace }) => [kind, name, namespace]),
    [
      ['Deployment', 'a', 'b'],
      ['Service', 'system:c', 'home'],
    ],
  );
  const odd = ['null', '7', '[]', 'kind: 5\napiVersion: 1\nmetadata: {name: 2}', 'a: &a [*a]', 'metadata: ~', '? ['];
  const bomb = `a0: &a0 [x,x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i}]`).join('\n')}\n`;
  const up = ['../x', 'a/../../b', 'a//b', 'a?b', 'a#b', '.'].map(
    (name) => `apiVersion: v1\nkind: Pod\nmetadata: { name: "${name}" }`,
  );
  const files = fc.oneof(
    damages.map((list) => damage(whole, list)),
    fc.constantFrom(...odd, ...up, bomb, '['.repeat(2000), '- '.repeat(2000)),
  );
  await fc.assert(
    fc.asyncProperty(files, async (text) => {
      await writeFile(path, text);
      try {
        for (const one of await readDocuments(path, 'home')) {
          const address = new URL(`https://x/${one.apiVersion}/${one.namespace}/${one.name}`).pathname;
          assert.equal(address, `/${one.apiVersion}/${one.namespace}/${one.name}`);
        }
      } catch (error) {
        assert.ok(error instanceof UserError && !(error instanceof ServerError), (error as Error).stack);
        assert.match(error.message, /^expected Kubernetes objects in YAML in /);
      }
    }),
    { numRuns: 150, seed: 607 },
  );
  for (const text of up) {
    await writeFile(path, text);
    await assert.rejects(readDocuments(path, 'home'), UserError);
  }
  await writeFile(path, Buffer.alloc(16 * 1024 * 1024 + 1, '#'));
  await assert.rejects(readDocuments(path, 'home'), /not a regular file of at most 16777216 bytes/);
});

test('the last lines of a program are few, short and free of what moves a cursor, however it writes them', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.constantFrom('\n', '\r\n', '\u001b[2J', 'x'.repeat(3000)),
    ),
  );
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(5000), { maxLength: 5 }), (list, cuts) => {
      const tail = createOutputTail();
      for (const piece of split(Buffer.from(list.join('')), cuts)) tail.push(piece.toString('latin1'));
      const lines = tail.lines();
      assert.ok(
        lines.length <= 30 && lines.every((line) => line.length <= 501),
        String(lines.map(({ length }) => length)),
      );
      assert.ok(
        lines.every((line) => !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)),
        JSON.stringify(lines),
      );
    }),
    { numRuns: 150, seed: 609 },
  );
  const tail = createOutputTail();
  for (let i = 0; i < 20_000; i++) tail.push('without an end '.repeat(10));
  assert.ok(tail.lines().join('').length <= 30 * 501);
});
