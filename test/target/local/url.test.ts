import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetConfig } from '../../../src/config.ts';
import type { UserError } from '../../../src/errors.ts';
import type { Method } from '../../../src/plan.ts';
import { openUrlTarget } from '../../../src/target/local/url.ts';
import { createArm, createTargetConfig, createTestHost } from '../helpers.ts';

function open(url: Partial<TargetConfig['url']>, methods: readonly Method[] = ['predict']) {
  const defaults = { rest: null, grpc: null, metadata: {}, allowRemote: false };
  return openUrlTarget(
    createTargetConfig({ kind: 'url', url: { ...defaults, ...url } }),
    createArm({ id: 'mine' }),
    methods,
    createTestHost(),
  );
}

test('the endpoints are those that were given, with the prefix before the path and the metadata on gRPC', async () => {
  await using target = await open(
    {
      rest: { host: '127.0.0.1', port: 8003, prefix: '/seldon/space/model/' },
      grpc: { host: 'localhost', port: 8004 },
      metadata: { seldon: 'model', namespace: 'space' },
    },
    ['predict_raw'],
  );
  assert.deepEqual(target.endpoints, {
    predict_raw: {
      rest: { host: '127.0.0.1', port: 8003, path: '/seldon/space/model/api/v1.0/predictions' },
      grpc: {
        host: 'localhost',
        port: 8004,
        path: '/seldon.protos.Seldon/Predict',
        metadata: { seldon: 'model', namespace: 'space' },
      },
    },
  });
  assert.equal(target.arm.isSeldon, 'unknown');
  assert.equal(target.arm.id, 'mine');
  assert.equal(await target.readUsage('predict_raw'), null);
  assert.equal(target.arm.address, '127.0.0.1:8003/seldon/space/model/, localhost:8004 (gRPC)');
  assert.equal(target.answers, 'any');
  assert.equal(target.grpcReceiveLimitBytes, 4_194_304);
  assert.equal(target.lost.aborted, false);
});

test('one transport is enough', async () => {
  await using target = await open({ grpc: { host: '::1', port: 9500 } });
  assert.deepEqual(Object.keys(target.endpoints.predict ?? {}), ['grpc']);
  assert.equal(target.arm.address, '[::1]:9500 (gRPC)');
});

test('an address beyond this machine is refused on either transport, and the way out is named', async () => {
  const remote = [
    { rest: { host: '192.0.2.1', port: 80, prefix: '' } },
    { grpc: { host: '2001:db8::1', port: 80 } },
    { rest: { host: '127.0.0.1', port: 80, prefix: '' }, grpc: { host: '0.0.0.0', port: 80 } },
    { rest: { host: '::ffff:192.0.2.1', port: 80, prefix: '' } },
  ];
  for (const url of remote) {
    await assert.rejects(open(url), {
      name: 'UserError',
      exitCode: 2,
      message: /expected an address of this machine, found .* option allow-remote-target/,
    });
  }
});

test('every form of a loopback address is accepted', async () => {
  for (const host of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', 'localhost']) {
    await using target = await open({ grpc: { host, port: 9500 } });
    assert.equal(target.endpoints.predict?.grpc?.host, host);
  }
});

test('an address beyond this machine is accepted when it is allowed', async () => {
  await using target = await open({ rest: { host: '192.0.2.1', port: 80, prefix: '' }, allowRemote: true });
  assert.equal(target.endpoints.predict?.rest?.host, '192.0.2.1');
});

test('a name that means no machine is a failure of the server, not of usage', async () => {
  await assert.rejects(
    open({ grpc: { host: 'no-such-host.invalid', port: 80 } }),
    (error: UserError) => error.exitCode === 3,
  );
});

test('one url is not taken for two models', async () => {
  const url = { grpc: { host: '127.0.0.1', port: 80 } };
  await assert.rejects(open(url, ['predict', 'predict_raw']), /expected one method, found 2/);
  await assert.rejects(open(url, []), /expected one method, found 0/);
});
