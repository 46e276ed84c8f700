import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { explain } from '../../src/errors.ts';
import { type Fault, FINE, type Observed, type Skipped, WHOLE } from './fault.ts';
import { observe } from './run.ts';

const run = promisify(execFile);
const SHORT = { target: 'reference', rounds: '6', timeout: '30s' };
const OLD = '{"an": "older report"}\n';

/** A disk without room, a clock that jumps. */
export const MACHINE_FAULTS: readonly Fault[] = [
  {
    name: 'disk full',
    what: 'the output folder is a file system of 16 kB, where an older report lies: that stays as it was',
    expected: { code: 2, outcomes: null, says: /expected to write .*report\.json.*ENOSPC/ },
    run: (folder) =>
      withDisk(folder, 16, (disk) => overOlderReport(disk, () => observe(folder, { options: SHORT, out: disk }))),
  },
  {
    name: 'disk full after report.json',
    what: 'the output folder is a file system of 64 kB: report.json has room, what is made of it has not',
    expected: { ...WHOLE, code: 2, says: /expected to write .*ENOSPC/ },
    run: (folder) => withDisk(folder, 64, (disk) => observe(folder, { options: SHORT, out: disk })),
  },
  {
    name: 'file size limited',
    what: 'no file may grow beyond 4 kB (RLIMIT_FSIZE), and an older report lies in the output folder: that stays as it was',
    expected: { code: 2, outcomes: null, says: /expected to write .*report\.json.*EFBIG/ },
    run: (folder) => limitFileSize(folder, 4096),
  },
  {
    name: 'clock jumps',
    what: "at each look the tool's wall clock has gone a day forth or back",
    expected: FINE,
    run: jumpClock,
  },
];

async function withDisk(
  folder: string,
  kilobytes: number,
  use: (disk: string) => Promise<Observed>,
): Promise<Observed | Skipped> {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk]);
  } catch (error) {
    return { skipped: `no file system can be mounted here (${explain(error).split('\n').at(-1)})` };
  }
  try {
    return await use(disk);
  } finally {
    await run('umount', [disk]);
  }
}

async function limitFileSize(folder: string, bytes: number): Promise<Observed | Skipped> {
  const out = join(folder, 'out');
  await mkdir(out);
  try {
    await run('prlimit', ['--version']);
  } catch {
    return { skipped: 'no prlimit on this machine' };
  }
  return overOlderReport(out, () =>
    observe(folder, {
      options: SHORT,
      out,
      async disturb(running) {
        await running.until(/^plan$/m);
        await run('prlimit', ['--pid', `${running.child.pid}`, `--fsize=${bytes}`]);
      },
    }),
  );
}

/** The older report must be there, unchanged; `observe` would take it for the run's. */
async function overOlderReport(out: string, observeRun: () => Promise<Observed>): Promise<Observed> {
  const path = join(out, 'report.json');
  await writeFile(path, OLD);
  const observed = await observeRun();
  const now = await readFile(path, 'utf8').catch(explain);
  const faults = now === OLD ? [] : [`the older report has become ${now.slice(0, 100)}`];
  return { ...observed, report: null, faults: [...(observed.faults ?? []), ...faults] };
}

async function jumpClock(folder: string): Promise<Observed> {
  const preload = join(folder, 'clock.mjs');
  await writeFile(preload, CLOCK);
  return observe(folder, { options: SHORT, nodeArgs: ['--import', preload] });
}

/** Only the wall clock: what is measured must come from the monotonic one. */
const CLOCK = `
const Real = Date;
let looks = 0;
const now = () => Real.now() + (++looks % 2 === 0 ? 1 : -1) * 86_400_000;
globalThis.Date = class extends Real {
  constructor(...given) { super(...(given.length === 0 ? [now()] : given)); }
  static now() { return now(); }
};
`;
