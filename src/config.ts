import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isLoopback } from './endpoint.ts';
import { explain, UserError } from './errors.ts';
import { INPUT_NAMES, INPUTS, type InputName, type InputValues } from './inputs.ts';
import type { Matrix } from './plan.ts';
import type { ReportConfig } from './report.ts';

export interface TargetConfig {
  readonly kind: 'auto' | 'process' | 'reference' | 'url';
  /** How often the benchmarked model repeats its (trivial) work. */
  readonly iterations: number;
  readonly process: {
    readonly seldonVersion: '1.19.0' | '1.17.1';
    readonly python: string | null;
    readonly cacheDir: string;
  };
  readonly reference: { readonly connection: 'close' | 'keep-alive' };
  readonly url: {
    readonly rest: { readonly host: string; readonly port: number; readonly prefix: string } | null;
    readonly grpc: { readonly host: string; readonly port: number } | null;
    readonly metadata: Readonly<Record<string, string>>;
    readonly allowRemote: boolean;
  };
}

export interface Config {
  readonly target: TargetConfig;
  readonly matrix: Matrix;
  readonly preset: ReportConfig['preset'];
  readonly rounds: number;
  readonly blockMs: number;
  /** No block has fewer requests than this, however slow the cell. */
  readonly minRequests: number;
  readonly seed: number;
  readonly client: 'wire' | 'library';
  /** A difference below this share is of no consequence: .05 means 5 %. */
  readonly margin: number;
  readonly timeoutMs: number;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** Exit with 4 when the numbers cannot be trusted. */
  readonly strict: boolean;
}

const PRESETS = {
  quick: { rounds: 8, blockMs: 150 },
  standard: { rounds: 20, blockMs: 250 },
  thorough: { rounds: 40, blockMs: 500 },
} as const;

const MIN_REQUESTS = 5;

/**
 * Reads every input through `get` (empty text = not given; `known` = what is wrong already) and returns the whole configuration, or throws one
 * UserError that lists everything that is wrong with it. `shell` decides the defaults and how inputs are spelled.
 */
export function parseConfig(
  get: (name: InputName) => string,
  shell: 'cli' | 'action',
  known: readonly string[] = [],
): Config {
  const problems = [...known];
  const spell = (name: InputName): string => (shell === 'cli' ? `--${name}` : `input ${name}`);
  const values = readValues(get, shell, spell, problems);
  const given = INPUT_NAMES.filter((name) => get(name).trim() !== '');
  findContradictions(values, given, shell, spell, problems);
  if (problems.length > 0) {
    const lead = problems.length === 1 ? '' : `${problems.length} things are wrong with the options:\n- `;
    throw new UserError(lead + problems.join('\n- '));
  }
  return toConfig(values);
}

function readValues(
  get: (name: InputName) => string,
  shell: 'cli' | 'action',
  spell: (name: InputName) => string,
  problems: string[],
): InputValues {
  const values = new Map<string, unknown>();
  for (const name of INPUT_NAMES) {
    const input = INPUTS[name];
    const given = get(name).trim();
    const text = given || defaultOf(name, shell);
    values.set(name, null);
    if (text === '') continue;
    try {
      values.set(name, input.parse(text));
    } catch (error) {
      problems.push(`${spell(name)}: expected ${explain(error)}; found ${JSON.stringify(text.slice(0, 100))}`);
    }
  }
  return Object.fromEntries(values) as InputValues;
}

/** The text an input has when nobody gives it. */
export function defaultOf(name: InputName, shell: 'cli' | 'action'): string {
  const input = INPUTS[name];
  return (shell === 'action' && 'actionDefault' in input ? input.actionDefault : undefined) ?? input.default;
}

function findContradictions(
  values: InputValues,
  given: readonly InputName[],
  shell: 'cli' | 'action',
  spell: (name: InputName) => string,
  problems: string[],
): void {
  const { target } = values;
  if (shell === 'action' && target === 'auto') {
    problems.push(`${spell('target')}: expected process, reference or url; the Action never chooses by itself`);
  }
  for (const name of given) {
    const { only } = INPUTS[name] as { only?: string };
    if (!only || values[name] === null || target === null) continue;
    if (target !== only && !(target === 'auto' && only !== 'url')) {
      problems.push(`${spell(name)} belongs to target ${only}; the target is ${target}`);
    }
  }
  if (target === 'url') findUrlContradictions(values, given, spell, problems);
}

function findUrlContradictions(
  values: InputValues,
  given: readonly InputName[],
  spell: (name: InputName) => string,
  problems: string[],
): void {
  const needs = [
    ['rest', 'rest-url'],
    ['grpc', 'grpc-address'],
  ] as const;
  for (const [transport, name] of needs) {
    if (values.transports?.includes(transport) && !given.includes(name)) {
      problems.push(`${spell('transports')} names ${transport}: give ${spell(name)} too, or leave ${transport} out`);
    }
  }
  for (const name of ['rest-url', 'grpc-address'] as const) {
    const host = values[name]?.host;
    // Names are looked up when the target is opened.
    if (!host || isIP(host) === 0 || isLoopback(host) || values['allow-remote-target']) continue;
    problems.push(
      `${spell(name)}: expected an address of this machine, found ${host}; a benchmark is load: ` +
        `if that server is yours to load, say so with ${spell('allow-remote-target')}`,
    );
  }
  if (values.methods !== null && values.methods.length !== 1) {
    problems.push(
      `${spell('methods')}: a url serves one model; say which entry point it implements, predict or predict_raw`,
    );
  }
}

function toConfig(values: InputValues): Config {
  const preset = PRESETS[required(values.preset)];
  const rounds = values.rounds ?? preset.rounds;
  const blockMs = values.block ?? preset.blockMs;
  const custom = rounds !== preset.rounds || blockMs !== preset.blockMs;
  return {
    target: toTarget(values),
    matrix: {
      methods: required(values.methods),
      transports: required(values.transports),
      encodings: required(values.encodings),
      batches: [...required(values.batches)].sort((a, b) => a - b),
    },
    preset: custom ? 'custom' : required(values.preset),
    rounds,
    blockMs,
    minRequests: MIN_REQUESTS,
    seed: values.seed ?? randomInt(2 ** 32),
    client: required(values.client),
    margin: required(values.margin),
    timeoutMs: required(values.timeout),
    out: resolve(required(values.out)),
    strict: required(values.strict),
  };
}

function toTarget(values: InputValues): TargetConfig {
  const metadata: Record<string, string> = {};
  if (values.deployment) metadata.seldon = values.deployment;
  if (values.namespace) metadata.namespace = values.namespace;
  return {
    kind: required(values.target),
    iterations: required(values.iterations),
    process: {
      seldonVersion: required(values['seldon-version']),
      python: values.python,
      cacheDir: resolve(values['cache-dir'] ?? defaultCacheDir()),
    },
    reference: { connection: values['reference-connection'] ?? 'close' },
    url: {
      rest: values['rest-url'],
      grpc: values['grpc-address'],
      metadata,
      allowRemote: values['allow-remote-target'] ?? false,
    },
  };
}

function defaultCacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'seldon-bench');
}

/** Inputs with a default are never null once they were parsed without a problem. */
function required<T>(value: T | null): T {
  if (value === null) throw new TypeError('an input with a default has no value');
  return value;
}
