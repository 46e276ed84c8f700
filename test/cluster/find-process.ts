import { readdir, readFile } from 'node:fs/promises';

/** A process of this machine, in containers too, that was started with a word in its arguments; null where there is none. Linux only. */
export async function findProcess(word: string): Promise<number | null> {
  for (const name of await readdir('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    // The program that asked for it has the word too.
    if (command.startsWith('python3') && command.includes(word)) return Number(name);
  }
  return null;
}
