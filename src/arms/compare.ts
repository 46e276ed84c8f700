import type { RawArm, RawArms, RawValue } from './raw.ts';

const CHANGES =
  'a version such as 1.17.1, NAME=VALUE, package==1.2.3, a model folder (./folder or ./folder:Class), image=name:tag, tensorflow=stand-in, engine=executor, delay=2ms or connection=keep-alive';

/**
 * Arms from a command line: `old=1.17.1,new=1.19.0`. Each is an id, `=`, and its changes joined by `+`; what a change
 * means is told from its form. Commas and plus signs inside values need the input `arms`. Never throws.
 */
export function readCompare(text: string): RawArms {
  const arms: RawArm[] = [];
  const problems: string[] = [];
  for (const part of text.split(',')) {
    const [id, changes] = cut(part.trim(), '=');
    if (changes === null) {
      problems.push(
        `expected id=changes such as old=1.17.1, or id= for none; found ${JSON.stringify(part.slice(0, 100))}`,
      );
      continue;
    }
    const properties = new Map<string, RawValue>();
    for (const change of changes === '' ? [] : changes.split('+')) {
      const problem = addChange(properties, change.trim());
      if (problem !== null) problems.push(`arm ${JSON.stringify(id.slice(0, 100))}: ${problem}`);
    }
    arms.push({ id, properties });
  }
  return { arms, problems };
}

/** Returns what is wrong with the change, or null. */
function addChange(properties: Map<string, RawValue>, change: string): string | null {
  const [name, value] = cut(change, '=');
  if (/^[0-9]+(\.[0-9]+)*$/.test(change)) return addOnce(properties, 'seldon-version', change);
  if (isPath(change)) return addOnce(properties, 'model', change);
  if (value?.startsWith('=')) {
    const packages = (properties.get('packages') ?? []) as readonly RawValue[];
    properties.set('packages', [...packages, change]);
    return null;
  }
  if (value !== null && /^[A-Z_][A-Z0-9_]*$/.test(name)) {
    const env = new Map((properties.get('env') ?? []) as ReadonlyMap<string, RawValue>);
    if (env.has(name)) return `${name} is given twice`;
    properties.set('env', env.set(name, value));
    return null;
  }
  if (value !== null && ['image', 'tensorflow', 'engine', 'delay', 'connection'].includes(name))
    return addOnce(properties, name, value);
  return `expected ${CHANGES}; found ${JSON.stringify(change.slice(0, 100))}`;
}

function addOnce(properties: Map<string, RawValue>, name: string, value: string): string | null {
  if (properties.has(name)) return `${name} is given twice`;
  properties.set(name, value);
  return null;
}

/** `.`, `./a`, `../a`, `/a`, `a/` and `a/:Class`. */
function isPath(change: string): boolean {
  return /^[./]/.test(change) || /\/(:[A-Za-z0-9_]*)?$/.test(change);
}

function cut(text: string, mark: string): [string, string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + mark.length)];
}
