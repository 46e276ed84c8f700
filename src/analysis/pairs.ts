import { type Cell, ENCODINGS, METHODS } from '../plan.ts';
import type { Comparison } from '../report.ts';

export type Coordinates = Omit<Cell, 'id'>;
export type PairKind = Exclude<Comparison['kind'], 'arm'>;

/** Two cells that differ in one respect. `b` is looked at relative to `a`. */
interface Pair {
  readonly id: string;
  readonly kind: PairKind;
  readonly a: Cell;
  readonly b: Cell;
}

/** All pairs of the cells, in a stable order: by kind, then as the cells come. */
export function listPairs(cells: readonly Cell[]): Pair[] {
  const known = new Map(cells.map((cell) => [keyOf(cell), cell]));
  return (Object.keys(PARTNERS) as PairKind[]).flatMap((kind) =>
    cells.flatMap((a) =>
      PARTNERS[kind](a).flatMap((partner) => {
        const b = known.get(keyOf(partner));
        return b === undefined ? [] : [{ id: pairId(kind, a, b), kind, a, b }];
      }),
    ),
  );
}

/** The name of a pair: its kind and what its two cells have in common, in the order of a cell's id. */
export function pairId(kind: PairKind, a: Coordinates, b: Coordinates): string {
  const { method, transport, batch, concurrency } = a;
  const size = `${batch}.c${concurrency}`;
  switch (kind) {
    case 'transport':
      return `transport:${method}.${a.encoding}.${size}`;
    case 'method':
      // `predict` and `predict_raw` are what a pair of methods is, unless its name says otherwise.
      return b.method === 'predict_raw'
        ? `method:${transport}.${a.encoding}.${size}`
        : `method:${a.method}-${b.method}.${transport}.${a.encoding}.${size}`;
    case 'encoding':
      return `encoding:${method}.${transport}.${a.encoding}-${b.encoding}.${size}`;
  }
}

/** Whom a cell is paired with, as the `a` of the pair. */
const PARTNERS: Readonly<Record<PairKind, (a: Coordinates) => Coordinates[]>> = {
  transport: (a) => (a.transport === 'rest' ? [{ ...a, transport: 'grpc' }] : []),
  method: (a) => METHODS.slice(METHODS.indexOf(a.method) + 1).map((method) => ({ ...a, method })),
  encoding: (a) => ENCODINGS.slice(ENCODINGS.indexOf(a.encoding) + 1).map((encoding) => ({ ...a, encoding })),
};

function keyOf({ method, transport, encoding, batch, concurrency }: Coordinates): string {
  return `${method}.${transport}.${encoding}.${batch}.${concurrency}`;
}
