import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpText, parseCommand } from '../../src/shell/command.ts';

function value(argv: readonly string[], name: Parameters<ReturnType<typeof parseCommand>['get']>[0]): string {
  const { get, problems } = parseCommand(argv);
  assert.deepEqual(problems, []);
  return get(name);
}

test('a boolean that takes a value has it behind a space or an equals sign, and needs it', () => {
  assert.equal(value(['--confirm', 'false'], 'confirm'), 'false');
  assert.equal(value(['--confirm=false'], 'confirm'), 'false');
  assert.equal(value(['--confirm', 'true', '--json'], 'confirm'), 'true');
  assert.deepEqual(parseCommand(['--confirm']).problems, ['--confirm needs a value (true|false)']);
  assert.deepEqual(parseCommand(['--confirm', '--json']).problems, ['--confirm needs a value (true|false)']);
});

test('a flag takes none, but may have one behind an equals sign', () => {
  assert.equal(value(['--strict'], 'strict'), 'true');
  assert.equal(value(['--strict=false'], 'strict'), 'false');
  assert.match(parseCommand(['--strict', 'false']).problems[0] ?? '', /found "false"/);
});

test('YAML goes through as it is, also where it begins as YAML may', () => {
  const yaml = '---\none:\ntwo: { env: { A: 1 } }\n';
  assert.equal(value(['--arms', yaml, '--json'], 'arms'), yaml);
  assert.equal(value(['--compare', 'one=,four=GUNICORN_THREADS=4'], 'compare'), 'one=,four=GUNICORN_THREADS=4');
  assert.match(parseCommand(['--arms', '--json']).problems[0] ?? '', /--arms needs a value \(YAML\)/);
});

test('a mistyped option is told with the one that is near, and its value is not one more mistake', () => {
  assert.deepEqual(parseCommand(['--compar', 'a=,b=']).problems, ['unknown option --compar; did you mean --compare?']);
  assert.deepEqual(parseCommand(['--constructor', 'x']).problems, ['unknown option --constructor']);
});

test('the help names the short form and the example of it', () => {
  assert.match(
    helpText(),
    /--compare ID=CHANGES,\.\.\.\n {6}Short for arms, on the command line only: old=1\.17\.1,new=1\.19\.0/,
  );
});
