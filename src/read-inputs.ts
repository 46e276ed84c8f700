import type { Arms } from './arms/arms.ts';
import { findContradictions } from './contradictions.ts';
import { explain, UserError } from './errors.ts';
import { defaultOf, INPUT_NAMES, INPUTS, type InputName, type InputValues } from './inputs.ts';
import { consecutiveRows, type OwnPayload } from './own-payload.ts';

/** The values of all inputs, or one UserError that lists everything that is wrong with them (and `known` besides). */
export function readInputs(
  get: (name: InputName) => string,
  shell: 'cli' | 'action',
  known: readonly string[],
): { readonly values: InputValues; readonly payload: OwnPayload | null } {
  const problems = [...known];
  const spell = (name: InputName): string => (shell === 'cli' ? `--${name}` : `input ${name}`);
  const read = readValues(get, shell, spell, problems);
  const given = INPUT_NAMES.filter((name) => get(name).trim() !== '');
  // The runner gives the defaults of action.yml as if somebody had written them.
  const changed = shell === 'cli' ? given : given.filter((name) => get(name).trim() !== defaultOf(name, shell));
  const payload = read['payload-file'] ?? (read.features === null ? null : consecutiveRows(read.features));
  const rows = changed.includes('batches') ? null : (payload?.file?.rows ?? null);
  // A file is asked for as it is unless somebody says how many rows.
  const values: InputValues = rows === null ? read : { ...read, batches: [rows] };
  problems.push(...findContradictions({ values, given, changed, shell, spell }));
  if (problems.length > 0) {
    const lead = problems.length === 1 ? '' : `${problems.length} things are wrong with the options:\n- `;
    throw new UserError(lead + problems.join('\n- '));
  }
  return { values, payload };
}

function readValues(
  get: (name: InputName) => string,
  shell: 'cli' | 'action',
  spell: (name: InputName) => string,
  problems: string[],
): InputValues {
  const values = new Map<string, unknown>();
  for (const name of INPUT_NAMES) {
    const input = INPUTS[name];
    const given = get(name);
    const text = given.trim() === '' ? defaultOf(name, shell) : 'multiline' in input ? given : given.trim();
    values.set(name, null);
    if (text === '') continue;
    try {
      const value = input.parse(text);
      values.set(name, value);
      if (name === 'arms' || name === 'compare') {
        problems.push(...(value as Arms).problems.map((problem) => `${spell(name)}: ${problem}`));
      }
    } catch (error) {
      problems.push(`${spell(name)}: expected ${explain(error)}; found ${JSON.stringify(text.slice(0, 100))}`);
    }
  }
  return Object.fromEntries(values) as InputValues;
}
