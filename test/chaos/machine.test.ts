import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MACHINE_FAULTS } from '../../bench/chaos/machine-faults.ts';
import { PROCESS_FAULTS } from '../../bench/chaos/process-faults.ts';
import { tryFault } from '../../bench/chaos/try-fault.ts';

const QUICK = [
  'load process killed',
  'load process killed before anything is measured',
  'load process stopped for good',
  'file size limited',
  'clock jumps',
];

for (const name of QUICK) {
  const skip = process.platform !== 'linux' && 'skipped: /proc is read';
  test(`${name}: told, nothing invented, nothing left behind`, { skip }, async (t) => {
    const fault = [...PROCESS_FAULTS, ...MACHINE_FAULTS].find((one) => one.name === name);
    assert.ok(fault, `no fault is called ${name}`);
    const { observed, wrong } = await tryFault(fault);
    if ('skipped' in observed) t.skip(`skipped: ${observed.skipped}`);
    else assert.deepEqual(wrong, []);
  });
}
