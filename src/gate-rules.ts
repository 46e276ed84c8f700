import { findNearest } from './nearest.ts';
import { claimId, gateMetric } from './report/publication.ts';
import type { ClaimId, GateRule } from './report.ts';

type GateMetric = GateRule['metric'];

/** A limit that a run is held to. */
export interface GateCondition {
  /** As it was written. */
  readonly rule: string;
  readonly metric: GateMetric;
  /** Only with metric `claim`. */
  readonly claim: ClaimId | null;
  /** Matches cell ids; `*` is all of them. */
  readonly scope: string;
  /** A share, milliseconds or requests a second; null for a claim, and for a regression over the margin. */
  readonly limit: number | null;
}

/** The gravest first: a broken limit says more than one that nothing was held against. */
export const GATE_RESULTS: readonly GateRule['result'][] = ['failed', 'not-measured', 'inconclusive', 'passed'];

/** A limit that nothing was held against is not kept. */
export function isBroken({ result }: { readonly result: GateRule['result'] }): boolean {
  return result === 'failed' || result === 'not-measured';
}

const CLAIMS = claimId.options;
const METRICS = gateMetric.options;
const MOST_RULES = 50;
const MOST_LETTERS = 200;

const FORM =
  'rules on lines of their own (or between commas): regression [over 10%], claim NAME, errors over 0%, p50|p90|p95|p99 over 5ms, ' +
  'throughput under 100, each with an optional "in CELLS" such as in predict.grpc or in *.rest.tensor';

/**
 * Parses the option `gate`. Throws an Error that says what was expected and which rule it was not found in. No rule
 * takes more than linear time.
 */
export function parseGate(text: string): readonly GateCondition[] {
  const rules = text
    .split(/[\n,]/)
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (rules.length > MOST_RULES) throw new Error(`at most ${MOST_RULES} rules`);
  if (new Set(rules).size !== rules.length) throw new Error('each rule once');
  return rules.map(parseRule);
}

function parseRule(rule: string): GateCondition {
  const refuse = (why: string): never => {
    throw new Error(`${why} in the rule ${JSON.stringify(rule.slice(0, MOST_LETTERS))}; ${FORM}`);
  };
  if (rule.length > MOST_LETTERS) return refuse(`at most ${MOST_LETTERS} letters`);
  const words = rule.split(' ');
  const metric = METRICS.find((name) => name === words[0]);
  if (metric === undefined) {
    const near = findNearest(words[0] ?? '', METRICS);
    return refuse(`a metric${near === null ? '' : ` (did you mean ${near}?)`}`);
  }
  if (metric === 'claim') {
    const claim = CLAIMS.find((name) => name === words[1]);
    if (claim === undefined || words.length > 2) return refuse(`one of the claims ${CLAIMS.join(', ')}`);
    return { rule, metric, claim, scope: '*', limit: null };
  }
  let rest = words.slice(1);
  let limit: number | null = null;
  const comparison = metric === 'throughput' ? 'under' : 'over';
  if (rest[0] === comparison) {
    limit = parseLimit(metric, rest[1] ?? '');
    if (limit === null) return refuse(`${comparison} ${EXAMPLES[metric]}`);
    rest = rest.slice(2);
  } else if (metric !== 'regression') return refuse(`"${comparison} ${EXAMPLES[metric]}"`);
  let scope = '*';
  if (rest[0] === 'in') {
    scope = rest[1] ?? '';
    if (!isPattern(scope)) return refuse('cells such as predict.grpc or *.rest.tensor.1 behind "in"');
    rest = rest.slice(2);
  }
  if (rest.length > 0) return refuse(`nothing more than "${words.slice(0, words.length - rest.length).join(' ')}"`);
  return { rule, metric, claim: null, scope, limit };
}

const EXAMPLES = {
  regression: '10%',
  errors: '0.1%',
  p50: '5ms',
  p90: '5ms',
  p95: '5ms',
  p99: '20ms',
  throughput: '100',
} as const;

function parseLimit(metric: Exclude<GateMetric, 'claim'>, text: string): number | null {
  const match = /^([0-9]{1,9}(?:\.[0-9]{1,6})?)(%|ms|s|\/s)?$/.exec(text);
  const value = Number(match?.[1] ?? Number.NaN);
  const unit = match?.[2] ?? '';
  if (Number.isNaN(value)) return null;
  if (metric === 'regression' || metric === 'errors') return unit === '%' && value <= 1000 ? value / 100 : null;
  if (metric === 'throughput') return (unit === '' || unit === '/s') && value > 0 ? value : null;
  if (value === 0) return null;
  return unit === 'ms' ? value : unit === 's' ? value * 1000 : null;
}

/** Parts of a cell id (method, transport, encoding, batch, connections), each a word or `*`; those left off match all. */
function isPattern(pattern: string): boolean {
  const parts = pattern.split('.');
  return parts.length <= 5 && parts.every((part) => part === '*' || /^[a-z0-9_]{1,32}$/.test(part));
}

export function matchesCell(pattern: string, id: string): boolean {
  const parts = id.split('.');
  return pattern.split('.').every((part, i) => part === '*' || part === parts[i]);
}
