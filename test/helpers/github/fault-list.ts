import type { Fault, FaultRule, RecordedRequest } from './faults.ts';

/** A rule at work. */
export interface ActiveFault {
  readonly rule: FaultRule;
  /** Resolves when stalled requests may go on. */
  readonly released: Promise<void>;
}

export interface FaultList {
  add(rule: FaultRule): Fault;
  /** The rule that hits this request; it counts as a hit. */
  take(request: RecordedRequest): ActiveFault | null;
  /** Lets everything go on. */
  releaseAll(): void;
}

export function createFaultList(): FaultList {
  const faults: Entry[] = [];
  return {
    add(rule) {
      const entry = createEntry(rule);
      faults.unshift(entry);
      return {
        get hits() {
          return entry.hits;
        },
        firstHit: entry.firstHit.promise,
        release: () => release(entry),
      };
    },
    take(request) {
      for (const entry of faults) {
        const { rule } = entry;
        if (entry.left <= 0 || (rule.method && rule.method !== request.method)) continue;
        if (!entry.pattern.test(request.path)) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.left -= 1;
        entry.hits += 1;
        entry.firstHit.resolve(request);
        return { rule, released: entry.released.promise };
      }
      return null;
    },
    releaseAll: () => faults.forEach(release),
  };
}

interface Entry {
  readonly rule: FaultRule;
  readonly pattern: RegExp;
  readonly firstHit: PromiseWithResolvers<RecordedRequest>;
  readonly released: PromiseWithResolvers<void>;
  hits: number;
  left: number;
  skip: number;
}

function createEntry(rule: FaultRule): Entry {
  return {
    rule,
    pattern: typeof rule.path === 'string' ? patternOf(rule.path) : rule.path,
    firstHit: Promise.withResolvers(),
    released: Promise.withResolvers(),
    hits: 0,
    left: rule.times ?? 1,
    skip: rule.skip ?? 0,
  };
}

function release(entry: Entry): void {
  entry.left = 0;
  entry.released.resolve();
}

function patternOf(path: string): RegExp {
  const quoted = path.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${quoted.replace(/\*\*$/, '.+').replaceAll('*', '[^/]+')}$`);
}
