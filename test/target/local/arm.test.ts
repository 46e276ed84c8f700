import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RestEndpoint } from '../../../src/endpoint.ts';
import { ServerError } from '../../../src/errors.ts';
import { provision } from '../../../src/target/choose.ts';
import { cacheDir, findFittingPython } from '../../helpers/fitting-python.ts';
import { createArm, createTargetConfig, createTestFolder, createTestHost } from '../helpers.ts';

async function ask(endpoint: RestEndpoint | undefined): Promise<string> {
  assert.ok(endpoint);
  const { host, port, path } = endpoint;
  const headers = { 'content-type': 'application/json' };
  const body = '{"data": {"ndarray": [[3, 4]]}}';
  return (await fetch(`http://${host}:${port}${path}`, { method: 'POST', headers, body })).text();
}

test("arms of the wrapper differ in environment and model, and nothing is written into somebody's folder", async (t) => {
  const python = await findFittingPython(t, '1.19.0');
  if (python === null) return;
  const folder = join(await createTestFolder(t), 'mine');
  await mkdir(folder);
  await writeFile(join(folder, 'helper.py'), 'FACTOR = 2\n');
  await writeFile(
    join(folder, 'Mine.py'),
    [
      'import os',
      'from helper import FACTOR',
      'class Mine:',
      '    def predict(self, X, names):',
      '        return X * FACTOR + float(os.environ.get("EXTRA", "0"))',
    ].join('\n'),
  );
  const host = createTestHost();
  const config = createTargetConfig({ process: { python: python.path, cacheDir } });
  const model = { folder, name: 'Mine' };
  const arms = [
    createArm({ id: 'ours', env: { GUNICORN_THREADS: '2' } }),
    createArm({ id: 'mine', model }),
    createArm({ id: 'more', model, env: { EXTRA: '0.5' } }),
  ] as const;
  const provisioned = await provision(config, arms, ['predict'], host);
  try {
    const [ours, mine, more] = provisioned.targets;
    const replies = provisioned.targets.map(({ endpoints }) => ask(endpoints.predict?.rest));
    const numbers = (await Promise.all(replies)).map((reply) => JSON.parse(reply).data.ndarray);
    assert.deepEqual(numbers, [[1], [[6, 8]], [[6.5, 8.5]]]);
    assert.deepEqual(
      provisioned.targets.map(({ arm, answers }) => [arm.id, answers]),
      [
        ['ours', 'fixed'],
        ['mine', 'any'],
        ['more', 'any'],
      ],
    );
    assert.equal(ours.arm.settings.GUNICORN_THREADS, '2');
    assert.equal(ours.arm.settings.GUNICORN_WORKERS, '1');
    assert.equal(ours.arm.model, undefined);
    assert.equal(mine?.arm.model, `${folder}:Mine`);
    assert.equal(more?.arm.settings.EXTRA, '0.5');

    const before = await ours.readUsage('predict');
    for (let i = 0; i < 50; i++) await ask(ours.endpoints.predict?.rest);
    const after = await ours.readUsage('predict');
    assert.equal(await ours.readUsage('predict_raw'), null);
    if (process.platform === 'linux') {
      assert.ok(before && after && after.cpuMs > before.cpuMs);
      assert.ok((after.rssBytes ?? 0) > 100e6, 'TensorFlow alone takes as much');
    }
  } finally {
    await provisioned[Symbol.asyncDispose]();
  }
  assert.deepEqual((await readdir(folder)).sort(), ['Mine.py', 'helper.py']);
  assert.equal(host.recorded.size, 0);
});

test('a model that cannot be loaded is a ServerError that names the arm, and the other arm goes with it', async (t) => {
  const python = await findFittingPython(t, '1.19.0');
  if (python === null) return;
  const folder = await createTestFolder(t);
  await writeFile(join(folder, 'Broken.py'), 'import no_such_thing\nclass Broken:\n    pass\n');
  const host = createTestHost();
  const config = createTargetConfig({ process: { python: python.path, cacheDir } });
  const arms = [createArm({ id: 'good' }), createArm({ id: 'bad', model: { folder, name: 'Broken' } })] as const;
  await assert.rejects(provision(config, arms, ['predict'], host), (error: ServerError) => {
    assert.ok(error instanceof ServerError);
    assert.match(error.message, /^arm bad: expected the wrapper for predict to keep running/);
    assert.ok(error.detail.some((line) => /No module named 'no_such_thing'/.test(line)));
    return true;
  });
  assert.equal(host.recorded.size, 0);
});
