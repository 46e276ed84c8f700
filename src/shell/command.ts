import { parseArgs } from 'node:util';
import { INPUT_NAMES as ALL_NAMES, defaultOf, INPUTS, type InputName } from '../inputs.ts';
import { findNearest } from '../nearest.ts';
import { toolName, toolVersion } from '../tool.ts';

/** What the command line asks for besides the inputs that it shares with the Action. */
export interface Command {
  readonly get: (name: InputName) => string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly show: 'help' | 'version' | null;
  /** What is wrong with the words themselves; wrong values are found when they are parsed. */
  readonly problems: readonly string[];
}

const INPUT_NAMES = ALL_NAMES.filter((name) => !('actionOnly' in INPUTS[name]));

const OWN = { json: 'print report.json on stdout', quiet: 'no progress', help: 'this text', version: 'the version' };

/** Takes the words of a command line apart; never throws. */
export function parseCommand(argv: readonly string[]): Command {
  const problems: string[] = [];
  const values = new Map<string, string>();
  const { tokens } = parseArgs({ args: [...argv], options: describeOptions(), strict: false, tokens: true });
  // The word behind an option that was refused is most likely its value, and not one more mistake.
  let forgiven = -1;
  for (const token of tokens) {
    if (token.kind === 'positional' && token.index !== forgiven) {
      problems.push(`expected options that begin with --, found ${JSON.stringify(token.value.slice(0, 100))}`);
    } else if (token.kind === 'option') {
      const problem = takeOption(token, values);
      if (problem === null) continue;
      problems.push(problem);
      forgiven = token.index + (token.value === undefined || token.inlineValue ? 1 : 2);
    }
  }
  return {
    get: (name) => values.get(name) ?? '',
    json: values.has('json'),
    quiet: values.has('quiet'),
    show: values.has('help') ? 'help' : values.has('version') ? 'version' : null,
    problems,
  };
}

function takeOption(
  token: { name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  values: Map<string, string>,
): string | null {
  const { name, value } = token;
  if (!isKnown(name)) {
    const near = findNearest(name, [...INPUT_NAMES, ...Object.keys(OWN)]);
    return `unknown option ${token.rawName.slice(0, 100)}${near ? `; did you mean --${near}?` : ''}`;
  }
  if (values.has(name)) return `--${name} is given twice`;
  const flag = isFlag(name);
  // Three dashes begin a YAML document.
  const swallowed = !token.inlineValue && value?.startsWith('--') && !value.startsWith('---');
  if (!flag && (value === undefined || value === '' || swallowed))
    return `--${name} needs a value (${INPUTS[name as InputName].value})`;
  if (name in OWN && value !== undefined) return `--${name} takes no value`;
  values.set(name, flag ? (value ?? 'true') : (value as string));
  return null;
}

export function helpText(): string {
  const lines = INPUT_NAMES.map((name) => {
    const byDefault = defaultOf(name, 'cli');
    const note = byDefault !== '' && !isFlag(name) ? ` [${byDefault}]` : '';
    return describeOption(`--${name} ${INPUTS[name].value}`.trim(), INPUTS[name].help.replaceAll('`', '') + note);
  });
  const own = Object.entries(OWN).map(([name, help]) => describeOption(`--${name}`, help));
  return [
    `${toolName} ${toolVersion}: measures REST against gRPC on Seldon Core's Python wrapper.`,
    '',
    'Usage: npm run bench -- [options]',
    '',
    ...lines,
    ...own,
    '',
    'Exit codes: 0 fine, 1 a limit of --gate exceeded, 2 wrong usage, 3 the server could not be put up, was lost, or failed in a cell, 4 not trustworthy (--strict),',
    '130 and 143 stopped by SIGINT and SIGTERM (what was measured until then is reported).',
    '',
  ].join('\n');
}

function describeOption(head: string, help: string): string {
  const width = 76;
  const lines: string[] = [];
  let line = '';
  for (const word of help.split(' ')) {
    if (line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [`  ${head}`, ...[...lines, line].map((text) => `      ${text}`)].join('\n');
}

function describeOptions(): Record<string, { type: 'string' | 'boolean'; short?: string }> {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const name of [...INPUT_NAMES, ...Object.keys(OWN)])
    options[name] = { type: isFlag(name) ? 'boolean' : 'string' };
  options.help = { type: 'boolean', short: 'h' };
  return options;
}

function isKnown(name: string): boolean {
  return INPUT_NAMES.some((known) => known === name) || Object.hasOwn(OWN, name);
}

function isFlag(name: string): boolean {
  return Object.hasOwn(OWN, name) || (Object.hasOwn(INPUTS, name) && INPUTS[name as InputName].value === '');
}
