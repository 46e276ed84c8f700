import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { renderTerminal } from '../../src/render/terminal.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const report = sampleReport({ noisyCanary: true });

test('lines are no wider than the terminal, from 80 columns on', () => {
  const arms = sampleReport({ arms: ['base', 'new'], concurrencies: [1, 8] });
  for (const shown of [report, arms]) {
    for (const width of [80, 100, 120]) {
      for (const line of renderTerminal(shown, { colour: false, width }).split('\n')) {
        assert.ok([...line].length <= width, line);
      }
    }
  }
});

test('colour adds nothing but colour', () => {
  const plain = renderTerminal(report, { colour: false, width: 100 });
  const coloured = renderTerminal(report, { colour: true, width: 100 });
  assert.notEqual(coloured, plain);
  assert.equal(stripVTControlCharacters(coloured), plain);
});

test('the verdict comes first and the warnings last', () => {
  const text = renderTerminal(report, { colour: false, width: 100 });
  assert.match(text, /^▲ Seldon payload benchmark: 24 cells measured/);
  assert.match(text.trimEnd().split('\n\n').at(-1) ?? '', /the run is noisy/);
});
