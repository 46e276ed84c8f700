import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NETWORK_FAULTS } from '../../bench/chaos/network-faults.ts';
import { tryFault } from '../../bench/chaos/try-fault.ts';

/** Silence, failures now and then and a server that goes away are in test/e2e/faults.test.ts. */
const QUICK = ['connections reset', 'garbage', 'cut replies', 'a reply held back'];

for (const name of QUICK) {
  const skip = process.platform !== 'linux' && 'skipped: /proc is read';
  test(`${name}: told, nothing invented, nothing left behind`, { skip }, async () => {
    const fault = NETWORK_FAULTS.find((one) => one.name === name);
    assert.ok(fault, `no fault is called ${name}`);
    assert.deepEqual((await tryFault(fault)).wrong, []);
  });
}
