import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { explain } from '../errors.ts';
import { type RawArm, type RawArms, type RawValue, show } from './raw.ts';

const MAX_BYTES = 64 * 1024;
const MAX_ERRORS = 5;

/**
 * Arms from YAML: a mapping of ids to mappings of properties. Anchors, aliases, tags and merge keys are refused, so
 * that what is read is never larger than what was written. Never throws.
 */
export function readYaml(text: string): RawArms {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) return wrong(`expected at most ${MAX_BYTES} bytes of YAML, found ${bytes}`);
  try {
    const document = parseDocument(text, {
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      uniqueKeys: true,
      stringKeys: true,
      logLevel: 'error',
    });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) return wrong(...faults.slice(0, MAX_ERRORS).map(({ message }) => describeFault(message)));
    return readTop(toRaw(document.contents));
  } catch (error) {
    return wrong(describeFault(explain(error)));
  }
}

function readTop(top: RawValue): RawArms {
  if (!(top instanceof Map)) {
    return wrong(
      `expected a mapping of ids to what differs, such as "four: { env: { GUNICORN_THREADS: 4 } }"; found ${show(top)}`,
    );
  }
  const arms: RawArm[] = [];
  const problems: string[] = [];
  for (const [id, properties] of top as ReadonlyMap<string, RawValue>) {
    if (properties === null) arms.push({ id, properties: new Map() });
    else if (properties instanceof Map) arms.push({ id, properties });
    else problems.push(`arm ${show(id)}: expected a mapping of properties, or nothing; found ${show(properties)}`);
  }
  return { arms, problems };
}

function toRaw(node: Node | null | undefined): RawValue {
  if (node === null || node === undefined) return null;
  refuseMarks(node);
  if (isScalar(node)) return node.value === null ? null : (node.source ?? String(node.value));
  if (isSeq<Node | null>(node)) return node.items.map(toRaw);
  if (isMap<Node, Node | null>(node))
    return new Map(node.items.map(({ key, value }) => [String(toRaw(key)), toRaw(value)]));
  throw new Error('only mappings, lists and single values are supported');
}

/** The parser itself lets pass an anchor that nobody refers to and, whatever its options, the tags of the core schema. */
function refuseMarks(node: Node): void {
  const advice = 'write every value out where it is meant';
  if (isAlias(node)) throw new Error(`anchors and aliases are not supported (found *${node.source}): ${advice}`);
  const { anchor, tag } = node as { anchor?: string; tag?: string };
  if (anchor !== undefined) throw new Error(`anchors and aliases are not supported (found &${anchor}): ${advice}`);
  if (tag !== undefined) throw new Error(`tags are not supported (found ${tag}): write the value without one`);
}

function wrong(...problems: string[]): RawArms {
  return { arms: [], problems };
}

/** The parser's first line, which says where; a picture of the place follows it. Its stack ends what is too deep. */
function describeFault(message: string): string {
  const line = (message.split('\n', 1)[0] ?? '').replace(/:$/, '').replace(/\p{Cc}/gu, ' ');
  return `expected YAML; ${line.slice(0, 200).replace('Maximum call stack size exceeded', 'it is too deep')}`;
}
