import { z } from 'zod';
import { count, encoding, method, ms, text, transport } from './fields.ts';

/** Under which circumstances it was measured: servers, machine, place in version control, options, stages. */

const TARGETS = ['process', 'reference', 'url', 'docker', 'kind', 'cluster'] as const;

/** One variant of the server under test. */
export const arm = z.strictObject({
  id: z.string().max(64),
  target: z.enum(TARGETS),
  /** Whether real Seldon code answered. `unknown` for endpoints that somebody else runs. */
  isSeldon: z.union([z.boolean(), z.literal('unknown')]),
  seldonVersion: text.optional(),
  python: z.strictObject({ version: text, packages: z.record(z.string(), text) }).optional(),
  /** Own model folder, and the class in it; absent for the benchmarked models of this project. */
  model: text.optional(),
  /** Python packages that differ from the version's own, as `name==version`. */
  packages: z.array(text).optional(),
  /** What shapes the server: environment variables (workers, threads), the reference server's delay. */
  settings: z.record(z.string(), text),
  connection: z.enum(['close', 'keep-alive']).nullable(),
  address: text.optional(),
  /** What the server's container was made of. */
  image: z
    .strictObject({
      reference: text,
      /** Names its very content, whatever the reference means tomorrow. */
      id: text,
      bytes: count.optional(),
      /** What serves `tftensor`. */
      tensorflow: z.enum(['tensorflow-cpu', 'stand-in', 'unknown']).optional(),
    })
    .optional(),
  /** Of a server in a cluster. */
  kubernetes: z
    .strictObject({
      /** The API server's. */
      version: text,
      /** Where Seldon Core came from: found there, a file, a chart and its version. */
      operator: text,
      /** Seldon's own proxy in front of the model, or none. */
      engine: z.enum(['none', 'executor']),
      /** Guaranteed: what the model may use is kept free for it. */
      qos: z.enum(['Guaranteed', 'Burstable']),
      /** The cores that the whole node, or the models in it alone, were kept to; null where all was left to the kernel. */
      pinned: z.strictObject({ what: z.enum(['node', 'models']), cores: text }).nullable(),
    })
    .optional(),
  /** How requests reach a server in a container: figures of different paths are not to be compared. */
  network: z.enum(['loopback-port', 'node-address', 'ingress']).optional(),
  /**
   * Where its null server stood: in the server's place, so that the way there is part of the floor, or on this machine's
   * loopback. Absent where no floor was prepared.
   */
  floorAt: z.enum(['target', 'loopback']).optional(),
});

export const environment = z.strictObject({
  cpu: z.strictObject({ model: text, cores: z.int().positive() }),
  memoryBytes: count,
  kernel: text,
  platform: text,
  arch: text,
  node: text,
  virtualised: z.boolean().nullable(),
  /** How the load process was kept from the server's cores; null where it was left to the kernel. */
  pinning: z.strictObject({ load: text, server: text }).nullable(),
  loadFlags: z.array(text),
  /** Share of CPU time that the host took away while measuring; null where the system does not show it. */
  stealPercent: z.number().min(0).max(100).nullable(),
  throttledMs: ms.nullable(),
  loadPeakRssBytes: count.nullable(),
});

/** Where in version control and CI the run belongs; absent on a machine that tells nothing of it. */
export const provenance = z.strictObject({
  repository: text.optional(),
  /** On a pull request the head of its branch. */
  sha: text.optional(),
  /** What was checked out where that is another commit: the merge of a pull request into its base. */
  mergeSha: text.optional(),
  /** Of the pull request. */
  pull: z.int().positive().optional(),
  ref: text.optional(),
  event: text.optional(),
  runId: text.optional(),
  runAttempt: text.optional(),
  runUrl: text.optional(),
});

export const config = z.strictObject({
  target: z.enum(TARGETS),
  methods: z.array(method),
  transports: z.array(transport),
  encodings: z.array(encoding),
  batches: z.array(z.int().positive()),
  concurrencies: z.array(z.int().positive()),
  /** Open loop: arrivals a second; null for a closed loop. */
  rate: z.number().positive().nullable(),
  arrivals: z.enum(['constant', 'poisson']),
  /** Rounds were added until intervals were this narrow (half-width as a share); null for a fixed number of rounds. */
  precision: z.number().positive().nullable(),
  budgetMs: ms.nullable(),
  /** Whether alarms between arms are measured again before they are given. */
  confirm: z.boolean(),
  preset: z.enum(['quick', 'standard', 'thorough', 'custom']),
  rounds: z.int().positive(),
  blockMs: ms,
  minRequests: z.int().positive(),
  seed: count,
  client: z.enum(['wire', 'library']),
  margin: z.number().positive(),
  timeoutMs: ms,
  iterations: count,
  /** Rows of somebody's own, of which a batch is so many; absent where requests carry the integers 0..batch-1. */
  payload: z
    .strictObject({
      rowShape: z.array(z.int().positive()).min(1).max(8),
      dtype: z.enum(['int64', 'float64']),
      /** How many columns have a name. */
      names: count,
      /** Null where rows are consecutive integers. */
      file: z
        .strictObject({ name: text, sha256: z.string().regex(/^[0-9a-f]{64}$/), rows: z.int().positive() })
        .nullable(),
    })
    .optional(),
});

/** A part of putting the servers up; parts may run side by side. */
export const stepTime = z.strictObject({ step: text, startMs: ms, durationMs: ms });

/**
 * What the way to a server in a cluster costs: one cell's bytes against the null server in the cluster, behind the same
 * kind of Service, and against the one on this machine's loopback, in turns. Medians of `requests` requests each.
 */
export const pathCost = z.strictObject({
  arm: z.string(),
  cell: z.string(),
  transport,
  encoding,
  batch: z.int().positive(),
  requests: count,
  pathP50Ms: ms,
  loopbackP50Ms: ms,
});

export const stageTime = z.strictObject({ stage: z.string(), startMs: ms, durationMs: ms });
