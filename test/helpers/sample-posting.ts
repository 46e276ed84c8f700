import type { Posting } from '../../src/render/posting.ts';
import type { Report } from '../../src/report.ts';

/** Of a run on a pull request whose merge into its base was checked out. */
export const PROVENANCE: Report['provenance'] = {
  repository: 'octo-org/models',
  sha: '8f3c1d2a5b6e7f8091a2b3c4d5e6f708192a3b4c',
  mergeSha: '77aa01b0c9d8e7f6a5b4c3d2e1f00f1e2d3c4b5a',
  pull: 412,
  ref: 'refs/pull/412/merge',
  event: 'pull_request',
  runId: '1234567890',
  runAttempt: '1',
  runUrl: 'https://github.com/octo-org/models/actions/runs/1234567890',
};

/** With both links for each of the reports, the page of the n-th being artifact 2 n + 1, its data the next. */
export function samplePosting(ids: readonly string[], headNow: string | null = null): Posting {
  const address = (n: number): string => `${PROVENANCE.runUrl}/artifacts/${n}`;
  return {
    key: '0123456789abcdef',
    headNow,
    links: ids.flatMap((report, i) => [
      { report, what: 'html', url: address(2 * i + 1) } as const,
      { report, what: 'data', url: address(2 * i + 2) } as const,
    ]),
  };
}
