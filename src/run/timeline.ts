import type { Log, Stage } from '../log.ts';
import type { Report } from '../report.ts';

export interface Timeline {
  readonly startedAt: Date;
  /** Begins a stage and ends the one before it; tells the log. */
  enter(stage: Stage): void;
  /** Does a part of a stage; parts may run side by side. One that fails is over, too. */
  time<T>(step: string, work: () => Promise<T>): Promise<T>;
  elapsedMs(): number;
  /** The stages so far; the current one counts until now. */
  read(): Report['timeline'];
  /** The parts that are over, in the order in which they began. */
  readSteps(): NonNullable<Report['steps']>;
}

export function startTimeline(log: Log): Timeline {
  const startedAt = new Date();
  const origin = performance.now();
  const stages: { stage: Stage; startMs: number }[] = [];
  const steps: NonNullable<Report['steps']> = [];
  const elapsedMs = (): number => performance.now() - origin;
  return {
    startedAt,
    enter(stage) {
      stages.push({ stage, startMs: elapsedMs() });
      log.stage(stage);
    },
    async time(step, work) {
      const startMs = elapsedMs();
      log.info(`${step} ...`);
      try {
        return await work();
      } finally {
        const durationMs = elapsedMs() - startMs;
        steps.push({ step, startMs, durationMs });
        log.info(`${step}: ${(durationMs / 1000).toFixed(1)} s`);
      }
    },
    elapsedMs,
    readSteps: () => steps.toSorted((a, b) => a.startMs - b.startMs),
    read() {
      return stages.map(({ stage, startMs }, i) => ({
        stage,
        startMs,
        durationMs: (stages[i + 1]?.startMs ?? elapsedMs()) - startMs,
      }));
    },
  };
}
