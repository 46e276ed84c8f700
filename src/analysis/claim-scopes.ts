import { type Cell, ENCODINGS, type Encoding, METHODS, type Method, TRANSPORTS, type Transport } from '../plan.ts';
import type { Claim, ClaimId, Verdict } from '../report.ts';
import { type Coordinates, type PairKind, pairId } from './pairs.ts';

/** A comparison that a claim rests on, by id, whether or not it could be made. */
export interface ClaimPair {
  readonly comparison: string;
  readonly batch: number;
}

/** What a claim is about. */
export interface ClaimScope {
  readonly id: ClaimId;
  /** Every one of these has to support the claim for it to hold; one that contradicts it is enough for it to fail. */
  readonly deciding: readonly ClaimPair[];
  /** Shown beside them, and without influence on the verdict. */
  readonly further: readonly ClaimPair[];
  readonly supports: readonly Verdict[];
  readonly contradicts: readonly Verdict[];
  /** The sign that turns ln(b/a) into the claim's own subject against what it is compared with. */
  readonly direction: 1 | -1;
  /** The claim tells large from small batches, and the run had only one size. */
  readonly oneBatch: boolean;
  readonly caveat?: NonNullable<Claim['caveat']>;
}

/**
 * The five conclusions of the 2021 notebook as scopes. `large` and `small` are the largest and smallest batch of the
 * run; a run with one batch has neither. Methods, transports and encodings are always all of them: a run that measured
 * only some can refute a claim, but not confirm it.
 */
export function listClaimScopes(cells: readonly Cell[]): ClaimScope[] {
  const batches = [...new Set(cells.map(({ batch }) => batch))].sort((x, y) => x - y);
  const concurrencies = [...new Set(cells.map(({ concurrency }) => concurrency))];
  const oneBatch = batches.length === 1;
  const small = oneBatch ? [] : batches.slice(0, 1);
  const large = oneBatch ? [] : batches.slice(-1);
  const simple = ENCODINGS.filter((encoding) => encoding !== 'tftensor');

  // What the notebook compared; whether decoding was left to the model is another question.
  const methods = METHODS.filter((method) => method !== 'predict_raw_decode');
  const list = (kind: PairKind, at: Partial<Axes>, b: Partial<Coordinates>): ClaimPair[] =>
    product({ batches, methods, transports: TRANSPORTS, encodings: ENCODINGS, concurrencies, ...at }).map((a) => ({
      comparison: pairId(kind, a, { ...a, ...b }),
      batch: a.batch,
    }));
  const overTransports = (at: Partial<Axes>): ClaimPair[] =>
    list('transport', { ...at, transports: ['rest'] }, { transport: 'grpc' });
  const simpleToTftensor = (at: Partial<Axes>): ClaimPair[] =>
    list('encoding', { ...at, encodings: simple }, { encoding: 'tftensor' });

  return [
    {
      id: 'grpc-faster',
      // The notebook excepts ndarray from large batches, and says nothing of those in between.
      deciding: [
        ...overTransports({ batches: small, encodings: ['ndarray'] }),
        ...overTransports({ encodings: ['tensor', 'tftensor'] }),
      ],
      further: [],
      supports: ['faster'],
      contradicts: ['slower', 'equivalent'],
      direction: 1,
      oneBatch,
    },
    {
      id: 'grpc-ndarray-bad',
      deciding: overTransports({ batches: large, methods: ['predict'], encodings: ['ndarray'] }),
      further: overTransports({ batches: large, methods: ['predict_raw'], encodings: ['ndarray'] }),
      supports: ['slower'],
      contradicts: ['faster', 'equivalent'],
      direction: 1,
      oneBatch,
    },
    {
      id: 'tftensor-best-large',
      deciding: simpleToTftensor({ batches: large }),
      further: [],
      supports: ['faster'],
      contradicts: ['slower', 'equivalent'],
      direction: 1,
      oneBatch,
    },
    {
      id: 'simple-best-small',
      // "Little difference, the simpler ones slightly faster": only a faster tftensor speaks against it.
      deciding: simpleToTftensor({ batches: small }),
      further: [],
      supports: ['slower', 'equivalent'],
      contradicts: ['faster'],
      direction: -1,
      oneBatch,
    },
    {
      id: 'raw-faster',
      deciding: list('method', { methods: ['predict'] }, { method: 'predict_raw' }),
      further: [],
      supports: ['faster'],
      contradicts: ['slower', 'equivalent'],
      direction: 1,
      oneBatch: false,
      caveat: 'raw-does-not-decode',
    },
  ];
}

interface Axes {
  readonly batches: readonly number[];
  readonly methods: readonly Method[];
  readonly transports: readonly Transport[];
  readonly encodings: readonly Encoding[];
  readonly concurrencies: readonly number[];
}

function product({ batches, methods, transports, encodings, concurrencies }: Axes): Coordinates[] {
  return batches.flatMap((batch) =>
    methods.flatMap((method) =>
      transports.flatMap((transport) =>
        encodings.flatMap((encoding) =>
          concurrencies.map((concurrency) => ({ method, transport, encoding, batch, concurrency })),
        ),
      ),
    ),
  );
}
