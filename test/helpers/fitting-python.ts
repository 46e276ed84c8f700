import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type PythonEnvironment, provideEnvironment } from '../../src/target/local/python/environment.ts';
import { findPython } from '../../src/target/local/python/find.ts';
import { laneOf, type SeldonVersion } from '../../src/target/local/python/lanes.ts';
import type { Python } from '../../src/target/local/python/probe.ts';
import { createTestHost } from '../target/helpers.ts';

/** The tool's own: to install an environment takes minutes where it was never done. */
export const cacheDir =
  process.env.SELDON_BENCH_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'seldon-bench');

/**
 * A Python that fits, or null after the test was skipped. `SELDON_BENCH_TEST_VERSIONS` names the versions whose tests
 * must not be skipped, separated by commas: a gate that skips what it is there for is none.
 */
export async function findFittingPython(t: TestContext, version: SeldonVersion): Promise<Python | null> {
  const { python } = await findPython(laneOf(version), null, process.env, t.signal);
  if (python !== null) return python;
  const required = (process.env.SELDON_BENCH_TEST_VERSIONS ?? '').split(',');
  assert.ok(!required.includes(version), `expected a Python that fits seldon-core ${version}, found none`);
  t.skip(`skipped: no Python on this machine fits seldon-core ${version}`);
  return null;
}

/** An environment that has the wrapper and TensorFlow, or null after the test was skipped. */
export async function provideTestEnvironment(
  t: TestContext,
  version: SeldonVersion,
): Promise<PythonEnvironment | null> {
  const python = await findFittingPython(t, version);
  return python && provideEnvironment(laneOf(version), python, cacheDir, createTestHost());
}
