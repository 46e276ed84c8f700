import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ServerError } from '../../src/errors.ts';
import { provideImage } from '../../src/target/model-image.ts';
import { buildImage, docker, findBaseImage } from '../helpers/docker.ts';
import { createArm, createTargetConfig, createTestFolder, createTestHost } from './helpers.ts';

const config = createTargetConfig({ kind: 'docker' });
const keeping = createTargetConfig({ kind: 'docker', docker: { keepImage: true } });

/** An arm whose image nobody else builds at this time. */
function createOddArm() {
  return createArm({ packages: [`idna==0.${randomInt(2 ** 40)}`] });
}

/** A base whose Python is one shell command: what is built on it takes seconds. */
async function createBase(t: TestContext, command: string): Promise<NodeJS.ProcessEnv | null> {
  const base = await findBaseImage(t);
  if (base === null) return null;
  const python = '/usr/local/bin/python3';
  const image = await buildImage(t, [
    `FROM ${base}`,
    `RUN rm ${python} && printf '#!/bin/sh\\n${command}\\n' > ${python} && chmod 755 ${python}`,
  ]);
  return { SELDON_BENCH_BASE_IMAGE: image };
}

async function isThere(reference: string): Promise<boolean> {
  return (await docker('images', '--quiet', reference)) !== '';
}

test('an image is built once, is on record while it lasts, and goes with the run that built it', async (t) => {
  const env = await createBase(t, 'true');
  if (env === null) return;
  const host = createTestHost();
  const arm = createOddArm();
  const first = await provideImage(arm, config, host, env);
  assert.match(first.reference, /^seldon-bench\/model:[0-9a-f]{16}$/);
  assert.match(first.id, /^sha256:[0-9a-f]{64}$/);
  assert.equal(first.built, true);
  assert.equal(first.tensorflow, 'tensorflow-cpu');
  assert.ok((first.bytes ?? 0) > 1e6);
  assert.deepEqual([...host.recorded], [{ kind: 'image', reference: first.reference }]);
  const second = await provideImage(arm, config, host, env);
  assert.equal(second.id, first.id);
  await second[Symbol.asyncDispose]();
  assert.equal(await isThere(first.reference), true);
  await first[Symbol.asyncDispose]();
  assert.equal(await isThere(first.reference), false);
  assert.equal(host.recorded.size, 0);
});

test('an image with the stand-in is another one, and whoever brings a model is told', async (t) => {
  const env = await createBase(t, 'true');
  if (env === null) return;
  const host = createTestHost();
  const arm = createOddArm();
  await using full = await provideImage(arm, config, host, env);
  const folder = await createTestFolder(t);
  await writeFile(join(folder, 'Mine.py'), 'class Mine: pass\n');
  await using slim = await provideImage({ ...arm, tensorflow: 'stand-in' }, config, host, env);
  assert.notEqual(slim.reference, full.reference);
  assert.equal(slim.tensorflow, 'stand-in');
  assert.doesNotMatch(host.messages.join('\n'), /beside a stand-in/);
  const own = { ...arm, tensorflow: 'stand-in', model: { folder, name: 'Mine' } } as const;
  await using mine = await provideImage(own, config, host, env);
  assert.match(host.messages.join('\n'), /^Mine runs beside a stand-in for TensorFlow, which has nothing but/m);
  assert.notEqual(mine.reference, slim.reference);
});

test('an image that is to be kept stays, and belongs to somebody then', async (t) => {
  const env = await createBase(t, 'true');
  if (env === null) return;
  const host = createTestHost();
  const image = await provideImage(createOddArm(), keeping, host, env);
  t.after(() => docker('image', 'rm', image.reference));
  await image[Symbol.asyncDispose]();
  assert.equal(await isThere(image.reference), true);
  assert.equal(host.recorded.size, 0);
});

test('the image runs as nobody in particular, has the models, and names its ports', async (t) => {
  const env = await createBase(t, 'true');
  if (env === null) return;
  await using image = await provideImage(createOddArm(), config, createTestHost(), env);
  const format = '{{.Config.User}} {{.Config.WorkingDir}} {{json .Config.ExposedPorts}}';
  const text = await docker('image', 'inspect', '--format', format, image.reference);
  assert.equal(text.trim(), '8888 /microservice {"6000/tcp":{},"9000/tcp":{},"9500/tcp":{}}');
  const files = await docker('run', '--rm', image.reference, 'ls', '-n', '/microservice');
  assert.match(files, / 8888 0 .* FixedPredict\.py$/m);
});

test('what pip says is told where the packages cannot be installed, and nothing is left', async (t) => {
  const env = await createBase(t, 'echo no distribution fits >&2; exit 1');
  if (env === null) return;
  const host = createTestHost();
  await assert.rejects(provideImage(createOddArm(), config, host, env), (error: unknown) => {
    assert.ok(error instanceof ServerError);
    assert.match(error.message, /^expected Docker to build the image of the model; docker build ended with code 1\./);
    assert.match(error.detail.join('\n'), /no distribution fits/);
    return true;
  });
  assert.equal(host.recorded.size, 0);
});

test("a given image is taken as it is, and is nobody else's to remove", async (t) => {
  const base = await findBaseImage(t);
  if (base === null) return;
  const host = createTestHost();
  const given = await buildImage(t, [`FROM ${base}`, 'CMD ["true"]']);
  const image = await provideImage(createArm({ image: given }), config, host);
  assert.equal(image.reference, given);
  assert.deepEqual([image.built, image.tensorflow], [false, 'unknown']);
  assert.equal(host.recorded.size, 0);
  await image[Symbol.asyncDispose]();
  assert.equal(await isThere(given), true);
});
