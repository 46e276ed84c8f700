import { ServerError, UserError } from '../errors.ts';
import type { Target } from './target.ts';

interface Named {
  readonly id: string;
}

/** The error with the arm's name in front where there are several; what is no failure of the arm is left as it is. */
export function nameArm(error: unknown, arms: readonly Named[], arm: Named): unknown {
  if (arms.length === 1 || !(error instanceof UserError)) return error;
  const message = `arm ${arm.id}: ${error.message}`;
  if (error instanceof ServerError) return new ServerError(message, { detail: error.detail, cause: error.cause });
  return new UserError(message, { exitCode: error.exitCode, cause: error.cause });
}

/** The target, whose loss names its arm where there are several. */
export function nameTarget(target: Target, arms: readonly Named[]): Target {
  if (arms.length === 1) return target;
  const lost = new AbortController();
  const pass = (): void => lost.abort(nameArm(target.lost.reason, arms, target.arm));
  if (target.lost.aborted) pass();
  else target.lost.addEventListener('abort', pass, { once: true });
  return { ...target, lost: lost.signal };
}
