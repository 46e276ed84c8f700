import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderAll } from '../../src/render/render.ts';
import { renderTerminal } from '../../src/render/terminal.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const folder = join(import.meta.dirname, '..', 'golden');
const provenance = {
  repository: 'octo-org/models',
  sha: '8f3c1d2a5b6e7f8091a2b3c4d5e6f708192a3b4c',
  ref: 'refs/pull/412/merge',
  event: 'pull_request',
  runId: '1234567890',
  runAttempt: '1',
  runUrl: 'https://github.com/octo-org/models/actions/runs/1234567890',
};

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
    ['load.comment.md', renderAll(load)['comment.md']],
    ['load.terminal.txt', renderTerminal(load, { colour: false, width: 100 })],
    ['sample.terminal.txt', renderTerminal(report, { colour: false, width: 100 })],
    ['trouble.comment.md', renderAll(trouble)['comment.md']],
    ['reference.terminal.txt', renderTerminal(sampleReport({ target: 'reference' }), { colour: false, width: 80 })],
  ];
}
