import { PROPERTIES } from './arms/properties.ts';
import { INPUTS, type InputName, type InputValues } from './inputs.ts';

/** The inputs as far as they could be parsed, with what is known of how they were given. */
export interface Inputs {
  readonly values: InputValues;
  /** The inputs that somebody gave, their defaults left out. */
  readonly given: readonly InputName[];
  /** On the command line all of these; of the Action's, which the runner hands over with their defaults, those that differ. */
  readonly changed: readonly InputName[];
  readonly shell: 'cli' | 'action';
  /** An input's name as the shell spells it. */
  readonly spell: (name: InputName) => string;
}

/** What was given although it belongs to another shell, target or mode, in sentences. */
export function findMisplaced(inputs: Inputs): string[] {
  return [...findOfOtherTargets(inputs), ...findOfOtherModes(inputs), ...findArmsOfOtherTargets(inputs)];
}

interface Restrictions {
  readonly only?: readonly string[];
  readonly needs?: InputName;
  readonly cliOnly?: true;
  readonly actionOnly?: true;
  readonly mode?: 'bench' | 'report';
}

function findOfOtherTargets({ values, given, shell, spell }: Inputs): string[] {
  const problems: string[] = [];
  const { target } = values;
  if (shell === 'action' && target === 'auto') {
    problems.push(
      `${spell('target')}: expected process, docker, kind, cluster, reference or url; the Action never chooses by itself`,
    );
  }
  for (const name of given) {
    const { only, needs, cliOnly, actionOnly } = INPUTS[name] as Restrictions;
    if (shell === 'action' && cliOnly) {
      problems.push(`${spell(name)} belongs to the command line; in a workflow write ${spell('arms')}`);
    }
    if (shell === 'cli' && actionOnly) problems.push(`${spell(name)} belongs to the Action`);
    if (needs && !given.includes(needs))
      problems.push(`${spell(name)} means nothing without ${spell(needs)}: give both`);
    if (!only || values[name] === null || target === null) continue;
    const isPossible = (one: string): boolean => one === 'process' || one === 'reference';
    if (!only.includes(target) && !(target === 'auto' && only.some(isPossible))) {
      problems.push(`${spell(name)} belongs to target ${either(only)}; the target is ${target}`);
    }
  }
  return problems;
}

/** Everything else is about measuring. */
const OF_REPORT_MODE: ReadonlySet<InputName> = new Set<InputName>([
  'mode',
  'reports',
  'report-id',
  'gate',
  'comment',
  'baseline',
  'github-token',
  'out',
  'strict',
]);

function findOfOtherModes({ values, changed, spell }: Inputs): string[] {
  const { mode } = values;
  return changed.flatMap((name) => {
    const only = (INPUTS[name] as Restrictions).mode;
    if (mode === 'report' && !OF_REPORT_MODE.has(name))
      return [`${spell(name)} belongs to mode bench; the mode is report`];
    return mode !== null && only && only !== mode
      ? [`${spell(name)} belongs to mode ${only}; the mode is ${mode}`]
      : [];
  });
}

function findArmsOfOtherTargets({ values, spell }: Inputs): string[] {
  const { target } = values;
  if (target === null) return [];
  // With arms, `auto` never falls back to the reference server.
  const wanted = target === 'auto' ? 'process' : target;
  return (['arms', 'compare'] as const).flatMap((name) =>
    (values[name]?.arms ?? []).flatMap(({ id, given: properties }) =>
      properties.flatMap((property) => {
        const only = PROPERTIES[property]?.only ?? [];
        if (only.some((one) => one === wanted)) return [];
        return [`${spell(name)}: arm ${id}: ${property} belongs to target ${either(only)}; the target is ${target}`];
      }),
    ),
  );
}

/** "docker, kind or cluster" */
function either(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), names.at(-1)].filter((part) => part).join(' or ');
}
