import { test } from 'node:test';
import { startGrpcJs } from '../../helpers/grpc-js-server.ts';
import { checkEcho, checkFailures, checkFarewells } from '../../helpers/wire-checks.ts';

test('grpc-js: messages of all sizes, failed calls', { timeout: 60_000 }, async (t) => {
  const port = await startGrpcJs(t, {});
  await checkEcho(t, port);
  await checkFailures(t, port);
});

test('grpc-js: connections that end with age', { timeout: 60_000 }, async (t) => {
  await checkFarewells(await startGrpcJs(t, { 'grpc.max_connection_age_ms': 100 }));
});
