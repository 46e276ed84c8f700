import * as core from '@actions/core';
import type { Report, Verdict } from '../report.ts';

/** The Action's outputs; action.yml and the README list them from here. */
export const OUTPUTS = {
  'report-path': 'Path of `report.json`; with several reports each has a folder of its own below `report-folder`.',
  'report-folder':
    'Folder with `report.json`, `report.html`, `comment.md`, `summary.md`, `results.csv`, `histograms.hlog`, `junit.xml`, `benchmark-action.json` and `bencher.json`.',
  outcome:
    '`ok`; `regression`: a limit of the gate was exceeded; `untrustworthy`: the numbers are not to be believed; `infra-error`: the server was not there, or cells failed; `usage-error`: the inputs or the reports are not what they should be; `aborted`: the job was cancelled. Of several reports the gravest.',
  gate: '`passed`, `failed`, `inconclusive` (not shown to be exceeded, nor to be kept), `not-measured` (fails, too), or `none`.',
  'comment-status':
    '`created`, `updated`, `unchanged`, `quiet` (nothing that `comment` asks for), `superseded` (a later run has written), `closed`, `off`, `no-pull`, `no-token`, `aborted`; or why GitHub refused: `forbidden`, `locked`, `not-found`, `gone`, `rejected`, `rate-limited`, `unavailable`.',
  'comment-url': "The comment's address.",
  'history-status': 'With `baseline: artifact`: `found`, `not-comparable`, `none` or `unreadable`; else `off`.',
  'artifact-status':
    '`uploaded`, `off`, `aborted`, `no-runtime` (the runner has no artifact service), `unsupported` (GitHub Enterprise Server) or `failed`.',
  'html-artifact-id': 'Id of the artifact that is the page of the report.',
  'data-artifact-id': 'Id of the artifact with all other files.',
  'diagnosis-artifact-id':
    'Id of the artifact `seldon-bench-ID-diagnosis` with what the cluster told when a model did not start or was lost (events, objects without Secrets, logs); empty where there is none.',
  'fastest-small':
    'Cell with the lowest median at the smallest batch, such as `predict_raw.grpc.tensor.1.c1`; several, separated by commas, where the numbers do not tell them apart; empty where none may be named. This and the next three are not written of reports on `workflow_run`, whose names a stranger may have made.',
  'fastest-large': 'The same at the largest batch.',
  arms: 'JSON object: for each arm but the baseline its id, and for each verdict (`slower`, `faster`, `equivalent`, `inconclusive`, `not-resolvable`) the number of cells that got it; empty with one arm.',
  claims:
    'JSON object: each of the five conclusions of 2021 by id, with `holds`, `fails`, `inconclusive` or `not-resolvable`.',
} as const;

export type OutputName = keyof typeof OUTPUTS;

/** What one report has for the steps behind. */
export function describeOutputs(
  report: Report,
  fastest: { readonly small: readonly string[]; readonly large: readonly string[] },
): Partial<Record<OutputName, string>> {
  return {
    'fastest-small': fastest.small.join(','),
    'fastest-large': fastest.large.join(','),
    arms: JSON.stringify(countVerdicts(report)),
    claims: JSON.stringify(Object.fromEntries(report.claims.map(({ id, verdict }) => [id, verdict]))),
  };
}

export function writeOutputs(values: Partial<Record<OutputName, string>>): void {
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
