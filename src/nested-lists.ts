/** What keeps lists within lists from being an array of numbers. */
export type ListFault = 'too deep' | 'ragged' | 'no number' | 'mixed depths';

export interface Flattened {
  readonly shape: readonly number[];
  /** In row-major order; as many as the product of `shape`. */
  readonly values: readonly number[];
}

/**
 * The numbers of lists within lists, or why they are no array. `itemsOf` gives what is in a node that is a list, and
 * anything but a list for others; `maxDepth` ends the recursion at a depth that no array has.
 */
export function flattenLists(
  root: unknown,
  maxDepth: number,
  itemsOf: (node: unknown) => unknown,
  numberOf: (node: unknown) => unknown,
): Flattened | ListFault {
  const values: number[] = [];
  const shape: number[] = [];
  let numbersAt: number | undefined;
  const walk = (node: unknown, depth: number): ListFault | null => {
    const items = itemsOf(node);
    if (Array.isArray(items)) {
      if (depth >= maxDepth) return 'too deep';
      shape[depth] ??= items.length;
      if (shape[depth] !== items.length) return 'ragged';
      for (const item of items) {
        const fault = walk(item, depth + 1);
        if (fault !== null) return fault;
      }
      return null;
    }
    const number = numberOf(node);
    if (typeof number !== 'number') return 'no number';
    numbersAt ??= depth;
    if (depth !== numbersAt) return 'mixed depths';
    values.push(number);
    return null;
  };
  return walk(root, 0) ?? { shape, values };
}
