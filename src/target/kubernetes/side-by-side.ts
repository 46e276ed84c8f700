import type { Host } from '../target.ts';

type Task<T> = (host: Host) => Promise<T>;
type Results<Tasks extends readonly Task<unknown>[]> = { [K in keyof Tasks]: Awaited<ReturnType<Tasks[K]>> };

/** Does all of them at once. The first failure stops the others, and is thrown once all are over. */
export async function doSideBySide<const Tasks extends readonly Task<unknown>[]>(
  tasks: Tasks,
  host: Host,
): Promise<Results<Tasks>> {
  const failed = new AbortController();
  const signal = AbortSignal.any([host.signal, failed.signal]);
  const run = async (task: Task<unknown>): Promise<unknown> => {
    try {
      return await task({ ...host, signal });
    } catch (error) {
      failed.abort(error);
      return undefined;
    }
  };
  const results = await Promise.all(tasks.map(run));
  signal.throwIfAborted();
  return results as Results<Tasks>;
}
