import type { Gate, GateCheck, GateRule, History, Report } from '../../src/report.ts';
import { sampleReport } from '../helpers/sample-report.ts';

export const HOSTILE: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</code></td></tr></table><h1>pwn</h1>',
  '--> <b>out</b> <!--',
  '![x](https://evil.example/x.png)',
  '[click](javascript:alert(1))',
  '| cell | cell |\n| - | - |',
  'a\n\n# heading\n\n- item',
  '```\ncode\n```',
  '`tick` ``ticks``',
  '</details><details open>',
  '@octocat closes #1 and GH-2',
  'https://evil.example www.evil.example a@b.example',
  '**bold** _em_ ~~gone~~ $x^2$ :tada:',
  '&lt;b&gt; &#60;b&#62; &amp;',
  '\u202egnp.exe\u2066 \u200bzero\ufeff',
  '\u001b[31mred\u001b[0m\u0007\u009b2J\r\noverwrite',
  '=HYPERLINK("https://evil.example";"x")',
  '+1-1@SUM(A1)\t|cmd',
  '{{constructor}} {{{raw}}} $(id) %{x}',
  'e\u0301'.repeat(300),
  '\ud800 alone \udfff',
  '::set-output name=x::y',
  '\\| \\` \\',
];

/** A small report with the same foreign text in every place that a person, a server or a machine may write to. */
export function plantEverywhere(text: string): Report {
  // Ids have to differ from one another, however they are cut.
  const [base, other] = [`${text.slice(0, 60)}A`, `${text.slice(0, 60)}B`];
  const report = sampleReport({
    batches: [1],
    encodings: ['ndarray', 'tensor'],
    methods: ['predict'],
    arms: [base, other],
    histograms: true,
  });
  const [first, second] = report.cells;
  if (first === undefined || second === undefined) throw new Error('the sample has cells');
  return {
    ...report,
    tool: { name: text, version: text },
    environment: {
      ...report.environment,
      cpu: { model: text, cores: 2 },
      kernel: text,
      platform: text,
      arch: text,
      node: text,
      pinning: { load: text, server: text },
      loadFlags: [text],
    },
    provenance: {
      ...{ repository: text, sha: text, mergeSha: text, ref: text, event: text },
      ...{ runId: text, runAttempt: text, runUrl: text },
    },
    timeline: [{ stage: text, startMs: 0, durationMs: 1 }],
    arms: report.arms.map((arm, i) => ({
      ...arm,
      seldonVersion: `${text}${i}`,
      python: { version: `${text}${i}`, packages: { [`${text}1`]: `${text}${i}`, numpy: text } },
      model: `${text}${i}`,
      packages: [text, `${text}${i}`],
      settings: { [`${text}1`]: `${text}${i}`, [`${text}2`]: text },
      address: `${text}${i}`,
    })),
    cells: [
      { ...first, state: 'failed', reason: text },
      { ...second, state: 'skipped', reason: text, results: {} },
      ...report.cells.slice(2),
    ],
    warnings: [
      { code: 'fallback', wanted: text, used: text, why: text },
      { code: 'failed-cells', cells: [first.id, text] },
      { code: 'skipped-cells', cells: [second.id] },
      { code: 'low-duty', cells: [text] },
      { code: 'floor-ended', cells: [text] },
      { code: 'little', cells: [text] },
      { code: 'dropped', cells: [text], dropped: 1, arrivals: 2 },
      { code: 'stopped-early', why: text, during: 'planned', roundsDone: 1, roundsPlanned: 2 },
    ],
    floor: report.floor.map((floor) => ({ ...floor, cell: text })),
    canary: report.canary === null ? null : { ...report.canary, cell: text },
    gate: plantInGate(text, [base, other], report.cells[3]?.id ?? ''),
    history: plantInHistory(text),
    outcome: 'regression',
  };
}

/** All results occur, of known and of unknown cells and arms. */
function plantInGate(text: string, arms: readonly [string, string], cell: string): Gate {
  const at = (result: GateCheck['result'], arm: string, where: string | null): GateCheck => ({
    ...{ arm, cell: where, value: 0.2, low: 0.1, high: 0.3 },
    ...{ bound: 'low', result },
  });
  const rule = (metric: GateRule['metric'], result: GateRule['result'], i: number): GateRule => ({
    ...{ rule: `${text}${i}`, metric, scope: text, limit: metric === 'claim' ? null : 0.05, result },
    checks: [at(result, arms[1], metric === 'claim' ? null : cell), at(result, text, text), at(result, arms[1], text)],
  });
  return {
    rules: [
      rule('regression', 'failed', 1),
      rule('p50', 'failed', 2),
      rule('throughput', 'not-measured', 3),
      rule('errors', 'inconclusive', 4),
      rule('claim', 'passed', 5),
      { ...rule('p99', 'not-measured', 6), checks: [] },
    ],
    result: 'failed',
  };
}

function plantInHistory(text: string): History {
  return {
    status: 'found',
    branch: text,
    runs: [{ runId: '1', sha: '0123abc', startedAt: '2025-01-30T09:12:00.000Z', p50Ms: { [text.slice(0, 100)]: 1 } }],
  };
}

/** Its other states, which say more than the table does. */
export function plantInNoHistory(text: string): History[] {
  return [
    {
      ...{ status: 'not-comparable', branch: text, runId: '1' },
      differences: [{ what: text, earlier: text, now: text }],
    },
    { status: 'none', branch: text, why: text },
    { status: 'unreadable', branch: text, why: text },
  ];
}
