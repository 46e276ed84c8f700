import type { Log, Stage } from '../log.ts';
import type { Report } from '../report.ts';

export interface Timeline {
  readonly startedAt: Date;
  /** Begins a stage and ends the one before it; tells the log. */
  enter(stage: Stage): void;
  elapsedMs(): number;
  /** The stages so far; the current one counts until now. */
  read(): Report['timeline'];
}

export function startTimeline(log: Log): Timeline {
  const startedAt = new Date();
  const origin = performance.now();
  const stages: { stage: Stage; startMs: number }[] = [];
  const elapsedMs = (): number => performance.now() - origin;
  return {
    startedAt,
    enter(stage) {
      stages.push({ stage, startMs: elapsedMs() });
      log.stage(stage);
    },
    elapsedMs,
    read() {
      return stages.map(({ stage, startMs }, i) => ({
        stage,
        startMs,
        durationMs: (stages[i + 1]?.startMs ?? elapsedMs()) - startMs,
      }));
    },
  };
}
