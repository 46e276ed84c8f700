import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { provideTestEnvironment } from '../../helpers/fitting-python.ts';
import { startPrintingServer } from '../../helpers/real-server.ts';
import { checkEcho, checkFailures, checkFarewells } from '../../helpers/wire-checks.ts';

const program = join(import.meta.dirname, '..', '..', 'helpers', 'grpcio-server.py');

/** grpcio as the wrapper of this version brings it, or null after the test was skipped. */
async function start(t: TestContext, maxAgeMs: number) {
  const environment = await provideTestEnvironment(t, '1.19.0');
  if (environment === null) return null;
  return startPrintingServer(environment.python, ['-I', program, String(maxAgeMs)]);
}

test('grpcio: messages of all sizes, failed calls', { timeout: 240_000 }, async (t) => {
  await using server = await start(t, 0);
  if (server === null) return;
  await checkEcho(t, server.port);
  await checkFailures(t, server.port);
});

test('grpcio: connections that end with age', { timeout: 240_000 }, async (t) => {
  await using server = await start(t, 100);
  if (server !== null) await checkFarewells(server.port);
});
