import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { createTestFolder, writeScript } from '../helpers.ts';

/** Puts a shell script in the place of a program, as long as the test runs, and returns the folder in which it is. */
export async function useFakeProgram(t: TestContext, name: string, lines: readonly string[]): Promise<string> {
  const folder = await createTestFolder(t);
  await writeScript(join(folder, name), lines);
  const { PATH } = process.env;
  process.env.PATH = folder + delimiter + PATH;
  t.after(() => {
    process.env.PATH = PATH;
  });
  return folder;
}
