import { type Md, small } from './markdown.ts';
import { list, plain, say } from './prose.ts';

/** What goes first where a page is too long. The headline, where the numbers come from and the links stay. */
const ORDER = [
  ['medians', plain`the charts of the medians`],
  ['history', plain`earlier runs`],
  ['codec', plain`encoding and decoding`],
  ['pairs', plain`the pairs`],
  ['floor', plain`the floor`],
  ['timeline', plain`the stages`],
  ['cells', plain`the table of all cells`],
  ['arm-charts', plain`the charts of the arms`],
  ['intervals', plain`the chart of the intervals`],
  ['environment', plain`the environment`],
  ['warnings', plain`the warnings in full`],
  ['arm-tables', plain`the tables of the arms`],
  ['gate', plain`the table of the limits`],
  ['method', plain`the method`],
  ['pivots', plain`the tables of the medians`],
  ['conclusions', plain`the conclusions`],
  ['differences', plain`what differs between the arms`],
  ['arm-conclusions', plain`the conclusions about the arms`],
  ['provenance', plain`where the numbers come from`],
  ['alert', plain`the alert`],
] as const;

type Part = (typeof ORDER)[number][0];

/** The part where it stays, null where it is left out. */
export type Keep = (part: Part, write: () => Md | null) => Md | null;

/** The parts of one report's page: each is written once, however often the page is put together. */
interface Shelf {
  /** Keeps all parts but the first `shed` of the order. */
  keep(shed: number): Keep;
  /** Whether the part, once written, had anything in it. */
  has(part: Part): boolean;
}

export function createShelf(): Shelf {
  const written = new Map<Part, Md | null>();
  return {
    keep(shed) {
      const without = new Set<Part>(ORDER.slice(0, shed).map(([part]) => part));
      return (part, write) => {
        const found = written.get(part);
        const text = found === undefined ? write() : found;
        written.set(part, text);
        return without.has(part) ? null : text;
      };
    },
    has: (part) => Boolean(written.get(part)),
  };
}

/** The fullest page that fits; where none does, the one without all that can be left out. */
export function writeFitting(fits: (text: string) => boolean, compose: (shed: number) => string): string {
  for (let shed = 0; ; shed++) {
    const text = compose(shed);
    if (shed === ORDER.length || fits(text)) return text;
  }
}

/** Names the parts that are missing where the first `shed` are left out; null where nothing is. */
export function leftOut(shed: number, shelves: readonly Shelf[]): Md | null {
  const missing = ORDER.slice(0, shed).filter(([part]) => shelves.some((shelf) => shelf.has(part)));
  if (missing.length === 0) return null;
  const names = list(missing.map(([, name]) => name));
  return small(
    say`Left out for length, and in ${shelves.length > 1 ? plain`each` : plain`the`} report's files: ${names}.`,
  );
}
