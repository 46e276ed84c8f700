import { stripVTControlCharacters } from 'node:util';

const MAX_LINES = 30;
const MAX_LINE_LENGTH = 500;

/** The last lines that a foreign program wrote, however much it writes: free of control characters, cut to size. */
interface OutputTail {
  push(chunk: string): void;
  lines(): readonly string[];
}

export function createOutputTail(onLine: (line: string) => void = () => {}): OutputTail {
  const lines: string[] = [];
  let open = '';
  const add = (text: string): void => {
    const line = clean(text);
    if (line === '') return;
    lines.push(line);
    if (lines.length > MAX_LINES) lines.shift();
    onLine(line);
  };
  return {
    push(chunk) {
      const parts = (open + chunk).split(/\r\n|\n|\r/);
      // A line that never ends must not grow without end.
      open = (parts.pop() ?? '').slice(0, MAX_LINE_LENGTH);
      for (const part of parts) add(part);
    },
    lines() {
      const last = clean(open);
      return last === '' ? [...lines] : [...lines, last].slice(-MAX_LINES);
    },
  };
}

function clean(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .slice(0, MAX_LINE_LENGTH)
    .trimEnd();
}
