import { explain } from '../errors.ts';
import { findNearest } from '../nearest.ts';
import type { Parser } from '../parse.ts';
import { readCompare } from './compare.ts';
import { type Changes, PROPERTIES } from './properties.ts';
import { type RawArm, type RawArms, show } from './raw.ts';
import { readYaml } from './yaml.ts';

/** One variant of the server under test, as far as it was described. */
interface ArmInput {
  readonly id: string;
  readonly changes: Changes;
  /** The properties that are described, by their names. */
  readonly given: readonly string[];
}

/** All that could be read, and all that is wrong with it, in sentences. */
export interface Arms {
  readonly arms: readonly ArmInput[];
  readonly problems: readonly string[];
}

const MAX_ARMS = 8;
const MAX_PROBLEMS = 20;

/** From YAML. Finds everything that is wrong at once, hence in a list instead of throwing. */
export const parseArms: Parser<Arms> = (text) => readArms(readYaml(text));

/** The same from the short form of the command line. */
export const parseCompare: Parser<Arms> = (text) => readArms(readCompare(text));

function readArms(raw: RawArms): Arms {
  const { length } = raw.arms;
  const problems = [...raw.problems];
  if (length > MAX_ARMS || (length === 0 && problems.length === 0)) {
    return { arms: [], problems: cap([...problems, `expected 1 to ${MAX_ARMS} arms, found ${length}`]) };
  }
  const ids = raw.arms.map(({ id }) => id);
  for (const id of new Set(ids)) problems.push(...findIdProblems(id, ids));
  const arms = raw.arms.map((arm) => readArm(arm, problems));
  return { arms, problems: cap(problems) };
}

/** Nobody reads on behind so many. */
function cap(problems: readonly string[]): string[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems];
  return [...problems.slice(0, MAX_PROBLEMS), `and ${problems.length - MAX_PROBLEMS} more problems`];
}

function findIdProblems(id: string, ids: readonly string[]): string[] {
  if (!/^[A-Za-z0-9._-]{1,32}$/.test(id))
    return [`expected an id of 1 to 32 letters, digits, dots, dashes and underscores; found ${show(id)}`];
  // Results are objects with ids as their keys, in the report and in the programs that read it.
  if (id in {}) return [`expected another id than ${id}, which every object of JavaScript has already`];
  return ids.indexOf(id) === ids.lastIndexOf(id) ? [] : [`arm ${id} is given twice`];
}

function readArm({ id, properties }: RawArm, problems: string[]): ArmInput {
  let changes: Changes = {};
  const given: string[] = [];
  for (const [name, value] of properties) {
    try {
      if (!Object.hasOwn(PROPERTIES, name)) throw new Error(describeUnknown(name));
      changes = { ...changes, ...PROPERTIES[name]?.read(value) };
      given.push(name);
    } catch (error) {
      const known = Object.hasOwn(PROPERTIES, name);
      const sentence = known ? `${name}: expected ${explain(error)}; found ${show(value)}` : explain(error);
      problems.push(`arm ${show(id)}: ${sentence}`);
    }
  }
  return { id, changes, given };
}

function describeUnknown(name: string): string {
  const near = findNearest(name, Object.keys(PROPERTIES));
  const known = Object.keys(PROPERTIES).join(', ');
  return `unknown property ${show(name)}; ${near === null ? `there are ${known}` : `did you mean ${near}?`}`;
}
