import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectFolder, start } from '../helpers/run-tool.ts';

test('the first signal is told and ends nothing, the second ends the process at once', async () => {
  const code = `
    import { listenForInterruption } from ${JSON.stringify(pathToFileURL(join(projectFolder, 'src/shell/interruption.ts')))};
    const { signal } = listenForInterruption((name) => console.log('told', name, signal.aborted));
    setInterval(() => console.log(signal.aborted ? 'stopping: ' + signal.reason.message : 'working'), 10);`;
  const running = start({ script: '--input-type=module', args: ['--eval', code] });
  await running.until(/working/);
  running.child.kill('SIGINT');
  await running.until(/told SIGINT false\n[\s\S]*stopping: stopped by SIGINT/);
  running.child.kill('SIGTERM');
  assert.equal((await running.ended).code, 143);
});
