import * as core from '@actions/core';
import type { Log, Stage } from '../log.ts';

export interface ActionsLog extends Log {
  /** Ends the open group. */
  end(): void;
}

/** The stages as groups of the job's log; warnings as annotations are kept for what the reader must act on. */
export function createActionsLog(): ActionsLog {
  let open: Stage | null = null;
  const end = (): void => {
    if (open !== null) core.endGroup();
    open = null;
  };
  return {
    stage(stage) {
      end();
      core.startGroup(stage);
      open = stage;
    },
    info: (message) => core.info(harmless(message)),
    warn: (message) => core.info(harmless(`warning: ${message}`)),
    foreign: (line) => core.info(harmless(`| ${line}`)),
    progress({ done, total, leftMs, note }) {
      core.info(done < total ? `${note}, ${Math.ceil(leftMs / 1000)} s left` : note);
    },
    end,
  };
}

/**
 * The runner takes a line that begins with `::` for a command, and texts here may quote what a server said: they stay
 * one line, and no line begins so.
 */
function harmless(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return line.trimStart().startsWith('::') || line.includes('##[') ? `| ${line.replaceAll('##[', '# #[')}` : line;
}
