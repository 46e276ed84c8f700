/**
 * Text that our own code wrote or made from numbers and closed enums. It is safe in every sink; a string out of a
 * report is not a `Plain` and does not type-check as one.
 */
export type Plain = string & { readonly __plain: unique symbol };

export type Segment =
  | { readonly style: 'plain' | 'strong' | 'code'; readonly text: Plain }
  | { readonly style: 'foreign'; readonly text: string };

/** A sentence that knows no sink: each sink writes its segments with an escaper of its own. */
export type Prose = readonly Segment[];

type Hole = Plain | Segment | Prose;

/** A sentence from a template: the fixed parts are ours, the holes are `Plain` or prose already. */
export function say(parts: TemplateStringsArray, ...holes: readonly Hole[]): Prose {
  const segments: Segment[] = [];
  parts.forEach((part, i) => {
    if (part !== '') segments.push({ style: 'plain', text: part as Plain });
    const hole = holes[i];
    if (hole !== undefined) segments.push(...toProse(hole));
  });
  return segments;
}

/** A fixed text. */
export function plain(parts: TemplateStringsArray, ...holes: readonly Plain[]): Plain {
  return String.raw({ raw: parts }, ...holes) as Plain;
}

export function strong(text: Plain): Segment {
  return { style: 'strong', text };
}

export function code(text: Plain): Segment {
  return { style: 'code', text };
}

/** Text that somebody else wrote: versions, branch names, reasons, processor names. */
export function foreign(text: string): Segment {
  return { style: 'foreign', text };
}

/** The same at the start of a sentence. */
export function capitalise(text: Plain): Plain {
  return (text.charAt(0).toUpperCase() + text.slice(1)) as Plain;
}

export function join(items: readonly Hole[], separator: string): Prose {
  const between: Segment = { style: 'plain', text: separator as Plain };
  return items.flatMap((item, i) => (i === 0 ? toProse(item) : [between, ...toProse(item)]));
}

/** "a", "a and b", "a, b and c"; of more than `most` items the rest is counted. */
export function list(items: readonly Hole[], most = items.length): Prose {
  const shown = items.slice(0, most);
  const left = items.length - shown.length;
  const all: readonly Hole[] = left > 0 ? [...shown, `${left} more` as Plain] : shown;
  const last = all.at(-1);
  if (last === undefined) return [];
  return all.length === 1 ? toProse(last) : [...join(all.slice(0, -1), ', '), ...say` and ${last}`];
}

function toProse(hole: Hole): Prose {
  if (typeof hole === 'string') return [{ style: 'plain', text: hole }];
  return 'style' in hole ? [hole] : hole;
}
