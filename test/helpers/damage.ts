import fc from 'fast-check';

/** One way to spoil bytes; `at` and `length` are taken modulo what is there. */
type Damage =
  | { readonly kind: 'set' | 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'cut' | 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'end'; readonly at: number };

const at = fc.nat(100_000);
const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 });
const length = fc.integer({ min: 1, max: 12 });

/** A few ways to spoil bytes, to be applied one after the other. */
export const damages: fc.Arbitrary<readonly Damage[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at, bytes }),
    fc.record({ kind: fc.constant('insert' as const), at, bytes }),
    fc.record({ kind: fc.constant('cut' as const), at, length }),
    fc.record({ kind: fc.constant('repeat' as const), at, length }),
    fc.record({ kind: fc.constant('end' as const), at }),
  ),
  { minLength: 1, maxLength: 3 },
);

export function damage(whole: Buffer, list: readonly Damage[]): Buffer {
  let spoilt = whole;
  for (const one of list) {
    const from = one.at % (spoilt.length + 1);
    const [before, behind] = [spoilt.subarray(0, from), spoilt.subarray(from)];
    if (one.kind === 'set') spoilt = Buffer.concat([before, one.bytes, behind.subarray(one.bytes.length)]);
    else if (one.kind === 'insert') spoilt = Buffer.concat([before, one.bytes, behind]);
    else if (one.kind === 'cut') spoilt = Buffer.concat([before, behind.subarray(one.length)]);
    else if (one.kind === 'repeat') spoilt = Buffer.concat([before, behind.subarray(0, one.length), behind]);
    else spoilt = before;
  }
  return spoilt;
}

/** Cuts bytes at these places (modulo what is there) into pieces, none of them empty. */
export function split(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return edges
    .slice(1)
    .map((edge, i) => whole.subarray(edges[i], edge))
    .filter((piece) => piece.length > 0);
}
