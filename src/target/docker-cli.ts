import { ServerError } from '../errors.ts';
import { lastLines, nameCommand, type Outcome, type RunOptions, runProgram } from './exec.ts';

/** Long for a busy machine, short for a daemon that hangs. */
const LIMIT_MS = 60_000;

/**
 * Runs Docker's command line, which finds its daemon by itself (context, DOCKER_HOST). How a command ended is for the
 * caller to judge; a daemon that does not answer, or not to us, is a ServerError here, and so is one that takes longer
 * than a minute (unless the options say otherwise).
 */
export async function runDocker(args: readonly [string, ...string[]], options: RunOptions): Promise<Outcome> {
  const outcome = await runProgram(['docker', ...args], { timeoutMs: LIMIT_MS, ...options });
  if (outcome.code !== 0) refuseAbsentDaemon(outcome);
  return outcome;
}

/** The same for a command that has to succeed; `what` goes on "expected Docker to ...". */
export async function requireDocker(
  what: string,
  args: readonly [string, ...string[]],
  options: RunOptions,
): Promise<string> {
  const outcome = await runDocker(args, options);
  if (outcome.code === 0) return outcome.stdout;
  throw explainRefusal(what, args, outcome);
}

export function explainRefusal(what: string, args: readonly [string, ...string[]], outcome: Outcome): ServerError {
  return new ServerError(
    `expected Docker to ${what}; ${nameCommand(['docker', ...args])} ended with code ${outcome.code}. Its last lines say why.`,
    // The classic builder writes what a build's commands say to the one, and its own verdict to the other.
    { detail: lastLines(`${outcome.stdout}\n${outcome.stderr}`) },
  );
}

function refuseAbsentDaemon({ stderr }: Outcome): void {
  const detail = lastLines(stderr);
  if (/permission denied.*docker.*(daemon|API|socket)/is.test(stderr)) {
    throw new ServerError(
      'expected to be allowed to use Docker, and this user is not; add it to the group docker or choose another target.',
      { detail },
    );
  }
  if (/cannot connect to the docker daemon|is the docker daemon running|error during connect/i.test(stderr)) {
    throw new ServerError(
      'expected a Docker daemon that answers, and there is none; start it, or say where it is (DOCKER_HOST), or choose another target.',
      { detail },
    );
  }
}
