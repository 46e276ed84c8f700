import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderPages } from '../../src/render/render.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import { renderAll } from '../helpers/render-all.ts';
import { PROVENANCE as provenance, samplePosting } from '../helpers/sample-posting.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const folder = join(import.meta.dirname, '..', 'golden');
/** UPDATE_GOLDEN=1 writes them anew; then read the difference. */
for (const [name, text] of listTexts()) {
  test(`the sample report renders as test/golden/${name}`, () => {
    const path = join(folder, name);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
    assert.equal(text, readFileSync(path, 'utf8'));
  });
}

function listTexts(): [string, string][] {
  const report = sampleReport({ provenance });
  const files = Object.entries(renderAll(report)).map(([name, text]): [string, string] => [`sample.${name}`, text]);
  const trouble = sampleReport({
    noisyCanary: true,
    failed: { 'predict.rest.ndarray.1.c1': 'expected HTTP 200, found HTTP 500 <html>' },
    skipped: { 'predict.grpc.ndarray.100000.c1': 'the request is larger than what the server takes (4 MiB)' },
  });
  const arms = sampleReport({ provenance, arms: ['base', 'new'], noise: 0.03 });
  const gate = sampleReport({
    ...{ provenance, arms: ['base', 'new'], noise: 0.03, history: 'found' },
    gate: 'regression over 5%\np50 over 1ms in *.rest.*.1\nerrors over 0%\nthroughput under 5',
  });
  const matrix = [
    sampleReport({ provenance, id: 'cpu-2', history: 'not-comparable' }),
    sampleReport({ provenance, id: 'cpu-4', batches: [1], gate: 'p50 over 0.75ms in predict.rest.ndarray' }),
    { ...gate, id: 'cpu-8' },
  ] as const;
  const folded = renderPages([...matrix], samplePosting(['cpu-2', 'cpu-4', 'cpu-8']));
  const load = sampleReport({
    provenance,
    methods: ['predict', 'predict_raw_decode'],
    encodings: ['ndarray', 'tensor'],
    batches: [1],
    concurrencies: [1, 8],
    rate: 200,
    dropped: { 'predict.rest.ndarray.1.c1': 41 },
    alpha: 0.0125,
    stopping: {
      looks: [
        { rounds: 20, alpha: 0.0125, tooWide: 5 },
        { rounds: 40, alpha: 0.0125, tooWide: 0 },
      ],
      ended: 'precise',
    },
  });
  return [
    ...files,
    ['arms.comment.md', renderAll(arms)['comment.md']],
    ['arms.report.html', renderAll(arms)['report.html']],
    ['arms.results.csv', renderAll(arms)['results.csv']],
    ['arms.terminal.txt', renderTerminal(arms, { colour: false, width: 100 })],
    ['gate.comment.md', renderAll(gate, samplePosting(['default'], 'abcdef0123456789'))['comment.md']],
    ['gate.terminal.txt', renderTerminal(gate, { colour: false, width: 100 })],
    ['folded.comment.md', folded['comment.md']],
    ['folded.summary.md', folded['summary.md']],
    ['load.comment.md', renderAll(load)['comment.md']],
    ['load.terminal.txt', renderTerminal(load, { colour: false, width: 100 })],
    ['sample.terminal.txt', renderTerminal(report, { colour: false, width: 100 })],
    ['trouble.comment.md', renderAll(trouble)['comment.md']],
    ['reference.terminal.txt', renderTerminal(sampleReport({ target: 'reference' }), { colour: false, width: 80 })],
  ];
}
