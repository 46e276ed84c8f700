import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLookup } from '../../src/render/lookup.ts';
import { toText } from '../../src/render/plain-text.ts';
import { describeWarning } from '../../src/render/warnings.ts';
import { blockFlag } from '../../src/report/cells.ts';
import type { Warning } from '../../src/report.ts';
import { projectFolder } from '../helpers/run-tool.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const page = await readFile(join(projectFolder, 'docs', 'reading-the-report.md'), 'utf8');
/** What the first column of the table of warnings quotes: parts of their texts, in which `…` stands for what differs. */
const quoted = (page.split('## Warnings')[1]?.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| "'))
  .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/"([^"]+)"/g)].map((match) => match[1] as string));

const report = sampleReport();
const cells = report.cells.slice(0, 1).map(({ id }) => id);
const arms = report.arms.map(({ id }) => id);
/** One of each, held by the type to be all. */
const examples: { readonly [Code in Warning['code']]: readonly Extract<Warning, { code: Code }>[] } = {
  'not-seldon': [{ code: 'not-seldon' }],
  'tensorflow-stand-in': [{ code: 'tensorflow-stand-in', arms }],
  'floor-without-path': [{ code: 'floor-without-path', arms }],
  'floor-ended': [{ code: 'floor-ended', cells }],
  fallback: [{ code: 'fallback', wanted: 'process', used: 'reference', why: 'none is there' }],
  'low-duty': [{ code: 'low-duty', cells }],
  'floor-share': [
    { code: 'floor-share', cells, over: '20%' },
    { code: 'floor-share', cells, over: '50%' },
  ],
  'server-throttled': [{ code: 'server-throttled', cells }],
  'noisy-canary': [{ code: 'noisy-canary', effect: 0.2 }],
  'flagged-blocks': blockFlag.options.map((flag) => ({ code: 'flagged-blocks', flag, blocks: 3, of: 9 })),
  'few-rounds': [{ code: 'few-rounds', rounds: 3 }],
  little: [{ code: 'little', cells }],
  dropped: [{ code: 'dropped', cells, dropped: 3, arrivals: 9 }],
  'failed-requests': [{ code: 'failed-requests', cells, errors: 3, requests: 9 }],
  'failed-cells': [{ code: 'failed-cells', cells }],
  'skipped-cells': [{ code: 'skipped-cells', cells }],
  'stopped-early': (['planned', 'narrowing', 'confirming'] as const).map((during) => {
    return { code: 'stopped-early', why: 'it was asked to', during, roundsDone: 3, roundsPlanned: 9 };
  }),
};
const texts = Object.values(examples)
  .flat()
  .map((warning) => toText(describeWarning(createLookup(report), warning)));

function quotes(phrase: string, text: string): boolean {
  return phrase.split('…').every((part) => text.includes(part.trim()));
}

test('every warning, and every reason to flag a block, stands on the page', () => {
  const missing = texts.filter((text) => !quoted.some((phrase) => quotes(phrase, text)));
  assert.deepEqual(missing, []);
});

test('every warning on the page is one that a report can have', () => {
  assert.ok(quoted.length >= texts.length - 2, `only ${quoted.length}`);
  const unknown = quoted.filter((phrase) => !texts.some((text) => quotes(phrase, text)));
  assert.deepEqual(unknown, []);
});
