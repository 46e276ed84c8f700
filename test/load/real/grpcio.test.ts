import { homedir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { provideEnvironment } from '../../../src/target/local/python/environment.ts';
import { laneOf } from '../../../src/target/local/python/lanes.ts';
import { findFittingPython } from '../../helpers/fitting-python.ts';
import { startPrintingServer } from '../../helpers/real-server.ts';
import { checkEcho, checkFailures, checkFarewells } from '../../helpers/wire-checks.ts';
import { createTestHost } from '../../target/helpers.ts';

const cacheDir =
  process.env.SELDON_BENCH_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'seldon-bench');
const program = join(import.meta.dirname, '..', '..', 'helpers', 'grpcio-server.py');

/** grpcio as the wrapper of this version brings it, or null after the test was skipped. */
async function start(t: TestContext, maxAgeMs: number) {
  const python = await findFittingPython(t, '1.19.0');
  if (python === null) return null;
  const environment = await provideEnvironment(laneOf('1.19.0'), python, cacheDir, createTestHost());
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
