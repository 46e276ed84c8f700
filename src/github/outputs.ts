import { join } from 'node:path';
import * as core from '@actions/core';
import type { Report } from '../report.ts';

/** The Action's outputs; action.yml and the README list them from here. */
export const OUTPUTS = {
  'report-path': 'Path of `report.json`.',
  'report-folder': 'Folder with `report.json`, `report.html`, `comment.md`, `summary.md` and `results.csv`.',
  verdict: '`ok`, `untrustworthy`, `infra-error` or `aborted`.',
  'fastest-small':
    'Cell with the lowest median at the smallest batch, such as `predict_raw.grpc.tensor.1.c1`; several, separated by commas, where the numbers do not tell them apart; empty where none may be named.',
  'fastest-large': 'The same at the largest batch.',
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
    claims: JSON.stringify(Object.fromEntries(report.claims.map(({ id, verdict }) => [id, verdict]))),
  };
  for (const [name, value] of Object.entries(values)) core.setOutput(name, value);
}
