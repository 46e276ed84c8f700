import fc from 'fast-check';

/** Where something stands in a value of JSON. */
export type Place = readonly (string | number)[];

/** One way to spoil a value of JSON; `at` is taken modulo the places there are. */
interface Spoiling {
  readonly kind: 'set' | 'rename' | 'drop' | 'repeat' | 'empty';
  readonly at: number;
  readonly value: unknown;
}

/** What stands in for anything: values of all kinds, the ends of the numbers, and names that every object has. */
const strangers: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  ...[null, true, false, '', 'x', 0, -0, 1, -1, 0.5, 1e308, 5e-324, 2 ** 53, -(2 ** 31), [], {}, [null], [[]]],
  ...['constructor', '__proto__', 'toString', 'a\u001b[2Jb', '\u202e', '\ud800', '::error::x', '-1', '1e999', 'NaN'],
);

/** A few ways to spoil a value, to be applied one after the other. */
export const spoilings: fc.Arbitrary<readonly Spoiling[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Spoiling['kind']>('set', 'set', 'set', 'rename', 'drop', 'repeat', 'empty'),
    at: fc.nat(),
    value: strangers,
  }),
  { minLength: 1, maxLength: 3 },
);

/** All places of a value but the value itself. */
export function listPlaces(value: unknown, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const own = [...place, Array.isArray(value) ? Number(key) : key];
    return [own, ...listPlaces(item, own)];
  });
}

/** A copy of the value, spoilt. A place that an earlier spoiling took away is passed over. */
export function spoil(value: unknown, places: readonly Place[], list: readonly Spoiling[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const one of list) {
    const place = places[one.at % places.length] ?? [];
    const parent = place.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], copy);
    const key = place.at(-1);
    if (typeof parent === 'object' && parent !== null && key !== undefined) spoilOne(parent as Fields, key, one);
  }
  return copy;
}

type Fields = Record<string | number, unknown>;

function spoilOne(parent: Fields, key: string | number, { kind, value }: Spoiling): void {
  const old = parent[key];
  if (kind === 'set') parent[key] = structuredClone(value);
  else if (kind === 'empty') parent[key] = Array.isArray(old) ? [] : {};
  else if (kind === 'repeat' && Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(old));
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else {
    delete parent[key];
    // As JSON.parse does it: an own field, whatever its name.
    if (kind === 'rename')
      Object.defineProperty(parent, String(value), { value: old, enumerable: true, configurable: true });
  }
}
