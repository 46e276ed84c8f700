import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { INPUT_NAMES, INPUTS } from '../../src/inputs.ts';
import { makeFolder, runCli } from '../helpers/run-tool.ts';

const WRONG: Record<string, [string[], RegExp]> = {
  'an unknown option': [['--taget', 'reference'], /unknown option --taget; did you mean --target\?/],
  'a stray word': [['reference'], /expected options that begin with --, found "reference"/],
  'an option without its value': [['--rounds'], /--rounds needs a value/],
  'an option given twice': [['--rounds', '6', '--rounds', '8'], /--rounds is given twice/],
  'a wrong word of a closed set': [
    ['--transports', 'rest,soap'],
    /--transports: expected one of rest, grpc; found "rest,soap"/,
  ],
  'a repetition in a list': [['--batches', '1,1'], /--batches: expected a list without repetitions/],
  'a negative number': [['--rounds=-3'], /--rounds: expected a whole number from 1 to 1000; found "-3"/],
  'an absurd batch': [['--batches', '10000001'], /--batches: expected a whole number from 1 to 10000000/],
  'a duration without a unit': [['--block', '250'], /--block: expected a duration such as 250ms/],
  'a margin that is no percentage': [['--margin', '0.05'], /--margin: expected a percentage/],
  'options of another target': [
    ['--target', 'reference', '--seldon-version', '1.17.1'],
    /--seldon-version belongs to target process, docker, kind or cluster; the target is reference/,
  ],
  'arrivals without a rate': [['--arrivals', 'poisson'], /--arrivals means nothing without --rate: give both/],
  'a property that an arm cannot have': [
    ['--target', 'reference', '--arms', 'a:\nb: { seldon-version: 1.17.1 }'],
    /--arms: arm b: seldon-version belongs to target process, docker or kind; the target is reference/,
  ],
  'a comparison with a model that is not there': [
    ['--methods', 'predict', '--compare', 'before=./no-such-model,after='],
    /--compare: arm "before": model: expected a model folder, and .*no-such-model is none/,
  ],
  'a url target without its addresses': [
    ['--target', 'url', '--methods', 'predict'],
    /--transports names rest: give --rest-url too[\s\S]*--transports names grpc: give --grpc-address too/,
  ],
  'a url target for two models': [
    ['--target', 'url', '--rest-url', 'http://127.0.0.1:1', '--transports', 'rest'],
    /a url serves one model/,
  ],
  'a TLS address': [
    ['--target', 'url', '--rest-url', 'https://127.0.0.1:1', '--transports', 'rest', '--methods', 'predict'],
    /TLS is not supported/,
  ],
  'a port that nobody can connect to': [
    ['--target', 'url', '--grpc-address', '127.0.0.1:0', '--transports', 'grpc', '--methods', 'predict'],
    /--grpc-address: expected a port from 1 to 65535; found "127\.0\.0\.1:0"/,
  ],
  'an address that is not this machine': [
    ['--target', 'url', '--rest-url', 'http://192.0.2.1:9000', '--transports', 'rest', '--methods', 'predict'],
    /--rest-url: expected an address of this machine, found 192\.0\.2\.1.*--allow-remote-target/,
  ],
};
for (const [name, [args, message]] of Object.entries(WRONG)) {
  test(`${name} is told in a sentence, with exit code 2 and no report`, async () => {
    await using folder = await makeFolder();
    const { code, stdout, stderr } = await runCli([...args, '--out', join(folder.path, 'out')]);
    assert.match(stderr, message);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /\n {4}at /, 'a stack is for our own mistakes');
    assert.deepEqual(await readdir(folder.path), []);
  });
}

test('everything that is wrong is told at once', async () => {
  const wrong = ['--taget', 'x', '--rounds', '0', '--block', 'soon', '--client', 'curl', '--compare', 'a=fast,b b='];
  const { code, stderr } = await runCli(wrong);
  assert.equal(code, 2);
  assert.match(stderr, /6 things are wrong/);
  for (const word of ['--taget', '--rounds', '--block', '--client', '"fast"', '"b b"'])
    assert.ok(stderr.includes(word), word);
});

test('an output folder that cannot be written to is found before anything is measured', async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, 'file');
  await writeFile(file, 'kept');
  const { code, stderr } = await runCli(['--target', 'reference', '--out', join(file, 'out')]);
  assert.equal(code, 2);
  assert.match(stderr, /expected a folder that can be written to, found none at .*; choose another with option out/);
  assert.doesNotMatch(stderr, /provision/);
});

test('an output folder below one that takes none is told, and nothing hangs', async () => {
  const { code, stderr } = await runCli(['--target', 'reference', '--out', '/proc/seldon-bench/results']);
  assert.equal(code, 2);
  assert.match(stderr, /expected a folder that can be written to/);
});

test('--help names every option, and --version the version', async () => {
  const { code, stdout } = await runCli(['--help']);
  assert.equal(code, 0);
  const inputs = INPUT_NAMES.filter((name) => !('actionOnly' in INPUTS[name]));
  for (const option of [...inputs, 'json', 'quiet', 'help', 'version'])
    assert.match(stdout, new RegExp(`^  --${option}\\b`, 'm'));
  assert.match((await runCli(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
});
