import { explainRefusal } from '../docker-cli.ts';
import { runProgram } from '../exec.ts';

const LIMIT_MS = 30_000;
const PREFIX = 'seldon-bench-';

/**
 * Ends and removes a container that `startContainer` made; one that is gone is fine. Refuses any other name: a record is
 * a file, and files can be wrong. Throws ServerError.
 */
export async function removeContainer(name: string): Promise<void> {
  if (!name.startsWith(PREFIX)) throw new Error(`expected a container named ${PREFIX}..., got ${name}`);
  const args = ['rm', '--force', '--volumes', name] as const;
  const outcome = await runProgram(['docker', ...args], { signal: new AbortController().signal, timeoutMs: LIMIT_MS });
  if (outcome.code === 0 || /no such container/i.test(outcome.stderr)) return;
  throw explainRefusal(`remove the container ${name}`, [...args], outcome);
}
