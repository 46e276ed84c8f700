import type { Log } from '../log.ts';

export interface TerminalLog extends Log {
  /** Clears the live bar, so that other text can follow. */
  end(): void;
  /** What ended the run. */
  error(text: string): void;
}

const BAR_CELLS = 24;

/**
 * Progress for a person at a terminal: on a TTY one live line, elsewhere at most one line a round. Everything goes to
 * `stream` (stderr), so that stdout carries the result alone.
 */
export function createTerminalLog(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  options: { readonly quiet: boolean },
): TerminalLog {
  const live = stream.isTTY === true && !options.quiet;
  let bar = '';
  const clear = (): void => {
    if (bar !== '') stream.write('\r\u001b[K');
    bar = '';
  };
  const print = (line: string): void => {
    clear();
    stream.write(`${harmless(line)}\n`);
  };
  return {
    stage(stage) {
      if (!options.quiet) print(stage);
    },
    info(message) {
      if (!options.quiet) print(`  ${message}`);
    },
    warn(message) {
      print(`  warning: ${message}`);
    },
    // It belongs to an error, which refers to it.
    foreign(line) {
      print(`  | ${line.slice(0, 500)}`);
    },
    progress({ done, total, leftMs, note }) {
      if (options.quiet) return;
      const left = done < total ? `, ${describeLeft(leftMs)} left` : '';
      if (!live) return print(`  ${note}${left}`);
      const filled = Math.round((done / total) * BAR_CELLS);
      clear();
      bar = `  ${'━'.repeat(filled)}${'╌'.repeat(BAR_CELLS - filled)} ${note}${left}`;
      stream.write(bar);
    },
    end: clear,
    error(text) {
      clear();
      stream.write(`error: ${text.split('\n').map(harmless).join('\n')}\n`);
    },
  };
}

/** Any text here may quote what a server or a program said, and that must not drive the terminal. */
function harmless(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

function describeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
