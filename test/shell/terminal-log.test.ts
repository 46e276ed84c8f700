import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTerminalLog } from '../../src/shell/terminal-log.ts';

function record(options: { readonly isTTY?: boolean; readonly quiet?: boolean } = {}) {
  const written: string[] = [];
  const { isTTY = false, quiet = false } = options;
  return { written, log: createTerminalLog({ isTTY, write: (text) => written.push(text) }, { quiet }) };
}

test('whatever is quoted in a line moves no cursor and begins no other line', () => {
  const { written, log } = record();
  const said = 'a\u001b[2Jb\r\nc\u009bd';
  log.info(said);
  log.warn(said);
  log.foreign(said);
  assert.equal(written.length, 3);
  for (const line of written) assert.match(line, /^[^\u0000-\u001f\u007f-\u009f]+\n$/);
});

test('the live bar is one line, taken away before anything else is written', () => {
  const { written, log } = record({ isTTY: true });
  log.progress({ done: 1, total: 2, leftMs: 61_000, note: 'round 1 of 2' });
  log.warn('something');
  log.end();
  const [bar, cleared, line, ...others] = written;
  assert.match(bar ?? '', /^ {2}━{12}╌{12} round 1 of 2, 1 min 1 s left$/);
  assert.deepEqual([cleared, line, others], ['\r\u001b[K', '  warning: something\n', []]);
});

test('without a terminal progress is a line, and whoever wants it quiet has warnings and what an error refers to', () => {
  const plain = record();
  plain.log.progress({ done: 2, total: 2, leftMs: 0, note: 'round 2 of 2' });
  assert.deepEqual(plain.written, ['  round 2 of 2\n']);
  const { written, log } = record({ isTTY: true, quiet: true });
  log.stage('measure');
  log.info('a');
  log.foreign('b');
  log.progress({ done: 1, total: 2, leftMs: 1, note: 'c' });
  log.warn('d');
  assert.deepEqual(written, ['  | b\n', '  warning: d\n']);
});
