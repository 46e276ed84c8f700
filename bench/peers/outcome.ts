import type { Contest, Score } from './contest.ts';
import type { CellDuty, PeakMemory } from './extremes.ts';
import type { ProgramName } from './programs.ts';

/** Everything that one run of the bench found: what the page is made of, and the raw JSON. */
export interface Outcome {
  readonly startedAt: string;
  readonly durationMs: number;
  readonly command: string;
  readonly seed: number;
  readonly rounds: number;
  readonly runMs: number;
  readonly duty: { readonly rounds: number; readonly blockMs: number; readonly cells: readonly CellDuty[] } | null;
  readonly memory: PeakMemory | null;
  readonly machine: Machine;
  readonly versions: Readonly<Record<ProgramName, string>>;
  readonly wrapper: string;
  readonly contests: readonly Described[];
  readonly scores: readonly Score[];
}

export type Described = Pick<Contest, 'id' | 'title'> & { readonly contestants: readonly string[] };

interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** Cores of the load generators and of everything else; null where nothing was pinned. */
  readonly pinning: { readonly load: string; readonly server: string } | null;
}
