import { askUntil } from '../../src/target/wait.ts';
import type { Running } from '../helpers/run-tool.ts';

const LIMIT_MS = 300_000;

/** Asks until the answer is not null; rejects with what the run wrote if it ends before. */
export async function waitWhileRunning<T>(running: Running, ask: () => Promise<T | null>): Promise<T> {
  const over = new AbortController();
  running.ended.then(({ stdout, stderr }) =>
    over.abort(new Error(`expected the run to go on; it ended, and wrote:\n${stdout}${stderr}`)),
  );
  const answer = await askUntil(ask, LIMIT_MS, over.signal);
  if (answer === null) throw new Error(`expected what is waited for within ${LIMIT_MS / 1000} s`);
  return answer;
}
