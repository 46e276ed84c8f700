import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What Docker's command line prints; rejects where it fails. */
export async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args)).stdout;
}

/**
 * The image that models are built on, where there is a Docker that has it; else the test is skipped, or fails where
 * SELDON_BENCH_TEST_CONTAINERS says that it must not be.
 */
export async function findBaseImage(t: TestContext): Promise<string | null> {
  const why = await findObstacle();
  if (why === null) return process.env.SELDON_BENCH_BASE_IMAGE as string;
  if (process.env.SELDON_BENCH_TEST_CONTAINERS === '1') throw new Error(why);
  t.skip(`skipped: ${why}`);
  return null;
}

async function findObstacle(): Promise<string | null> {
  const base = process.env.SELDON_BENCH_BASE_IMAGE;
  if (base === undefined) return 'SELDON_BENCH_BASE_IMAGE names no image with Python to build on';
  try {
    await docker('image', 'inspect', base);
    return null;
  } catch (error) {
    return `no Docker that has the image ${base}: ${String((error as { stderr?: string }).stderr ?? error).slice(0, 200)}`;
  }
}

/** An image of some lines of a Dockerfile. It goes with the test, and so does what a build on it left half done. */
export async function buildImage(t: TestContext, lines: readonly string[]): Promise<string> {
  const word = randomBytes(6).toString('hex');
  const tag = `seldon-bench-test:${word}`;
  const label = `seldon-bench-test=${word}`;
  const building = run('docker', ['build', '--tag', tag, '-']);
  // What is built on an image has its labels.
  building.child.stdin?.end([...lines, `LABEL ${label}`, ''].join('\n'));
  await building;
  t.after(async () => {
    await docker('image', 'rm', '--force', tag);
    await docker('image', 'prune', '--force', '--filter', `label=${label}`);
  });
  return tag;
}

/** The same on the base, running some lines of Python. */
export function buildScriptImage(t: TestContext, base: string, script: string): Promise<string> {
  return buildImage(t, [`FROM ${base}`, `CMD ["python3", "-c", ${JSON.stringify(script)}]`]);
}
