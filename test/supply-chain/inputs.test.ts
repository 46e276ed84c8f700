import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { OUTPUTS } from '../../src/github/outputs.ts';
import { INPUT_NAMES, INPUTS, type Input } from '../../src/inputs.ts';

/** Read with other eyes than those of scripts/inputs.ts, which writes them: a parser of YAML, and tables by their lines. */
const root = join(import.meta.dirname, '..', '..');
const action = parse(await readFile(join(root, 'action.yml'), 'utf8')) as {
  readonly inputs: Record<
    string,
    { readonly description: string; readonly required: boolean; readonly default: string }
  >;
  readonly outputs: Record<string, { readonly description: string }>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
};
const pages = await Promise.all(
  ['README.md', 'docs/inputs.md'].map(async (page) => ({
    page,
    rows: readRows(await readFile(join(root, page), 'utf8')),
  })),
);
const inputs = INPUT_NAMES.map((name) => ({ name, ...(INPUTS[name] as Input<unknown>) }));

test('action.yml has the inputs of the code, but those of the command line, with what the code says of them', () => {
  const expected = inputs.filter(({ cliOnly }) => !cliOnly);
  assert.deepEqual(
    Object.keys(action.inputs),
    expected.map(({ name }) => name),
  );
  for (const { name, help, expression, ...input } of expected) {
    const found = action.inputs[name];
    assert.equal(found?.description, help, name);
    assert.equal(found?.required, false, name);
    // An input that does not fit every run has none, so that the Action sees whether somebody gave it.
    const byDefault = input.only || input.needs ? '' : (input.actionDefault ?? input.default);
    assert.equal(found?.default, expression === undefined ? byDefault : ['$', `{{ ${expression} }}`].join(''), name);
  }
});

test('action.yml has the outputs of the code, and runs the bundle', async () => {
  const described = Object.entries(action.outputs).map(([name, { description }]) => [name, description]);
  assert.deepEqual(described, Object.entries(OUTPUTS));
  assert.deepEqual(action.runs, { using: 'node24', main: 'dist/main.js', post: 'dist/main.js' });
  const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { engines: { node: string } };
  assert.equal(engines.node, '>=20');
});

for (const { page, rows } of pages) {
  test(`the tables of ${page} have every input and every output once, with the code's words and defaults`, () => {
    for (const { name, help, expression, default: byDefault, actionDefault } of inputs) {
      const cells = rows.get(`${name}: ${help}`);
      assert.ok(cells, `expected a row of the input ${name} with its text`);
      const shown = cells.join(' ');
      const defaults = expression === undefined ? [byDefault, actionDefault ?? byDefault] : [expression];
      for (const text of defaults)
        assert.ok(shown.includes(text), `expected the default ${text} of ${name}, found ${shown}`);
    }
    for (const [name, help] of Object.entries(OUTPUTS)) {
      assert.ok(rows.has(`${name}: ${help}`), `expected a row of the output ${name} with its text`);
    }
    assert.equal(rows.size, INPUT_NAMES.length + Object.keys(OUTPUTS).length);
  });
}

/** By "name: last cell" the cells between them, of the rows of all tables whose first column is `name`. */
function readRows(text: string): Map<string, readonly string[]> {
  const rows = new Map<string, readonly string[]>();
  for (const [table] of text.matchAll(/^\| name \|.*\n(?:\|.*\n)+/gm)) {
    for (const line of table.split('\n').slice(2, -1)) {
      const [first = '', ...cells] = line.slice(2, -2).split(/(?<!\\) ?\| /);
      const name = /^`([a-z0-9-]+)`/.exec(first)?.[1];
      const shown = cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
      const key = `${name}: ${shown.pop()}`;
      assert.ok(name && !rows.has(key), `expected one row of a name, found ${line}`);
      rows.set(key, shown);
    }
  }
  return rows;
}
