import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MACHINE_FAULTS } from './chaos/machine-faults.ts';
import { NETWORK_FAULTS } from './chaos/network-faults.ts';
import { describeChaos, type Tried } from './chaos/page.ts';
import { PROCESS_FAULTS } from './chaos/process-faults.ts';
import { tryFault } from './chaos/try-fault.ts';
import { writePart } from './document.ts';

/**
 * Faults around a run, one after the other. `npm run chaos` does all of them and writes its part of docs/robustness.md;
 * `-- --only WORD` those with the word in their names, and prints only. Exit code 1 where something does not hold.
 */
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const all = [...NETWORK_FAULTS, ...PROCESS_FAULTS, ...MACHINE_FAULTS];
const chosen = all.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0 || process.platform !== 'linux') {
  process.stderr.write(`expected Linux, and --only with a word of: ${all.map(({ name }) => name).join('; ')}\n`);
  process.exit(2);
}
const startedAt = new Date();
const begin = performance.now();
const tried: Tried[] = [];
for (const fault of chosen) {
  const from = performance.now();
  const one = await tryFault(fault);
  tried.push(one);
  const verdict = 'skipped' in one.observed ? `skipped: ${one.observed.skipped}` : one.wrong.join('\n  ') || 'holds';
  process.stderr.write(`${fault.name} (${((performance.now() - from) / 1000).toFixed(1)} s): ${verdict}\n`);
}
const text = describeChaos(tried, startedAt, (performance.now() - begin) / 60_000);
process.stdout.write(`${text}\n`);
if (chosen.length === all.length) {
  await writePart(join(import.meta.dirname, '..', 'docs', 'robustness.md'), 'chaos', text);
}
process.exitCode = tried.some(({ wrong }) => wrong.length > 0) ? 1 : 0;
