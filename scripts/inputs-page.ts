import { OUTPUTS } from '../src/github/outputs.ts';
import { defaultOf, INPUT_NAMES, INPUTS, type Input, type InputName } from '../src/inputs.ts';

/** The text of docs/inputs.md: every input, every output and every exit code, from the tables that the code reads. */
export function writeInputsPage(): string {
  const of = (fits: (input: Input<unknown>) => boolean) =>
    tabulate(INPUT_NAMES.filter((name) => fits(INPUTS[name] as Input<unknown>)));
  return `# Inputs and outputs

Written by \`npm run docs\` from src/inputs.ts and src/github/outputs.ts.

In a workflow these are inputs of the step (\`with:\`), on the command line options of the same names (\`--preset quick\`). What stands under
"belongs to" is refused anywhere else: a wrong or a misplaced input ends the run before anything is made, with all mistakes in one message.

## In a workflow and on the command line

${of(({ cliOnly, actionOnly }) => !cliOnly && !actionOnly)}

## Only in a workflow

${of(({ actionOnly }) => actionOnly === true)}

## Only on the command line

${of(({ cliOnly }) => cliOnly === true)}

Besides: \`--json\` (the report on stdout, nothing else there), \`--quiet\`, \`--help\` and \`--version\`.

## Outputs of the step

${tabulateOutputs()}

## Exit codes

| code | what it means |
| --- | --- |
| 0 | measured; a limit of the gate that is *inconclusive* is no failure |
| 1 | the gate failed: a limit was exceeded, or a rule speaks of cells that were not measured. Also what should not have happened: please report it |
| 2 | the inputs, or the reports of mode \`report\`, are not what they should be; or the disk is full, or the output folder cannot be written to |
| 3 | the server could not be put up or was lost, or a cell failed |
| 4 | with \`strict\`: measured, but not to be trusted |
| 130, 143 | stopped by SIGINT or SIGTERM, after reporting what was measured until then |
`;
}

/** A Markdown table of the outputs. */
export function tabulateOutputs(): string {
  const rows = Object.entries(OUTPUTS).map(([name, help]) => `| \`${name}\` | ${help} |`);
  return ['| name | meaning |', '| --- | --- |', ...rows].join('\n');
}

/** An input's default for a Markdown table, with the Action's where that is another one. */
export function describeDefault(name: InputName): string {
  const { expression } = INPUTS[name] as Input<unknown>;
  if (expression !== undefined) return code(evaluate(expression));
  const cli = defaultOf(name, 'cli');
  const action = defaultOf(name, 'action');
  return cli === action ? code(cli) : `${code(cli)} (Action: ${code(action)})`;
}

/** As the runner replaces it. */
export function evaluate(expression: string): string {
  return `\${{ ${expression} }}`;
}

/** Text for a cell of a Markdown table. */
export function forCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function tabulate(names: readonly InputName[]): string {
  const rows = names.map((name) => {
    const { help } = INPUTS[name];
    return `| \`${name}\` | ${describeDefault(name)} | ${describePlace(INPUTS[name] as Input<unknown>)} | ${forCell(help)} |`;
  });
  return ['| name | default | belongs to | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** With what an input may be given; nothing where it may always be. */
function describePlace({ only = [], needs, mode }: Input<unknown>): string {
  const parts = [
    ...(only.length === 0 ? [] : [`${only.length === 1 ? 'target' : 'targets'} ${only.join(', ')}`]),
    ...(needs === undefined ? [] : [code(needs)]),
    ...(mode === undefined ? [] : [`mode ${mode}`]),
  ];
  return parts.join('; ');
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
