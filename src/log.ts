/** The pipeline's stages, in order: log groups, the timeline and the progress line use these words. */
export const STAGES = [
  'plan',
  'provision',
  'encode',
  'verify',
  'calibrate',
  'measure',
  'summarise',
  'render',
  'publish',
] as const;
export type Stage = (typeof STAGES)[number];

/** What the pipeline tells the person who waits. Shells implement it: terminal, plain log, Action. */
export interface Log {
  /** A new stage begins; the one before it is over. */
  stage(stage: Stage): void;
  info(message: string): void;
  warn(message: string): void;
  /** Text that a foreign program wrote. It must never be taken for a command of the CI system. */
  foreign(line: string): void;
  /** How far the stage has come: `done` of `total`, in any unit, and the milliseconds that are left. */
  progress(update: { done: number; total: number; leftMs: number; note: string }): void;
}

export const silentLog: Log = {
  stage() {},
  info() {},
  warn() {},
  foreign() {},
  progress() {},
};
