import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { findPython } from '../../src/target/local/python/find.ts';
import { laneOf, type SeldonVersion } from '../../src/target/local/python/lanes.ts';
import type { Python } from '../../src/target/local/python/probe.ts';

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
