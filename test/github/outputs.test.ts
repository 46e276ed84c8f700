import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeOutputs, writeOutputs } from '../../src/github/outputs.ts';
import type { Report } from '../../src/report.ts';
import { sampleReport } from '../helpers/sample-report.ts';

test('the output of the arms counts the verdicts of their comparisons', async () => {
  const report = sampleReport({ arms: ['base', 'new', '__proto__'] });
  const outputs = await collect(report);
  assert.deepEqual([outputs.get('fastest-small'), outputs.get('fastest-large')], ['a', 'b,c']);
  const arms: [string, Record<string, number>][] = Object.entries(JSON.parse(outputs.get('arms') ?? ''));
  assert.deepEqual(
    arms.map(([id]) => id),
    ['new', '__proto__'],
  );
  for (const [id, counts] of arms) {
    for (const [word, n] of Object.entries(counts)) {
      const found = report.comparisons.filter(
        ({ kind, b, verdict }) => kind === 'arm' && b.arm === id && verdict === word,
      );
      assert.equal(n, found.length, `${id} ${word}`);
    }
    assert.equal(
      Object.values(counts).reduce((sum, n) => sum + n, 0),
      report.cells.length,
    );
  }
  assert.equal((await collect(sampleReport())).get('arms'), '{}');
});

/** What the runner would read from the file that it names. */
async function collect(report: Report): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'outputs-'));
  const before = process.env.GITHUB_OUTPUT;
  try {
    const file = join(folder, 'output');
    await writeFile(file, '');
    process.env.GITHUB_OUTPUT = file;
    writeOutputs(describeOutputs(report, { small: ['a'], large: ['b', 'c'] }));
    const text = await readFile(file, 'utf8');
    return new Map(
      [...text.matchAll(/^(.+)<<(ghadelimiter_.+)\n([\s\S]*?)\n\2$/gm)].map((m) => [m[1] ?? '', m[3] ?? '']),
    );
  } finally {
    if (before === undefined) delete process.env.GITHUB_OUTPUT;
    else process.env.GITHUB_OUTPUT = before;
    await rm(folder, { recursive: true });
  }
}
