import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parseConfig } from '../../../src/config.ts';
import { ServerError } from '../../../src/errors.ts';
import type { InputName } from '../../../src/inputs.ts';
import { chooseGateway, describeRoute, readRoute, requireNodeAddress } from '../../../src/target/kubernetes/ingress.ts';
import { fetchIstioCharts } from '../../../src/target/kubernetes/istio.ts';
import { describeRoutes } from '../../../src/target/kubernetes/null-ingress.ts';
import type { GatewayService, SeldonDeployment } from '../../../src/target/kubernetes/objects.ts';
import { writeIstioCharts } from '../../helpers/istio/charts.ts';
import { createTestFolder, createTestHost, listen } from '../helpers.ts';
import { sampleModel } from './sample-model.ts';
import { missesHelm } from './test-cluster.ts';

const noHelm = await missesHelm();
const run = promisify(execFile);

const service = (name: string, ports: GatewayService['spec']['ports']): GatewayService => ({
  metadata: { name, namespace: 'istio-system' },
  spec: { ports, selector: { app: name, istio: 'ingressgateway' } },
});
const http = { name: 'http2', port: 80, nodePort: 31_280 };

test('the gateway is the one Service with its label, by its node port for HTTP', () => {
  const status = { name: 'status-port', port: 15_021, nodePort: 30_001 };
  assert.deepEqual(chooseGateway([service('a', [status, http])]), {
    namespace: 'istio-system',
    nodePort: 31_280,
    selector: 'app=a,istio=ingressgateway',
  });
  const { nodePort } = chooseGateway([service('a', [status, { name: 'http2', port: 8080, nodePort: 30_002 }])]);
  assert.equal(nodePort, 30_002, 'on another port it is known by its name');
});

test('none, several and one that cannot be reached from outside are told with what to do', () => {
  assert.throws(() => chooseGateway([]), /there is none\. Install Istio's ingress gateway, or use ingress none/);
  assert.throws(
    () => chooseGateway([service('a', [http]), service('b', [http])]),
    /found 2: istio-system\/a, istio-system\/b\. Leave the label to the one/,
  );
  assert.throws(() => chooseGateway([service('a', [{ port: 80 }])]), /no node port for HTTP\. Make its Service one of/);
  assert.throws(() => chooseGateway([service('a', [{ port: 443, nodePort: 30_001 }])]), /no port for HTTP/);
  assert.throws(
    () => requireNodeAddress({ kind: 'loopback-port', locate: async () => [] }),
    /mapped ports of 127\.0\.0\.1 alone.* or use ingress none/,
  );
});

test('a route is there when its condition is true for a reason', () => {
  const read = (...conditions: { type: string; status: string; reason?: string }[]): string =>
    readRoute({ metadata: { name: 'm', uid: '' }, status: { state: 'Available', conditions } } as SeldonDeployment);
  const type = 'istioVirtualServicesReady';
  assert.equal(readRoute(null), 'pending');
  assert.equal(read({ type: 'Ready', status: 'True' }), 'pending');
  assert.equal(read({ type, status: 'False' }), 'pending');
  assert.equal(read({ type, status: 'True', reason: 'No VirtualServices defined' }), 'none');
  assert.equal(read({ type, status: 'True', reason: 'All VirtualServices created' }), 'ready');
});

test("the null server's routes have the form of a model's, one for each reply", () => {
  const namespace = { name: 'ns', prefix: '', labels: { 'seldon-bench/run': '0' } };
  const replies = [
    { transport: 'rest', raw: Buffer.alloc(0), close: false },
    { transport: 'grpc', message: Buffer.alloc(0) },
  ] as const;
  const { spec } = describeRoutes(replies, { namespace, name: 'arm0-null' }, ['istio-system/g']) as Routes;
  assert.deepEqual(spec.gateways, ['istio-system/g']);
  const to = (number: number) => [{ destination: { host: 'arm0-null.ns.svc.cluster.local', port: { number } } }];
  assert.deepEqual(spec.http, [
    { match: [{ uri: { prefix: '/seldon/ns/arm0-null-0/' } }], rewrite: { uri: '/' }, route: to(20_000) },
    {
      match: [
        {
          uri: { regex: '.*seldon.protos.*' },
          headers: { seldon: { exact: 'arm0-null-1' }, namespace: { exact: 'ns' } },
        },
      ],
      route: to(20_001),
    },
  ]);
  assert.deepEqual(describeRoute(sampleModel), {
    prefix: '/seldon/seldon-bench-0/arm0-predict',
    metadata: { seldon: 'arm0-predict', namespace: 'seldon-bench-0' },
  });
});

interface Routes {
  readonly spec: { readonly gateways: unknown; readonly http: unknown };
}

test('a folder of charts is used where it is', async () => {
  assert.equal(await fetchIstioCharts('./charts/istio', '/nowhere', createTestHost()), './charts/istio');
});

test('charts of a repository are fetched and unpacked, in the version that is pinned', { skip: noHelm }, async (t) => {
  const folder = await createTestFolder(t);
  const charts = await writeIstioCharts(join(folder, 'charts'), null);
  const packed = join(folder, 'packed');
  for (const chart of ['base', 'istiod', 'gateway']) {
    await run('helm', ['package', join(charts, chart), '--destination', packed]);
  }
  await run('helm', ['repo', 'index', packed]);
  const server = createServer((request, reply) => {
    const file = createReadStream(join(packed, basename(request.url ?? '')));
    file.on('error', () => reply.writeHead(404).end()).pipe(reply);
  });
  const port = await listen(t, server);
  const own = join(folder, 'own');
  await mkdir(own);
  const fetched = await fetchIstioCharts(`http://127.0.0.1:${port}`, own, createTestHost());
  assert.deepEqual((await readdir(fetched)).sort(), ['base', 'gateway', 'istiod']);
  assert.match(await readFile(join(fetched, 'gateway', 'Chart.yaml'), 'utf8'), /name: gateway\n/);
});

test('a repository without them is told in the words of helm', { skip: noHelm }, async (t) => {
  const charts = 'http://127.0.0.1:1/charts';
  await assert.rejects(fetchIstioCharts(charts, await createTestFolder(t), createTestHost()), (error) => {
    assert.ok(error instanceof ServerError);
    assert.match(error.message, /to fetch chart base .* of Istio from http:\/\/127\.0\.0\.1:1\/charts; helm could not/);
    assert.match(error.detail.join(' '), /connection refused/);
    return true;
  });
});

test('an ingress and its charts are asked for where they mean something', () => {
  const parse = (values: Partial<Record<InputName, string>>) =>
    parseConfig((name) => ({ target: 'kind', ...values })[name] ?? '', 'cli').target.kubernetes;
  assert.deepEqual([parse({}).ingress, parse({ ingress: 'istio' }).ingress], ['none', 'istio']);
  assert.match(parse({ ingress: 'istio' }).istioCharts, /^https:/);
  assert.equal(parse({ ingress: 'istio', 'istio-charts': './istio' }).istioCharts, './istio');
  assert.throws(() => parse({ 'istio-charts': './istio' }), /--istio-charts means nothing without --ingress istio/);
  assert.throws(
    () => parse({ ingress: 'istio', cluster: 'mine', 'istio-charts': './istio' }),
    /--istio-charts is for a cluster that the run makes; --cluster names one that exists/,
  );
  assert.throws(() => parse({ ingress: 'istio', 'istio-charts': '--set' }), /expected a folder of charts, or the URL/);
  assert.throws(() => parse({ target: 'docker', ingress: 'istio' }), /--ingress belongs to target kind or cluster/);
});
