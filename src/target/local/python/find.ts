import { resolve } from 'node:path';
import { UserError } from '../../../errors.ts';
import { listCandidates } from './candidates.ts';
import type { Lane } from './lanes.ts';
import { type Python, probePython } from './probe.ts';

/** The outcome of a search, with what was passed over on the way. */
export interface Search {
  readonly python: Python | null;
  readonly tried: readonly { readonly path: string; readonly why: string }[];
}

/**
 * Finds a Python that the lane installs on. `chosen` is the one that the user names; then it is that or none.
 * Each candidate is run before it is believed. Throws UserError if the chosen one does not fit.
 */
export async function findPython(
  lane: Lane,
  chosen: string | null,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Search> {
  if (process.platform === 'win32') return { python: null, tried: [{ path: 'Windows', why: 'not supported' }] };
  if (chosen !== null) return { python: await probeChosen(lane, chosen, env, signal), tried: [] };
  const tried: { path: string; why: string }[] = [];
  for (const { path, source } of await listCandidates(lane.pythons, env)) {
    const probe = await probePython(path, lane.pythons, signal);
    if (probe.state === 'fit') return { python: probe.python, tried };
    if (probe.state === 'unfit') tried.push({ path: source === 'PATH' ? path : `${path} (${source})`, why: probe.why });
  }
  return { python: null, tried };
}

/** What was expected, what was found, and what to do, in one paragraph. */
export function describeFailure(lane: Lane, search: Search): string {
  const found = search.tried.map(({ path, why }) => `${path}: ${why}`).join('; ') || 'no Python at all';
  return (
    `seldon-core ${lane.seldonVersion} needs ${describeVersions(lane)}; found ${found}. ` +
    `Install one, for example with "uv python install ${lane.pythons[0]}" or "pyenv install ${lane.pythons[0]}", ` +
    'or name one with the option python.'
  );
}

async function probeChosen(lane: Lane, chosen: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Python> {
  // A bare name is looked up like a command, everything else is a path.
  const paths = /[\\/]/.test(chosen)
    ? [resolve(chosen)]
    : (env.PATH ?? '').split(':').map((folder) => resolve(folder, chosen));
  let why = 'there is no such file that can be run';
  for (const path of paths) {
    const probe = await probePython(path, lane.pythons, signal);
    if (probe.state === 'fit') return probe.python;
    if (probe.state === 'unfit') why = probe.why;
  }
  throw new UserError(
    `option python: expected ${describeVersions(lane)} for seldon-core ${lane.seldonVersion}; ${chosen} does not fit: ${why}. ` +
      'Name another one, or leave the option out to have one looked for.',
  );
}

function describeVersions(lane: Lane): string {
  return `Python ${lane.pythons.join(' or ')}`;
}
