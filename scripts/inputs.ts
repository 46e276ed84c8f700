import { readFile, writeFile } from 'node:fs/promises';
import { OUTPUTS } from '../src/github/outputs.ts';
import { defaultOf, INPUT_NAMES, INPUTS, type Input } from '../src/inputs.ts';
import { drawRooms } from './draw-rooms.ts';
import { describeDefault, evaluate, forCell, tabulateOutputs, writeInputsPage } from './inputs-page.ts';

/** Writes action.yml, docs/inputs.md, the tables of the README and the diagram of docs/architecture.md from the code. */
await writeFile('action.yml', describeAction());
await writeFile('docs/inputs.md', writeInputsPage());
await fill('README.md', { inputs: tabulateInputs(), outputs: tabulateOutputs() });
await fill('docs/architecture.md', { rooms: await drawRooms() });

function describeAction(): string {
  const inputs = INPUT_NAMES.filter((name) => !('cliOnly' in INPUTS[name])).map((name) => {
    const lines = [`  ${name}:`, `    description: ${quote(INPUTS[name].help)}`, '    required: false'];
    // Inputs that fit only some runs have no default here: the runner would pass it on, as if somebody had given it.
    const input = INPUTS[name] as Input<unknown>;
    const fitsSome = 'only' in input || 'needs' in input;
    const byDefault = input.expression ? evaluate(input.expression) : fitsSome ? '' : defaultOf(name, 'action');
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
    const where = 'cliOnly' in INPUTS[name] ? ' (command line)' : 'actionOnly' in INPUTS[name] ? ' (Action)' : '';
    return `| \`${name}\`${where} | ${describeDefault(name)} | ${forCell(INPUTS[name].help)} |`;
  });
  return ['| name | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Puts each text between the marks of its name. */
async function fill(path: string, texts: Readonly<Record<string, string>>): Promise<void> {
  let page = await readFile(path, 'utf8');
  for (const [marker, text] of Object.entries(texts)) {
    const begin = `<!-- ${marker}: written by \`npm run docs\` -->`;
    const from = page.indexOf(begin);
    const to = page.indexOf(`<!-- end of ${marker} -->`);
    if (from < 0 || to < from) throw new Error(`expected the marks of ${marker} in ${path}`);
    page = `${page.slice(0, from)}${begin}\n${text}\n${page.slice(to)}`;
  }
  await writeFile(path, page);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
