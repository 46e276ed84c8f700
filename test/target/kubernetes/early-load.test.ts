import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createEarlyLoad } from '../../../src/target/kubernetes/early-load.ts';
import { askUntil } from '../../../src/target/wait.ts';
import { createTestHost, writeScript } from '../helpers.ts';
import { useFakeProgram } from './fake-program.ts';

/** A Docker whose node answers once the file `up` is there, and that keeps what comes into it. A real one is in kind.test.ts. */
async function createFakeDocker(t: TestContext, importing: readonly string[]) {
  const folder = await useFakeProgram(t, 'docker', [
    'cd "$(dirname "$0")"',
    `case "$*" in`,
    `*version) [ -e up ] ;;`,
    `save*) touch saving; echo "$*" ;;`,
    `*import*) ${importing.join('; ')} ;;`,
    `info*) exit 1 ;;`,
    `esac`,
  ]);
  const put = (name: string): Promise<string> => writeScript(join(folder, name), []);
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const exists = (name: string): Promise<true | null> =>
    stat(join(folder, name)).then(
      () => true,
      () => null,
    );
  const appears = (name: string): Promise<true | null> => askUntil(() => exists(name), 60_000, t.signal);
  return { put, read, exists, appears };
}

const IMAGE = { reference: 'model:1', id: 'sha256:1' };

test('an image is put together before there is a node, and comes into it once it answers', async (t) => {
  const { put, read, exists, appears } = await createFakeDocker(t, ['cat >>loaded']);
  const host = createTestHost();
  await using early = createEarlyLoad('node', host);
  early.begin([IMAGE, { reference: 'model:2', id: 'sha256:2' }]);
  assert.ok(await appears('saving'));
  assert.equal(await exists('loaded'), null);
  await put('up');
  await early.finish(host.signal);
  assert.equal(await read('loaded'), 'save model:1\nsave model:2\n');
  assert.deepEqual(host.messages, ['loading into the node: model:1, model:2']);
});

test('what goes wrong is said and left to the load that follows', async (t) => {
  const { put } = await createFakeDocker(t, ['echo no space left >&2', 'exit 1']);
  await put('up');
  const host = createTestHost();
  await using early = createEarlyLoad('node', host);
  early.begin([IMAGE]);
  await early.finish(host.signal);
  assert.match(
    host.messages.at(-1) ?? '',
    /^the images were not loaded early: expected to load the image into the node/,
  );
});

test('disposing ends what waits for a node that never comes, without a word', async (t) => {
  const { appears } = await createFakeDocker(t, ['cat >loaded']);
  const host = createTestHost();
  const early = createEarlyLoad('node', host);
  early.begin([IMAGE]);
  assert.ok(await appears('saving'));
  await early[Symbol.asyncDispose]();
  await early.finish(host.signal);
  assert.deepEqual(host.messages, []);
});

test('a run that is stopped does not wait for it', async (t) => {
  const { put, appears } = await createFakeDocker(t, ['touch loading', 'exec sleep 600']);
  await put('up');
  const host = createTestHost();
  await using early = createEarlyLoad('node', host);
  early.begin([IMAGE]);
  assert.ok(await appears('loading'));
  const stop = new AbortController();
  const finishing = early.finish(stop.signal);
  stop.abort(new Error('another part failed'));
  await assert.rejects(finishing, /^Error: another part failed$/);
});
