import { duration, imageReference, oneOf } from '../parse.ts';
import { findModel, type Model } from './model.ts';
import { readPackages } from './packages.ts';
import { type RawValue, show } from './raw.ts';

export const SELDON_VERSIONS = ['1.19.0', '1.17.1'] as const;
export type SeldonVersion = (typeof SELDON_VERSIONS)[number];
/** What stands before a model in a cluster. */
export const ENGINES = ['none', 'executor'] as const;
export type Engine = (typeof ENGINES)[number];
export const CONNECTIONS = ['close', 'keep-alive'] as const;
export const TENSORFLOWS = ['full', 'stand-in'] as const;

/** In what an arm differs from what the other options say. */
export interface Changes {
  readonly seldonVersion?: SeldonVersion;
  readonly env?: Readonly<Record<string, string>>;
  readonly packages?: readonly string[];
  readonly model?: Model;
  readonly image?: string;
  readonly tensorflow?: (typeof TENSORFLOWS)[number];
  readonly engine?: Engine;
  readonly connection?: (typeof CONNECTIONS)[number];
  readonly delayMs?: number;
}

interface Property {
  /** The targets that can vary it. */
  readonly only: readonly ('process' | 'docker' | 'kind' | 'cluster' | 'reference')[];
  /** Throws an Error that says what was expected. */
  read(value: RawValue): Changes;
}

const MAX_VARIABLES = 64;
const MAX_VALUE_LENGTH = 1000;
const MAX_DELAY_MS = 10_000;

const WRAPPER = ['process', 'docker', 'kind'] as const;
const CLUSTERS = ['kind', 'cluster'] as const;

export const PROPERTIES: Readonly<Record<string, Property>> = {
  'seldon-version': { only: WRAPPER, read: (value) => ({ seldonVersion: oneOf(SELDON_VERSIONS)(scalar(value)) }) },
  env: { only: [...WRAPPER, 'cluster'], read: (value) => ({ env: readEnv(value) }) },
  model: { only: WRAPPER, read: (value) => ({ model: findModel(scalar(value)) }) },
  packages: { only: WRAPPER, read: (value) => ({ packages: readPackages(value) }) },
  image: { only: ['docker', ...CLUSTERS], read: (value) => ({ image: imageReference(scalar(value)) }) },
  engine: { only: CLUSTERS, read: (value) => ({ engine: oneOf(ENGINES)(scalar(value)) }) },
  tensorflow: { only: ['docker', 'kind'], read: (value) => ({ tensorflow: oneOf(TENSORFLOWS)(scalar(value)) }) },
  connection: { only: ['reference'], read: (value) => ({ connection: oneOf(CONNECTIONS)(scalar(value)) }) },
  delay: { only: ['reference'], read: (value) => ({ delayMs: duration(0, MAX_DELAY_MS)(scalar(value)) }) },
};

/** What the tool itself tells the wrapper, or keeps the wrapper's files apart by. */
const RESERVED = /^(PREDICTIVE_UNIT_.*|MODEL_METADATA|PATH|HOME|TMPDIR|PYTHON.*)$/i;

function readEnv(value: RawValue): Record<string, string> {
  if (!(value instanceof Map) || value.size > MAX_VARIABLES)
    throw new Error(`a mapping of at most ${MAX_VARIABLES} names to values, such as { GUNICORN_THREADS: 4 }`);
  const variables = [...(value as ReadonlyMap<string, RawValue>)].map(([name, text]) => {
    if (!/^[A-Z_][A-Z0-9_]{0,99}$/i.test(name))
      throw new Error(`names of letters, digits and underscores, not ${show(name)}`);
    if (RESERVED.test(name) || name in {})
      throw new Error(`variables other than ${name}, which the tool itself sets for the wrapper`);
    if (typeof text !== 'string' || text.length > MAX_VALUE_LENGTH || /[\0-\x1f\x7f]/.test(text))
      throw new Error(`a text, a number or true or false of one line as the value of ${name}, not ${show(text)}`);
    return [name, text] as const;
  });
  return Object.fromEntries(variables);
}

function scalar(value: RawValue): string {
  if (typeof value !== 'string') throw new Error('a single value');
  return value;
}
