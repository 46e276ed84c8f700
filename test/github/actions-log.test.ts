import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActionsLog } from '../../src/github/actions-log.ts';

const COMMANDS = [
  '::error::not ours',
  '  ::add-mask::x',
  'a reply\n::set-output name=gate::passed',
  'a reply\r::stop-commands::x',
  'a reply\u2028::endgroup::',
  '##[error]not ours',
  'before ##[group]not ours',
];

test('what a server or a program says is one line of the log, and no command of the runner', (t) => {
  const lines: string[] = [];
  const log = createActionsLog();
  const writing = t.mock.method(process.stdout, 'write', (text: string) => lines.push(text) > 0);
  try {
    for (const text of COMMANDS) {
      log.info(text);
      log.warn(text);
      log.foreign(text);
    }
  } finally {
    writing.mock.restore();
  }
  assert.equal(lines.length, 3 * COMMANDS.length);
  for (const line of lines) {
    assert.match(line, /^[^\r\n]*\r?\n$/, JSON.stringify(line));
    assert.doesNotMatch(line, /^\s*::|##\[/, JSON.stringify(line));
  }
});
