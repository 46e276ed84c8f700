import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orAborted } from '../../../abort.ts';
import { normaliseName } from '../../../arms/packages.ts';
import { ServerError } from '../../../errors.ts';
import { startFamily } from '../../family.ts';
import type { Host } from '../../target.ts';
import { describeLane, type Lane } from './lanes.ts';
import type { Python } from './probe.ts';

/** Names and versions, as the packages themselves tell them. */
export type Packages = Readonly<Record<string, string>>;

// Importing is the proof: TensorFlow is what most often does not fit the machine, and `tftensor` needs it.
const VERIFY = `
import importlib.metadata, json, sys
# Listed first: some packages add what they bundle to the path when they are imported.
packages = {found.metadata["Name"]: found.version for found in importlib.metadata.distributions()}
packages.pop("pip", None)
import seldon_core.microservice, tensorflow
with open(sys.argv[1], "w") as file:
    json.dump(packages, file, sort_keys=True)
`;

/**
 * Makes a virtual environment in the empty folder, with every package of the lane's constraints file and no other
 * (pins take the place of theirs), and proves that the wrapper can be imported. Throws ServerError with the last lines
 * of pip, or of the import, which is where packages that do not go together are found.
 */
export async function installPackages(lane: Lane, python: Python, folder: string, host: Host): Promise<Packages> {
  const installed = join(folder, 'bin', 'python');
  const scratch = join(folder, 'scratch');
  const constraintsFile = lane.pins.length === 0 ? lane.constraintsFile : join(scratch, 'constraints.txt');
  const step = (what: string, command: Command, env = {}) =>
    runStep(what, command, env, { lane, python, folder, constraintsFile }, host);

  await step('make a virtual environment', [python.path, '-I', '-m', 'venv', folder]);
  await mkdir(scratch);
  if (lane.pins.length > 0) {
    await writeFile(constraintsFile, withoutPinned(await readFile(lane.constraintsFile, 'utf8'), lane.pins));
  }
  const options = ['--no-deps', '--no-compile', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];
  const install = [installed, '-I', '-m', 'pip', 'install', ...options] as const;
  // What a killed pip leaves behind is then removed with all the rest.
  const env = { TMPDIR: scratch };
  await step('install packages', [...install, '-r', constraintsFile], env);
  if (lane.pins.length > 0) await step(`install ${lane.pins.join(', ')}`, [...install, ...lane.pins], env);
  // Half of a cold start is compiling. Some packages carry files that are no valid Python: no reason to give up.
  await step('compile packages', [installed, '-I', '-c', COMPILE, join(folder, 'lib')]);
  const list = join(scratch, 'packages.json');
  await step('import the wrapper', [installed, '-I', '-c', VERIFY, list]);
  const packages = JSON.parse(await readFile(list, 'utf8')) as Packages;
  await rm(scratch, { recursive: true, force: true });
  return packages;
}

/** The lines of a constraints file, those left out whose package is pinned otherwise. */
export function withoutPinned(constraints: string, pins: readonly string[]): string {
  const pinned = new Set(pins.map(nameModule));
  return constraints
    .split('\n')
    .filter((line) => !pinned.has(nameModule(line)))
    .join('\n');
}

/** Both of TensorFlow's packages bring the same files: who pins one of them does not want the other either. */
function nameModule(requirement: string): string {
  return normaliseName(requirement).replace(/^tensorflow-cpu$/, 'tensorflow');
}

const COMPILE = `
import compileall, sys
compileall.compile_dir(sys.argv[1], quiet=2, workers=0)
`;

type Command = readonly [string, ...string[]];

interface Place {
  readonly lane: Lane;
  readonly python: Python;
  readonly folder: string;
  readonly constraintsFile: string;
}

async function runStep(
  what: string,
  command: Command,
  more: NodeJS.ProcessEnv,
  place: Place,
  host: Host,
): Promise<void> {
  const { lane, python, folder, constraintsFile } = place;
  const env = { ...installEnv(process.env, constraintsFile), ...more };
  await using family = await startFamily({ guardPython: python.path, command, cwd: folder, env }, host);
  const code = await orAborted(family.exited, host.signal);
  if (code === 0) return;
  throw new ServerError(
    `expected to ${what} for ${describeLane(lane)} on Python ${python.version}; it ended with code ${code}. ` +
      `Mend what its last lines say (${lane.pins.length > 0 ? 'packages that do not go together, ' : ''}network, package index, disk space), then run again.`,
    { detail: family.lastLines() },
  );
}

/** pip's own settings (index, proxy, certificates) stay as the user has them, except those that install elsewhere. */
function installEnv(env: NodeJS.ProcessEnv, constraintsFile: string): NodeJS.ProcessEnv {
  const redirecting =
    /^(PYTHON.*|__PYVENV_LAUNCHER__|VIRTUAL_ENV|PIP_(TARGET|PREFIX|ROOT|DRY_RUN|NO_DEPS|REQUIREMENT|QUIET))$/;
  const kept = Object.entries(env).filter(([name]) => !redirecting.test(name));
  return {
    ...Object.fromEntries(kept),
    PIP_USER: '0',
    // Packages that are built from source are built with the pinned setuptools too.
    PIP_CONSTRAINT: constraintsFile,
    PIP_BUILD_CONSTRAINT: constraintsFile,
    TF_CPP_MIN_LOG_LEVEL: '3',
    CUDA_VISIBLE_DEVICES: '',
  };
}
