import { join } from 'node:path';
import * as core from '@actions/core';
import type { Report, Verdict } from '../report.ts';

/** The Action's outputs; action.yml and the README list them from here. */
export const OUTPUTS = {
  'report-path': 'Path of `report.json`.',
  'report-folder':
    'Folder with `report.json`, `report.html`, `comment.md`, `summary.md`, `results.csv` and `histograms.hlog`.',
  verdict: '`ok`, `untrustworthy`, `infra-error` or `aborted`.',
  'fastest-small':
    'Cell with the lowest median at the smallest batch, such as `predict_raw.grpc.tensor.1.c1`; several, separated by commas, where the numbers do not tell them apart; empty where none may be named.',
  'fastest-large': 'The same at the largest batch.',
  arms: 'JSON object: for each arm but the baseline its id, and for each verdict (`slower`, `faster`, `equivalent`, `inconclusive`, `not-resolvable`) the number of cells that got it; empty with one arm.',
  claims:
    'JSON object: each of the five conclusions of 2021 by id, with `holds`, `fails`, `inconclusive` or `not-resolvable`.',
} as const;

export function writeOutputs(
  report: Report,
  folder: string,
  fastest: { readonly small: readonly string[]; readonly large: readonly string[] },
): void {
  const values: Record<keyof typeof OUTPUTS, string> = {
    'report-path': join(folder, 'report.json'),
    'report-folder': folder,
    verdict: report.outcome,
    'fastest-small': fastest.small.join(','),
    'fastest-large': fastest.large.join(','),
    arms: JSON.stringify(countVerdicts(report)),
    claims: JSON.stringify(Object.fromEntries(report.claims.map(({ id, verdict }) => [id, verdict]))),
  };
  for (const [name, value] of Object.entries(values)) core.setOutput(name, value);
}

/** What the comparison with the baseline found, by arm. */
function countVerdicts({ arms, comparisons }: Report): Record<string, Record<Verdict, number>> {
  return Object.fromEntries(
    arms.slice(1).map(({ id }) => {
      const of = { slower: 0, faster: 0, equivalent: 0, inconclusive: 0, 'not-resolvable': 0 };
      for (const { kind, b, verdict } of comparisons) if (kind === 'arm' && b.arm === id) of[verdict] += 1;
      return [id, of];
    }),
  );
}
