import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:http2';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import type { GrpcEndpoint, RestEndpoint } from '../../../src/endpoint.ts';
import { ServerError } from '../../../src/errors.ts';
import { METHODS } from '../../../src/plan.ts';
import { findFreePorts } from '../../../src/target/local/ports.ts';
import { startProcessTarget } from '../../../src/target/local/process.ts';
import { startWrapper } from '../../../src/target/local/wrapper.ts';
import { isGroupAlive } from '../../../src/target/process-group.ts';
import type { Target } from '../../../src/target/target.ts';
import { provideTestEnvironment } from '../../helpers/fitting-python.ts';
import { RAW_GRPC_REPLY } from '../../helpers/recorded-replies.ts';
import { createArm, createTargetConfig, createTestHost } from '../helpers.ts';

const REQUESTS = {
  ndarray: { rest: '{"data": {"ndarray": [[0]]}}', grpc: '1a111a0f0a0d320b0a09110000000000000000' },
  tensor: {
    rest: '{"data":{"tensor":{"shape":[1,1],"values":[0]}}}',
    grpc: '1a10120e0a02010112080000000000000000',
  },
  tftensor: {
    rest: '{"data":{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":"1"}]},"int64Val":["0"]}}}',
    grpc: '1a0d220b0809120412020801520100',
  },
};
const ANSWERS = {
  ndarray: { ndarray: [1] },
  tensor: { tensor: { shape: [1], values: [1] } },
  tftensor: { tftensor: { dtype: 'DT_INT64', int64Val: ['1'], tensorShape: { dim: [{ size: '1' }] } } },
};

async function askRest({ host, port, path }: RestEndpoint, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`http://${host}:${port}${path}`, { method: 'POST', headers, body });
  assert.equal(reply.status, 200);
  return reply.text();
}

/** The reply message's bytes, as hex. */
async function askGrpc({ host, port, path }: GrpcEndpoint, message: string): Promise<string> {
  const session = connect(`http://${host}:${port}`);
  try {
    const call = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length / 2, 1);
    call.end(Buffer.concat([prefix, Buffer.from(message, 'hex')]));
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [trailers] = await once(call, 'trailers');
    assert.equal(trailers['grpc-status'], '0', trailers['grpc-message']);
    await once(call, 'close');
    return Buffer.concat(chunks).subarray(5).toString('hex');
  } finally {
    session.close();
  }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function portsOf(target: Target): number[] {
  return Object.values(target.endpoints).flatMap(({ rest, grpc }) => [rest?.port ?? 0, grpc?.port ?? 0]);
}

for (const seldonVersion of ['1.19.0', '1.17.1'] as const) {
  test(`the wrapper of ${seldonVersion} answers on both transports and is gone afterwards`, async (t) => {
    const environment = await provideTestEnvironment(t, seldonVersion);
    if (environment === null) return;
    const host = createTestHost();
    const config = createTargetConfig({ iterations: 3 });
    const target = await startProcessTarget(config, createArm({ seldonVersion }), environment, METHODS, host);
    try {
      for (const [encoding, request] of Object.entries(REQUESTS) as [
        keyof typeof REQUESTS,
        { rest: string; grpc: string },
      ][]) {
        const { rest, grpc } = target.endpoints.predict as { rest: RestEndpoint; grpc: GrpcEndpoint };
        const reply = JSON.parse(await askRest(rest, request.rest));
        assert.deepEqual(reply.data, { names: [], ...ANSWERS[encoding] });
        // Field 3 of the reply is the data; the request path lies before it, in field 2.
        assert.match(await askGrpc(grpc, request.grpc), /^12.*1a/);

        for (const method of ['predict_raw', 'predict_raw_decode'] as const) {
          const raw = target.endpoints[method] as { rest: RestEndpoint; grpc: GrpcEndpoint };
          assert.equal(await askRest(raw.rest, request.rest), '[1]\n');
          assert.equal(await askGrpc(raw.grpc, request.grpc), RAW_GRPC_REPLY);
        }
      }
      assert.equal(target.arm.seldonVersion, seldonVersion);
      assert.equal(target.arm.isSeldon, true);
      assert.equal(target.arm.python?.packages['seldon-core'], seldonVersion);
      assert.equal(target.arm.settings.GUNICORN_WORKERS, '1');
      assert.equal(target.lost.aborted, false);
    } finally {
      const created = [...host.recorded];
      await target[Symbol.asyncDispose]();
      await target[Symbol.asyncDispose]();
      assert.equal(created.length, 2 * METHODS.length);
      for (const thing of created) {
        if (thing.kind === 'folder') assert.equal(existsSync(thing.path), false);
        else assert.equal(thing.kind === 'process-group' && (await isGroupAlive(thing.pid)), false);
      }
    }
    for (const port of portsOf(target)) assert.equal(await isOpen(port), false);
    assert.equal(host.recorded.size, 0);
    assert.equal(target.lost.aborted, false);
  });
}

test('a wrapper that is killed while it is in use aborts `lost` with a ServerError, and the rest of it goes too', async (t) => {
  const environment = await provideTestEnvironment(t, '1.19.0');
  if (environment === null) return;
  const host = createTestHost();
  await using target = await startProcessTarget(createTargetConfig({}), createArm(), environment, ['predict'], host);
  const group = [...host.recorded].find((thing) => thing.kind === 'process-group');
  assert.ok(group);
  process.kill(group.pid, 'SIGKILL');
  if (!target.lost.aborted) await once(target.lost, 'abort');
  assert.ok(target.lost.reason instanceof ServerError);
  assert.match(target.lost.reason.message, /wrapper for predict .* ended by signal 9/);
  assert.ok(target.lost.reason.detail.some((line) => /gunicorn/.test(line)));
  await target[Symbol.asyncDispose]();
  assert.equal(await isGroupAlive(group.pid), false);
  for (const port of portsOf(target)) assert.equal(await isOpen(port), false);
});

test('a wrapper whose ports were taken in between is started again on others', async (t) => {
  const environment = await provideTestEnvironment(t, '1.19.0');
  if (environment === null) return;
  const host = createTestHost();
  const thief = createServer((_, reply) => reply.end('mine')).listen(0, '0.0.0.0');
  await once(thief, 'listening');
  t.after(() => thief.close());
  const taken = (thief.address() as { port: number }).port;
  for (const place of [0, 1]) {
    let asked = 0;
    const findPorts = async (count: number) => {
      const ports = await findFreePorts(count);
      if (asked++ === 0) ports[place] = taken;
      return ports;
    };
    const options = { environment, method: 'predict', model: null, iterations: 1, env: {}, findPorts } as const;
    await using wrapper = await startWrapper(options, host);
    assert.equal(asked, 2);
    assert.ok(!Object.values(wrapper.ports).includes(taken));
    assert.equal(host.recorded.size, 2);
  }
});

test('a start that is interrupted leaves nothing behind', async (t) => {
  const environment = await provideTestEnvironment(t, '1.19.0');
  if (environment === null) return;
  const host = createTestHost();
  const groups: number[] = [];
  const interrupting = {
    ...host,
    recordCreated(thing: Parameters<typeof host.recordCreated>[0]) {
      if (thing.kind === 'process-group') groups.push(thing.pid);
      if (groups.length === 2) host.abort(new Error('interrupted'));
      return host.recordCreated(thing);
    },
  };
  const methods = ['predict', 'predict_raw'] as const;
  const started = startProcessTarget(createTargetConfig({}), createArm(), environment, methods, interrupting);
  await assert.rejects(started, /interrupted/);
  assert.equal(groups.length, 2);
  for (const group of groups) assert.equal(await isGroupAlive(group), false);
  assert.equal(host.recorded.size, 0);
});
