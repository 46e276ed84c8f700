import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { createTestFolder, writeScript } from '../helpers.ts';

/** Puts a shell script in the place of a program, as long as the test runs, and returns the folder in which it is. */
export async function useFakeProgram(t: TestContext, name: string, lines: readonly string[]): Promise<string> {
  const folder = await createTestFolder(t);
  await writeScript(join(folder, name), lines);
  usePath(t, folder + delimiter + process.env.PATH);
  return folder;
}

/** Where programs are looked for, as long as the test runs. */
export function usePath(t: TestContext, path: string): void {
  const { PATH } = process.env;
  process.env.PATH = path;
  t.after(() => {
    process.env.PATH = PATH;
  });
}
