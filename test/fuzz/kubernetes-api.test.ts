import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { ServerError } from '../../src/errors.ts';
import { type KubeApi, openKubeApi } from '../../src/target/kubernetes/api.ts';
import { ApiError, explainApiError } from '../../src/target/kubernetes/api-error.ts';
import { damage, damages } from '../helpers/damage.ts';

const timeout = 60_000;
/** What the server answers next. */
const reply = { status: 200, type: 'application/json', pieces: [] as readonly (string | Buffer)[] };
const folder = mkdtempSync(join(tmpdir(), 'seldon-bench-fuzz-api-'));
const skip = makeKey();
let server: Server;
let api: KubeApi;

/** Why there is no key for a server, or false where there is one. */
function makeKey(): string | false {
  const made = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert'), '-days', '2', '-subj', '/CN=127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    execFileSync('openssl', ['req', ...kind, ...made], { stdio: 'ignore' });
    return false;
  } catch {
    return 'skipped: openssl, which makes a key for a server, is not on this machine';
  }
}

describe('whatever answers in place of the Kubernetes API', { skip, timeout }, () => {
  before(async () => {
    const [key, cert] = ['key', 'cert'].map((name) => readFileSync(join(folder, name)));
    server = createServer({ key, cert }, (_, response) => {
      response.writeHead(reply.status, { 'content-type': reply.type });
      for (const piece of reply.pieces) response.write(piece);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const kubeconfig = join(folder, 'kubeconfig');
    const cluster = {
      server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      'insecure-skip-tls-verify': true,
    };
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
      clusters: [{ name: 'k', cluster }],
      users: [{ name: 'u', user: { token: 'nothing' } }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    };
    writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    api = await openKubeApi({ kubeconfig, context: 'c' }, new AbortController().signal);
  });
  after(() => {
    server?.closeAllConnections();
    server?.close();
  });

  test('is read as JSON, or is told in one line', async () => {
    const whole = Buffer.from(
      JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: 'no\u001b[2J\nno', items: [1] }),
    );
    const bodies = fc.oneof(
      damages.map((list) => damage(whole, list)),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
      fc.constant(whole),
    );
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom(200, 201, 403, 404, 429, 500), async (body, status) => {
        Object.assign(reply, { status, pieces: [body] });
        try {
          const read = await api.get('/x');
          assert.ok(status < 300);
          assert.deepEqual(read, JSON.parse(body.toString()));
        } catch (error) {
          assert.ok(error instanceof ApiError, (error as Error).stack);
          assert.equal(error.status, status);
          assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f]/);
          assert.ok(error.message.length <= 2000);
          assert.ok(explainApiError(error) instanceof ServerError);
        }
      }),
      { numRuns: 150, seed: 501 },
    );
  });

  test('is taken up to 64 MiB', async () => {
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    const pieces = (count: number): Buffer[] => Array.from({ length: count }, () => mebibyte);
    Object.assign(reply, { status: 200, type: 'text/plain', pieces: [...pieces(65)] });
    await assert.rejects(api.get('/x'), /the reply of the Kubernetes API is too long/);
    Object.assign(reply, { pieces: [...pieces(3)] });
    assert.equal((await api.get<string>('/x')).length, 3 * 1024 * 1024);
  });

  test('is watched line by line, up to 8 MiB a line and no further than the first that is no JSON', async () => {
    const { signal } = new AbortController();
    const watch = async (...pieces: (string | Buffer)[]): Promise<unknown[]> => {
      Object.assign(reply, { type: 'application/json', pieces });
      const events: unknown[] = [];
      await api.watch('/x', (event) => void events.push(event), signal);
      return events;
    };
    reply.status = 200;
    assert.deepEqual(await watch('{"type":"A"}\n{"ty', 'pe":"B"}\n'), [{ type: 'A' }, { type: 'B' }]);
    assert.deepEqual(await watch('null\n7\n'), [null, 7]);
    await assert.rejects(watch('{"type":"A"}\n{"ty'), SyntaxError);
    const piece = Buffer.alloc(1024 * 1024, ' ');
    await assert.rejects(
      watch(...Array.from({ length: 9 }, () => piece)),
      /an event of the Kubernetes API is too long/,
    );
    const lines = Array.from({ length: 12 }, () => [piece, '{}\n']).flat();
    assert.equal((await watch(...lines)).length, 12);
    reply.status = 403;
    await assert.rejects(watch('{}\n'), { name: 'ApiError', status: 403 });
  });
});

after(() => rmSync(folder, { recursive: true }));
