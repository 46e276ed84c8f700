import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Created } from '../../src/target/target.ts';
import type { Running } from '../helpers/run-tool.ts';
import { createRunner, installAction, type Runner, type RunnerOptions } from '../helpers/runner.ts';
import { type Surroundings, takeSnapshot } from './snapshot.ts';

export interface ClusterJob extends Runner, AsyncDisposable {
  /** Where it works. What is there now and was not in `before` is the job's, if no other works there. */
  readonly surroundings: Surroundings;
  readonly before: ReadonlySet<string>;
  /** RUNNER_TEMP, and the folder for temporary files too: all folders of a run are made in it. */
  readonly temp: string;
  /** All that the main step ever had on its record, whether or not it was taken back since. */
  readEverCreated(): Promise<readonly Created[]>;
}

/**
 * A job with only what the published Action consists of, whose files all lie below `folder`. Disposing takes back what
 * a test that failed has left of it.
 */
export async function createClusterJob(
  folder: string,
  surroundings: Surroundings,
  options: RunnerOptions = {},
): Promise<ClusterJob> {
  const script = await installAction(folder);
  const temp = join(folder, 'temp');
  await mkdir(temp);
  const runner = await createRunner(script, folder, {
    ...options,
    env: { ...options.env, RUNNER_TEMP: temp, TMPDIR: temp },
  });
  let running: Running | null = null;
  return {
    ...runner,
    surroundings,
    before: new Set(await takeSnapshot(surroundings)),
    temp,
    async main(inputs) {
      running = await runner.main(inputs);
      return running;
    },
    async readEverCreated() {
      const saved = await runner.readSaved('created');
      const things = saved.flatMap((text) => JSON.parse(text) as Created[]);
      return [...new Map(things.map((thing) => [JSON.stringify(thing), thing])).values()];
    },
    async [Symbol.asyncDispose]() {
      running?.child.kill('SIGKILL');
      await running?.ended;
      await runner.post();
    },
  };
}
