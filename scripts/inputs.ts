import { readFile, writeFile } from 'node:fs/promises';
import { defaultOf } from '../src/config.ts';
import { OUTPUTS } from '../src/github/outputs.ts';
import { INPUT_NAMES, INPUTS, type Input } from '../src/inputs.ts';

/** Writes action.yml and the tables of the README from the tables that the code reads. */
await writeFile('action.yml', describeAction());
const readme = await readFile('README.md', 'utf8');
await writeFile('README.md', fill(fill(readme, 'inputs', tabulateInputs()), 'outputs', tabulateOutputs()));

function describeAction(): string {
  const inputs = INPUT_NAMES.filter((name) => !('cliOnly' in INPUTS[name])).map((name) => {
    const lines = [`  ${name}:`, `    description: ${quote(INPUTS[name].help)}`, '    required: false'];
    // Inputs that fit only some runs have no default here: the runner would pass it on, as if somebody had given it.
    const input = INPUTS[name] as Input<unknown>;
    const byDefault = evaluate(input) ?? ('only' in input || 'needs' in input ? '' : defaultOf(name, 'action'));
    return [...lines, `    default: ${quote(byDefault)}`].join('\n');
  });
  const outputs = Object.entries(OUTPUTS).map(([name, help]) => `  ${name}:\n    description: ${quote(help)}`);
  return `# Written by \`npm run docs\` from src/inputs.ts and src/github/outputs.ts.
name: Seldon payload benchmark
description: Measures REST against gRPC on Seldon Core's Python wrapper over a matrix of payloads, and says what the numbers mean and how sure they are.
author: seldon-bench-action contributors
branding:
  icon: bar-chart-2
  color: blue
inputs:
${inputs.join('\n')}
outputs:
${outputs.join('\n')}
runs:
  using: node24
  main: dist/main.js
  post: dist/main.js
`;
}

function tabulateInputs(): string {
  const rows = INPUT_NAMES.map((name) => {
    const cli = defaultOf(name, 'cli');
    const action = defaultOf(name, 'action');
    const expression = evaluate(INPUTS[name]);
    const byDefault = expression
      ? code(expression)
      : cli === action
        ? code(cli)
        : `${code(cli)} (Action: ${code(action)})`;
    const where = 'cliOnly' in INPUTS[name] ? ' (command line)' : 'actionOnly' in INPUTS[name] ? ' (Action)' : '';
    return `| \`${name}\`${where} | ${byDefault} | ${INPUTS[name].help.replaceAll('|', '\\|')} |`;
  });
  return ['| name | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function tabulateOutputs(): string {
  const rows = Object.entries(OUTPUTS).map(([name, help]) => `| \`${name}\` | ${help} |`);
  return ['| name | meaning |', '| --- | --- |', ...rows].join('\n');
}

function fill(text: string, marker: string, table: string): string {
  const begin = `<!-- ${marker}: written by \`npm run docs\` -->`;
  const end = `<!-- end of ${marker} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`expected the markers of ${marker} in README.md`);
  return `${text.slice(0, from)}${begin}\n${table}\n${text.slice(to)}`;
}

/** As the runner replaces it. */
function evaluate({ expression }: Input<unknown>): string | null {
  return expression === undefined ? null : `\${{ ${expression} }}`;
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
