import type { CellReport, History } from '../../src/report.ts';

type Status = History['status'];

/** Earlier runs on `main`, whose medians wander about the report's own; or why there are none. */
export function sampleHistory(status: Status, cells: readonly CellReport[], arm: string): History {
  const branch = 'main';
  switch (status) {
    case 'found':
      return { status, branch, runs: [0, 1, 2].map((age) => sampleRun(age, cells, arm)) };
    case 'not-comparable':
      return {
        status,
        branch,
        runId: '1234567000',
        differences: [
          { what: 'processor', earlier: 'Intel(R) Xeon(R) Platinum 8370C', now: 'AMD EPYC 7763 64-Core Processor' },
          { what: 'Seldon Core', earlier: '1.18.2', now: '1.19.0' },
        ],
      };
    case 'none':
      return { status, branch, why: 'no successful run of this workflow' };
    case 'unreadable':
      return { status, branch, why: 'the artifact has expired' };
  }
}

function sampleRun(age: number, cells: readonly CellReport[], arm: string) {
  const medians = cells.flatMap(({ id, results }, i): [string, number][] => {
    const now = results[arm]?.p50Ms.value;
    // A cell that was added since has no earlier median.
    return now === undefined || (i === 1 && age === 2) ? [] : [[id, now * (1 + 0.02 * Math.sin(i + 3 * age))]];
  });
  return {
    runId: String(1_234_567_000 - age),
    sha: `${'41ab09e7c2'.slice(age)}${'0'.repeat(30 + age)}`,
    startedAt: `2025-01-${30 - 2 * age}T09:12:00.000Z`,
    p50Ms: Object.fromEntries(medians),
  };
}
