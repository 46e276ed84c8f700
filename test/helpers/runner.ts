import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type Ended, projectFolder, type Running, start } from './run-tool.ts';

export interface RunnerOptions {
  /** Variables of the job, over those of a push to the main branch. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the event's file holds. */
  readonly event?: unknown;
  /** The value of `github.token`. */
  readonly token?: string;
}

/**
 * Runs a JavaScript action the way GitHub's runner does: empty command files, inputs with their defaults of action.yml as
 * INPUT_ variables, main and then post with the saved state as STATE_ variables.
 */
export interface Runner {
  readonly workspace: string;
  main(inputs: Readonly<Record<string, string>>): Promise<Running>;
  /** After the main step has ended. */
  post(): Promise<Ended>;
  readOutputs(): Promise<Record<string, string>>;
  readSummary(): Promise<string>;
  /** Every value that was saved under a name for the post step, in their order: the last one is what it gets. */
  readSaved(name: string): Promise<readonly string[]>;
}

export async function createRunner(
  script: string,
  workspace: string,
  { env: given = {}, event = {}, token = '' }: RunnerOptions = {},
): Promise<Runner> {
  const file = (name: string): string => join(workspace, `_${name.toLowerCase()}`);
  const env: NodeJS.ProcessEnv = {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: 'octo/models',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_SHA: 'a'.repeat(40),
    GITHUB_REF: 'refs/heads/main',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: file('EVENT'),
    RUNNER_TEMP: workspace,
    ...given,
  };
  await writeFile(file('EVENT'), JSON.stringify(event));
  for (const name of ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY']) {
    env[name] = file(name);
    await writeFile(file(name), '');
  }
  return {
    workspace,
    async main(inputs) {
      const all = { ...(await readDefaults(script, token)), ...inputs };
      const asked = Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
      return start({ script, cwd: workspace, env: { ...env, ...Object.fromEntries(asked) } });
    },
    async post() {
      const state = new Map(await readCommandFile(file('GITHUB_STATE')));
      const saved = [...state].map(([name, value]) => [`STATE_${name}`, value]);
      return start({ script, cwd: workspace, env: { ...env, ...Object.fromEntries(saved) } }).ended;
    },
    readOutputs: async () => Object.fromEntries(await readCommandFile(file('GITHUB_OUTPUT'))),
    readSummary: () => readFile(file('GITHUB_STEP_SUMMARY'), 'utf8'),
    async readSaved(name) {
      const entries = await readCommandFile(file('GITHUB_STATE'));
      return entries.filter(([key]) => key === name).map(([, value]) => value);
    },
  };
}

/** Only what the published Action consists of, away from the sources and from node_modules; returns its script. */
export async function installAction(folder: string): Promise<string> {
  for (const part of ['dist', 'proto', 'templates', 'action.yml']) {
    await cp(join(projectFolder, part), join(folder, 'action', part), { recursive: true });
  }
  return join(folder, 'action', 'dist', 'main.js');
}

async function readDefaults(script: string, token: string): Promise<Record<string, string>> {
  const action = parse(await readFile(join(dirname(script), '..', 'action.yml'), 'utf8'));
  const inputs: Record<string, { default: string }> = action.inputs;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, input.default.replace(/^\$\{\{ github\.token }}$/, token)]),
  );
}

/** The runner's file commands: `name<<delimiter`, lines, `delimiter`; a later value replaces an earlier one. */
async function readCommandFile(path: string): Promise<(readonly [name: string, value: string])[]> {
  const values: (readonly [string, string])[] = [];
  const lines = (await readFile(path, 'utf8')).split('\n');
  for (let i = 0; i < lines.length; i++) {
    const [name, delimiter] = (lines[i] ?? '').split('<<');
    if (!name || !delimiter) continue;
    const end = lines.indexOf(delimiter, i + 1);
    if (end < 0) throw new Error(`expected ${delimiter} in ${path}`);
    values.push([name, lines.slice(i + 1, end).join('\n')]);
    i = end;
  }
  return values;
}
