import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerError } from '../../src/errors.ts';
import { runDocker } from '../../src/target/docker-cli.ts';
import { startDockerTarget } from '../../src/target/local/docker.ts';
import { type ModelImage, provideImage } from '../../src/target/model-image.ts';
import { endRecorded } from '../../src/target/release.ts';
import type { Target } from '../../src/target/target.ts';
import { buildScriptImage, docker, findBaseImage } from '../helpers/docker.ts';
import { createArm, createTargetConfig, createTestHost, type TestHost } from './helpers.ts';
import { useFakeProgram, usePath } from './kubernetes/fake-program.ts';

const config = createTargetConfig({ kind: 'docker' });

async function start(reference: string, host: TestHost): Promise<Target> {
  const arm = createArm({ image: reference });
  const image: ModelImage = await provideImage(arm, config, host);
  return startDockerTarget(config, arm, image, ['predict'], host);
}

/** That it fails with a message and last lines, and that nothing is left of it. */
async function failsWith(reference: string, message: RegExp, line: RegExp): Promise<void> {
  const host = createTestHost();
  const names: string[] = [];
  const noting: TestHost = {
    ...host,
    recordCreated(thing) {
      if (thing.kind === 'container') names.push(thing.name);
      return host.recordCreated(thing);
    },
  };
  await assert.rejects(start(reference, noting), (error: unknown) => {
    assert.ok(error instanceof ServerError, String(error));
    assert.match(error.message, message);
    assert.match(error.detail.join('\n'), line);
    return true;
  });
  assert.equal(host.recorded.size, 0);
  for (const name of names) assert.equal(await isThere(name), false);
}

async function isThere(name: string): Promise<boolean> {
  return (await docker('ps', '--all', '--quiet', '--filter', `name=^${name}$`)) !== '';
}

const SERVES = `
import json, os, http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"something else")
http.server.HTTPServer(("", 9000), Handler).serve_forever()`.trim();

test('an image that is nowhere is named in seconds', async (t) => {
  if ((await findBaseImage(t)) === null) return;
  const host = createTestHost();
  await assert.rejects(start('localhost:1/nobody/has-this:1', host), (error: unknown) => {
    assert.ok(error instanceof ServerError);
    assert.match(error.message, /^expected Docker to find or pull the image localhost:1\/nobody\/has-this:1;/);
    assert.ok(error.detail.length > 0);
    return true;
  });
  assert.equal(host.recorded.size, 0);
});

test('a container that ends at its start tells its code and its last lines', async (t) => {
  const base = await findBaseImage(t);
  if (base === null) return;
  const image = await buildScriptImage(t, base, 'import sys; print("no such model"); sys.exit(7)');
  await failsWith(
    image,
    /^expected the container for predict to keep running; it ended with code 7\./,
    /no such model/,
  );
});

test('a container that needs too much memory is told from others', async (t) => {
  const base = await findBaseImage(t);
  if (base === null) return;
  const image = await buildScriptImage(
    t,
    base,
    'print("filling", flush=True); x = [bytearray(2**26) for _ in range(99)]',
  );
  await failsWith(image, /used more than its 1024 MiB of memory/, /filling/);
});

test('a container that answers as something else is refused in seconds, though its ports are open', async (t) => {
  const base = await findBaseImage(t);
  if (base === null) return;
  const image = await buildScriptImage(t, base, SERVES);
  const host = createTestHost();
  const starting = start(image, host);
  // Nobody listens on the gRPC port: what answers over REST is enough to know.
  await assert.rejects(
    starting,
    /expected the container for predict to answer as the Seldon wrapper does.* something else answers/,
  );
  assert.equal(host.recorded.size, 0);
});

test('a run that is stopped while a container starts takes it back', async (t) => {
  const base = await findBaseImage(t);
  if (base === null) return;
  const image = await buildScriptImage(t, base, 'import time; time.sleep(600)');
  const host = createTestHost();
  const reason = new Error('stopped');
  let name = '';
  const starting = start(image, {
    ...host,
    recordCreated(thing) {
      if (thing.kind === 'container') {
        name = thing.name;
        host.abort(reason);
      }
      return host.recordCreated(thing);
    },
  });
  await assert.rejects(starting, reason);
  assert.match(name, /^seldon-bench-/);
  assert.equal(await isThere(name), false);
  assert.equal(host.recorded.size, 0);
});

test('a container on record is removed, also when it is gone already, and never one of another name', async (t) => {
  const base = await findBaseImage(t);
  if (base === null) return;
  const name = `seldon-bench-${process.pid}-record`;
  t.after(() => docker('rm', '--force', name));
  await docker('run', '--detach', '--name', name, base, 'sleep', '600');
  await endRecorded({ kind: 'container', name });
  assert.equal(await isThere(name), false);
  await endRecorded({ kind: 'container', name });
  await endRecorded({ kind: 'image', reference: 'seldon-bench/model:not-there' });
});

test('records with names that are not ours are refused', async () => {
  const place = { kubeconfig: '/nowhere', context: 'x', label: 'a=b' };
  await assert.rejects(
    endRecorded({ kind: 'container', name: 'database' }),
    /expected a container named seldon-bench-/,
  );
  await assert.rejects(endRecorded({ kind: 'image', reference: 'postgres' }), /expected an image named seldon-bench/);
  await assert.rejects(
    endRecorded({ kind: 'kind-cluster', name: 'dev', kubeconfig: '/x' }),
    /expected the name of a cluster of our own/,
  );
  await assert.rejects(endRecorded({ kind: 'namespace', name: 'prod', ...place }), /expected a namespace named/);
  await assert.rejects(
    endRecorded({ kind: 'namespace', name: 'seldon-bench-1', ...place, label: '' }),
    /expected a label/,
  );
  for (const [node, reference] of [
    ['--privileged', 'model:1'],
    ['node', '--all'],
  ] as const) {
    await assert.rejects(endRecorded({ kind: 'node-image', node, reference }), /expected an image, got/);
  }
  for (const path of ['/', '/etc', '/seldon-bench-00000000/../etc', '/seldon-bench-1']) {
    await assert.rejects(endRecorded({ kind: 'node-folder', node: 'node', path }), /expected a folder of our own, got/);
  }
  for (const label of ['app=web', 'seldon-bench/run=', 'seldon-bench/run=a,b']) {
    await assert.rejects(
      endRecorded({ kind: 'models', namespace: 'team', ...place, label }),
      /expected the label of a run, got/,
    );
  }
});

const REFUSALS = [
  [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    /daemon that answers/,
  ],
  ['permission denied while trying to connect to the Docker daemon socket at unix:///x', /allowed to use Docker/],
] as const;

for (const [says, message] of REFUSALS) {
  test(`what to do is said where Docker says: ${says.slice(0, 40)}`, async (t) => {
    await useFakeProgram(t, 'docker', [`echo '${says}' >&2; exit 1`]);
    await assert.rejects(runDocker(['ps'], { signal: t.signal }), (error: unknown) => {
      assert.ok(error instanceof ServerError);
      assert.match(error.message, message);
      assert.match(error.detail.join(''), /^(Cannot connect|permission denied)/);
      return true;
    });
  });
}

test('without Docker on the PATH the message says so', async (t) => {
  usePath(t, '/nonexistent');
  await assert.rejects(runDocker(['ps'], { signal: t.signal }), /expected docker on the PATH.*choose another target/);
});
