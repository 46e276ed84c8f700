import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectFolder } from '../helpers/run-tool.ts';

/** How the README and the documentation name the Action. */
export const ACTION = 'OWNER/seldon-bench-action@v0';

export interface Workflow {
  /** Without its folder. */
  readonly file: string;
  readonly text: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
  /** What the one step with the Action is given. */
  readonly inputs: Readonly<Record<string, string>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

/** The workflows in examples/, by their files' names. */
export function readWorkflows(): ReadonlyMap<string, Workflow> {
  const folder = join(projectFolder, 'examples');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  return new Map(files.map((file) => [file, readWorkflow(file, readFileSync(join(folder, file), 'utf8'))]));
}

function readWorkflow(file: string, text: string): Workflow {
  const { permissions, jobs } = parse(text) as Pick<Workflow, 'permissions' | 'jobs'>;
  const steps = Object.values(jobs).flatMap((job) => job.steps.filter(({ uses }) => uses === ACTION));
  const [step, ...others] = steps;
  if (step === undefined || others.length > 0) throw new Error(`${file}: expected one step with ${ACTION}`);
  // The runner hands on every input as text.
  const inputs = Object.entries(step.with ?? {}).map(([name, value]) => [name, String(value)]);
  return { file, text, permissions, jobs, inputs: Object.fromEntries(inputs) };
}
