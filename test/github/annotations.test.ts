import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotate } from '../../src/github/annotations.ts';

test('a few warnings stand beside the run, and the rest is counted in the last of them', (t) => {
  const lines: string[] = [];
  const writing = t.mock.method(process.stdout, 'write', (text: string) => lines.push(text) > 0);
  const many = Array.from({ length: 7 }, (_, i) => ({ title: `no. ${i}`, message: 'x' }));
  annotate(many.slice(0, 5));
  annotate(many);
  writing.mock.restore();
  assert.deepEqual(
    lines.filter((line) => line.startsWith('::warning')).map((line) => /title=([^:]*)/.exec(line)?.[1]),
    [...many.slice(0, 5), ...many.slice(0, 4)].map(({ title }) => title).concat('Seldon payload benchmark'),
  );
  assert.match(lines.at(-1) ?? '', /3 more warnings/);
});
