import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listDescendants } from '../../test/helpers/descendants.ts';
import { projectFolder, type Running, readReport, start } from '../../test/helpers/run-tool.ts';
import { watchFamily } from '../soak/processes.ts';
import type { Observed } from './fault.ts';

interface Launch {
  /** A flag's value is empty. */
  readonly options: Readonly<Record<string, string>>;
  /** Words for Node before the script. */
  readonly nodeArgs?: readonly string[];
  /** Done while the tool runs. */
  readonly disturb?: (running: Running) => Promise<void>;
  /** Where the report goes; in the run's own folder unless it is given. */
  readonly out?: string;
}

/** Small and long enough to be disturbed: two cells, one over each transport. */
const SIZE = {
  methods: 'predict',
  encodings: 'ndarray',
  batches: '1',
  block: '10ms',
  rounds: '500',
  timeout: '500ms',
} as const;

const cli = join(projectFolder, 'src', 'cli.ts');

/** Runs the tool with a temporary folder of its own, disturbs it, and says what came of it. */
export async function observe(folder: string, { options, nodeArgs = [], disturb, out }: Launch): Promise<Observed> {
  const temp = join(folder, 'temp');
  await mkdir(temp);
  const place = out ?? join(folder, 'out');
  const given = Object.entries({ ...SIZE, ...options, out: place });
  const words = given.flatMap(([name, value]) => (value === '' ? [`--${name}`] : [`--${name}`, value]));
  const [script = cli, ...more] = [...nodeArgs, cli];
  const running = start({ script, args: [...more, ...words], env: { TMPDIR: temp } });
  const watch = watchFamily(running.child.pid as number, temp);
  let ours: unknown = null;
  try {
    await disturb?.({
      ...running,
      async until(pattern) {
        await running.until(pattern);
        // What is to be disturbed is there by now, and must not outlive the run.
        await watch.look();
      },
    });
  } catch (error) {
    ours = error;
    running.child.kill('SIGKILL');
  }
  const { code, stderr } = await running.ended;
  const processes = (await watch.listLeft()).map(({ command }) => `process ${command.slice(0, 200)}`);
  const files = (await readdir(temp, { recursive: true })).map((name) => `file ${name}`);
  const written: readonly string[] = await readdir(place).catch(() => []);
  const partial = written.filter((name) => name.includes('partial') || name.includes('probe'));
  const report = written.includes('report.json') ? await readReport(place).catch(() => null) : null;
  return {
    code,
    stderr,
    report,
    requests: null,
    left: [...processes, ...files, ...partial.map((name) => `file ${name}`)],
    ...(ours !== null && { faults: [`could not be disturbed: ${ours}`] }),
  };
}

/** A child process of the tool. */
export type Role = 'load process' | 'server' | 'null server';

/** The id of the child that has the role; throws where there is none. */
export async function findChild(running: Running, role: Role): Promise<number> {
  const family = await listDescendants(running.child.pid as number);
  const word = role === 'load process' ? 'load' : 'serve';
  const found = family.filter(({ command }) => command.endsWith(` ${word}`)).sort((a, b) => a.pid - b.pid);
  // The server under test is up before there is a reply that the null server could repeat.
  const child = found[role === 'null server' ? 1 : 0];
  if (!child) throw new Error(`expected a ${role} among ${family.map(({ command }) => command).join('; ')}`);
  return child.pid;
}
