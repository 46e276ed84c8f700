import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { parseArms, parseCompare } from '../src/arms/arms.ts';
import { findModel } from '../src/arms/model.ts';

const run = promisify(execFile);

async function createModels(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'arms-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** What both ways of writing read, by id; fails if anything was wrong. */
function read({ arms, problems }: ReturnType<typeof parseArms>): Record<string, object> {
  assert.deepEqual(problems, []);
  return Object.fromEntries(arms.map(({ id, changes }) => [id, changes]));
}

test('YAML describes arms in their order, nothing stands for what the other options say, and texts stay as written', () => {
  const arms = parseArms(`---
# versions and variables
plain:
old: { seldon-version: 1.17.1 }
1.19:
  env:
    GUNICORN_THREADS: 4
    SOME_RATIO: 1.10
    FLAG: true
    QUOTED: "a: b, 'c'"
    EMPTY: ''
  packages:
    - numpy==1.26.3
    - Flask_Cors == 6.0.1
`);
  assert.deepEqual(read(arms), {
    plain: {},
    old: { seldonVersion: '1.17.1' },
    1.19: {
      env: { GUNICORN_THREADS: '4', SOME_RATIO: '1.10', FLAG: 'true', QUOTED: "a: b, 'c'", EMPTY: '' },
      packages: ['numpy==1.26.3', 'Flask_Cors==6.0.1'],
    },
  });
  assert.deepEqual(
    arms.arms.map(({ id, given }) => [id, given]),
    [
      ['plain', []],
      ['old', ['seldon-version']],
      ['1.19', ['env', 'packages']],
    ],
  );
  assert.deepEqual(read(parseArms('slow: { delay: 0.25ms, connection: keep-alive }')), {
    slow: { delayMs: 0.25, connection: 'keep-alive' },
  });
});

test('the short form tells what a change is from its form', async (t) => {
  const folder = await createModels(t, { 'Mine.py': 'class Mine:\n    pass\n' });
  assert.deepEqual(read(parseCompare('old=1.17.1,new=1.19.0')), {
    old: { seldonVersion: '1.17.1' },
    new: { seldonVersion: '1.19.0' },
  });
  assert.deepEqual(read(parseCompare('one=, four=GUNICORN_THREADS=4+GRPC_THREADS=4+X=a=b')), {
    one: {},
    four: { env: { GUNICORN_THREADS: '4', GRPC_THREADS: '4', X: 'a=b' } },
  });
  assert.deepEqual(read(parseCompare('a=numpy==1.26.3+FLASK==3.0.0+1.17.1,b=delay=2ms+connection=keep-alive')), {
    a: { packages: ['numpy==1.26.3', 'FLASK==3.0.0'], seldonVersion: '1.17.1' },
    b: { delayMs: 2, connection: 'keep-alive' },
  });
  const model = { folder, name: 'Mine' };
  assert.deepEqual(read(parseCompare(`a=${folder},b=${folder}/,c=${folder}:Mine,d=${folder}/:Mine`)), {
    a: { model },
    b: { model },
    c: { model },
    d: { model },
  });
});

test('an image is named by its reference, in both ways', () => {
  const image = 'host:5000/a/b@sha256:0f';
  assert.deepEqual(read(parseArms(`a: { image: '${image}' }\nb: { image: x }`)), { a: { image }, b: { image: 'x' } });
  assert.deepEqual(read(parseCompare(`a=image=${image}+A=1`)), { a: { image, env: { A: '1' } } });
});

test('what serves tftensor is named, in both ways', () => {
  assert.deepEqual(read(parseArms('a: { tensorflow: full }\nb: { tensorflow: stand-in }')), {
    a: { tensorflow: 'full' },
    b: { tensorflow: 'stand-in' },
  });
  assert.deepEqual(read(parseCompare('full=,slim=tensorflow=stand-in')), {
    full: {},
    slim: { tensorflow: 'stand-in' },
  });
});

test('both ways of writing the same arms mean the same', () => {
  const yaml = 'base:\npinned: { packages: [six==1.17.0], env: { A: 1 } }\n';
  assert.deepEqual(read(parseArms(yaml)), read(parseCompare('base=,pinned=six==1.17.0+A=1')));
});

const WRONG: readonly (readonly [what: string, yaml: string, problem: RegExp])[] = [
  ['no YAML', 'a: [', /expected YAML; .* at line 1/],
  ['a list', '- a\n- b', /expected a mapping of ids .*; found a list/],
  ['a word', 'old', /expected a mapping of ids .*; found "old"/],
  ['two documents', 'a:\n---\nb:', /expected YAML; .*multiple documents/],
  ['one id twice', 'a:\na:', /expected YAML; Map keys must be unique/],
  ['one id twice, once quoted', '1:\n"1":', /unique/],
  ['an alias', 'a: { env: { A: *x } }', /anchors and aliases are not supported \(found \*x\): write/],
  [
    'an alias of an anchor',
    'a: &x { env: { A: 1 } }\nb: *x',
    /anchors and aliases are not supported \(found &x\): write/,
  ],
  ['an anchor on a mapping', 'a: &x { env: { A: 1 } }', /expected YAML; anchors .* not supported \(found &x\)/],
  ['an anchor on a list', 'a: { packages: &pins [six==1.17.0] }', /anchors .* not supported \(found &pins\)/],
  ['an anchor on a value', 'a: { env: { A: &x 1 } }', /anchors .* not supported \(found &x\)/],
  ['an anchor on nothing', 'a: &x', /anchors .* not supported \(found &x\)/],
  ['an anchor on an id', '&x a:', /anchors .* not supported \(found &x\)/],
  ['an anchor on everything', '&x\na:', /anchors .* not supported \(found &x\)/],
  ['a merge key', 'a: { <<: { delay: 1ms } }', /unknown property "<<"/],
  ['a tag', 'a: !!js/function "x"', /expected YAML; Unresolved tag/],
  [
    'a tag that the parser knows',
    'a: { env: { A: !!str 1 } }',
    /tags are not supported \(found tag:yaml\.org,2002:str\)/,
  ],
  ['the tag of a mapping', '!!map { a: }', /tags are not supported \(found tag:yaml\.org,2002:map\)/],
  ['the tag that names nothing', 'a: { delay: ! 1ms }', /tags are not supported \(found !\): write the value without/],
  ['a binary tag', 'a: { env: { A: !!binary aGk= } }', /expected YAML; Unresolved tag/],
  ['a list as a key', '[a, b]: {}', /expected YAML; /],
  ['no arm', '{}', /expected 1 to 8 arms, found 0/],
  ['nine arms', [...'abcdefghi'].map((id) => `${id}:`).join('\n'), /expected 1 to 8 arms, found 9/],
  ['properties in a list', 'a: [env]', /arm "a": expected a mapping of properties, or nothing; found a list/],
  ['an id with a space', '"a b":', /expected an id of 1 to 32 letters.*; found "a b"/],
  ['an id with a control character', '"a\\e[2J":', /expected an id of .*; found "a\\u001b\[2J"/],
  ['a long id', `${'a'.repeat(33)}:`, /expected an id of 1 to 32/],
  ['an empty id', '"":', /expected an id of 1 to 32/],
  ['an id that every object has', 'constructor:', /another id than constructor/],
  ['the most special of them', '__proto__:', /another id than __proto__/],
  ['a mistyped property', 'a: { evn: {} }', /arm "a": unknown property "evn"; did you mean env\?/],
  ['an unheard-of property', 'a: { workers: 4 }', /unknown property "workers"; there are seldon-version, env, model/],
  ['an inherited property', 'a: { constructor: 4 }', /unknown property "constructor"/],
  ['an image that is an option', 'a: { image: --privileged }', /arm "a": image: expected an image such as name:tag/],
  ['an image with a space', 'a: { image: x y }', /arm "a": image: expected an image such as/],
  [
    'an unknown version',
    'a: { seldon-version: 1.18 }',
    /seldon-version: expected one of 1\.19\.0, 1\.17\.1; found "1\.18"/,
  ],
  ['a version in a list', 'a: { seldon-version: [1.19.0] }', /seldon-version: expected a single value; found a list/],
  ['no version', 'a: { seldon-version: }', /seldon-version: expected a single value; found nothing/],
  ['variables in a list', 'a: { env: [A=1] }', /env: expected a mapping of .* names to values/],
  ['a variable without a value', 'a: { env: { A: } }', /as the value of A, not nothing/],
  ['a variable that holds a list', 'a: { env: { A: [1] } }', /as the value of A, not a list/],
  ['a variable of two lines', 'a: { env: { A: "1\\n2" } }', /as the value of A/],
  ['a variable that ends itself', 'a: { env: { A: "1\\0" } }', /as the value of A/],
  ['a variable with a dash', 'a: { env: { A-B: 1 } }', /names of letters, digits and underscores, not "A-B"/],
  ...['PATH', 'HOME', 'TMPDIR', 'PYTHONPATH', 'PREDICTIVE_UNIT_ID', 'MODEL_METADATA', '__proto__'].map(
    (name) =>
      [
        `the variable ${name}`,
        `a: { env: { ${name}: x } }`,
        new RegExp(`variables other than ${name}, which the tool`),
      ] as const,
  ),
  ['a package without a version', 'a: { packages: [numpy] }', /packages: expected exact versions, name==version/],
  ['a range of versions', 'a: { packages: ["numpy>=1"] }', /expected exact versions/],
  ['a version with a star', 'a: { packages: ["numpy==1.*"] }', /expected exact versions/],
  ['an option of pip', 'a: { packages: ["--index-url==x"] }', /expected exact versions/],
  ['an address', 'a: { packages: ["x @ http://x/y"] }', /expected exact versions/],
  ['two requirements in one', 'a: { packages: ["x==1 -r y"] }', /expected exact versions/],
  ['one package twice', 'a: { packages: [typing-extensions==1, Typing.Extensions==2] }', /expected each package once/],
  ['no package', 'a: { packages: [] }', /expected a list of 1 to 32 packages/],
  ['a package outside of a list', 'a: { packages: numpy==1.26.3 }', /expected a list of 1 to 32 packages/],
  [
    'the wrapper as a package',
    'a: { packages: [Seldon_Core==1.18.0] }',
    /other than seldon-core, whose version is seldon-version/,
  ],
  ['a delay without a unit', 'a: { delay: 2 }', /delay: expected a duration .*; found "2"/],
  ['a negative delay', 'a: { delay: -2ms }', /delay: expected a duration/],
  ['an unknown TensorFlow', 'a: { tensorflow: slim }', /tensorflow: expected one of full, stand-in; found "slim"/],
  ['an unknown connection', 'a: { connection: open }', /connection: expected one of close, keep-alive; found "open"/],
  [
    'a folder that is not there',
    'a: { model: ./no-such-folder }',
    /model: expected a model folder, and .*no-such-folder is none/,
  ],
];
for (const [what, yaml, problem] of WRONG)
  test(`${what} is told`, () => {
    const { problems } = parseArms(yaml);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', problem);
  });

const WRONG_SHORT: readonly [what: string, text: string, problem: RegExp][] = [
  ['an arm without an equals sign', 'old', /expected id=changes such as old=1\.17\.1, or id= for none; found "old"/],
  ['nothing between commas', 'a=,,b=', /expected id=changes/],
  ['one id twice', 'a=,a=', /arm a is given twice/],
  ['two versions', 'a=1.17.1+1.19.0', /arm "a": seldon-version is given twice/],
  ['one variable twice', 'a=X=1+X=2', /arm "a": X is given twice/],
  ['a change of no known form', 'a=fast', /expected a version such as 1\.17\.1, NAME=VALUE, .*; found "fast"/],
  ['a property by another name', 'a=delya=2ms', /expected a version such as .*; found "delya=2ms"/],
  ['nothing between plus signs', 'a=X=1+', /expected a version such as .*; found ""/],
  ['an unknown version', 'a=1.2', /seldon-version: expected one of/],
];
for (const [what, text, problem] of WRONG_SHORT)
  test(`in the short form ${what} is told`, () => {
    const { problems } = parseCompare(text);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', problem);
  });

test('everything that is wrong is told at once', () => {
  const { problems } = parseArms('"a b": { evn: {}, delay: x }\nc: { seldon-version: 2, env: { PATH: x } }\nd: 5\n');
  assert.equal(problems.length, 6, problems.join('\n'));
});

test('a model is found by its folder, or by its class where there are several', async (t) => {
  const folder = await createModels(t, {
    'Mine.py': '"""class Other"""\nimport helper\n\n\nclass Mine(object):\n    pass\n',
    'helper.py': 'class Helper:\n    pass\n',
    'setup.txt': '',
  });
  assert.deepEqual(findModel(folder), { folder, name: 'Mine' });
  assert.deepEqual(findModel(`${folder}:helper`), { folder, name: 'helper' });
  assert.throws(() => findModel(`${folder}:Nope`), /a file Nope\.py in .*, which is not there/);
  assert.throws(() => findModel(`${folder}:../Mine`), /a class name after the colon/);
  assert.throws(() => findModel(join(folder, 'Mine.py')), /a model folder, and .*Mine\.py is none/);
  assert.throws(() => findModel(''), /a path of 1 to 4096/);
  assert.throws(() => findModel('x\0y'), /a path of 1 to 4096/);

  await writeFile(join(folder, 'Yours.py'), 'class Yours:\n    pass\n');
  assert.throws(() => findModel(folder), /folder:Class, because the folder has several: Mine, Yours/);
  assert.deepEqual(findModel(`${folder}:Yours`), { folder, name: 'Yours' });
  await rm(join(folder, 'Mine.py'));
  await rm(join(folder, 'Yours.py'));
  assert.throws(() => findModel(folder), /a folder with a file Class\.py that defines the class Class/);

  const odd = join(folder, 'od:d');
  await mkdir(odd);
  await writeFile(join(odd, 'M.py'), 'class M: pass\n');
  assert.deepEqual(findModel(odd), { folder: odd, name: 'M' }, 'a colon may be part of the name of a folder');
});

test('what is called like a class file and is a folder is passed over, and named where nothing else is there', async (t) => {
  const folder = await createModels(t, {});
  await mkdir(join(folder, 'Odd.py'));
  assert.throws(
    () => findModel(folder),
    /defines the class Class, or folder:Class \(Odd\.py in it is no regular file\)/,
  );
  assert.throws(() => findModel(`${folder}:Odd`), /a file Odd\.py in .*, which is no regular file/);
  await writeFile(join(folder, 'Mine.py'), 'class Mine: pass\n');
  assert.deepEqual(findModel(folder), { folder, name: 'Mine' });
});

test('a pipe that is called like a class file is never read', async (t) => {
  const folder = await createModels(t, {});
  const made = await run('mkfifo', [join(folder, 'Pipe.py')]).catch((error: NodeJS.ErrnoException) => error);
  if (made instanceof Error) {
    t.skip(`skipped: a named pipe cannot be made here (${made.message.split('\n', 1)[0]})`);
    return;
  }
  // In a process of its own: who reads a pipe into which nobody writes waits for ever and cannot be interrupted.
  const find = async (model: string): Promise<string> => {
    const code = `
      import { findModel } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../src/arms/model.ts')))};
      try { console.log(JSON.stringify(findModel(process.argv[1]))); } catch (error) { console.log(error.message); }`;
    const args = ['--input-type=module', '--eval', code, model];
    return (await run(process.execPath, args, { timeout: 60_000, killSignal: 'SIGKILL' })).stdout.trim();
  };
  assert.match(await find(folder), /folder:Class \(Pipe\.py in it is no regular file\)/);
  assert.match(await find(`${folder}:Pipe`), /a file Pipe\.py in .*, which is no regular file/);
  await writeFile(join(folder, 'Mine.py'), 'class Mine: pass\n');
  assert.deepEqual(JSON.parse(await find(folder)), { folder, name: 'Mine' });
});

test('YAML that is too large, too deep or meant to grow is refused and costs nothing', () => {
  assert.match(parseArms(`a: "${'x'.repeat(64 * 1024)}"`).problems[0] ?? '', /at most 65536 bytes of YAML/);
  for (const deep of ['['.repeat(60_000), '{a: '.repeat(15_000), `${'- '.repeat(30_000)}x`])
    assert.match(parseArms(deep).problems[0] ?? '', /expected YAML; it is too deep/);
  const many = Array.from({ length: 5000 }, (_, i) => `x${i}: 1`).join(', ');
  for (const { problems } of [parseArms(`{ ${many} }`), parseArms(`a: { ${many} }`), parseCompare('a,'.repeat(30_000))])
    assert.match(problems.at(-1) ?? '', /expected 1 to 8 arms, found|and \d+ more problems/);
  const bomb = [
    'a: &a [x, x]',
    ...[...'bcdefghijk'].map((id, i) => `${id}: &${id} [*${'abcdefghij'[i]}, *${'abcdefghij'[i]}]`),
  ];
  assert.match(parseArms(bomb.join('\n')).problems[0] ?? '', /aliases are not supported/);
});

test('no text makes reading throw, and no problem moves a cursor', () => {
  const yamlish = fc.array(
    fc.constantFrom(
      ...'abA1:- \n\t{}[],"\'&*!|>%@`#?+=.\u001b\0\u202e'.split(''),
      'env',
      'model',
      'packages',
      '==',
      '<<: ',
      '__proto__',
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        yamlish.map((parts) => parts.join('')),
      ),
      (text) => {
        for (const parse of [parseArms, parseCompare]) {
          const { arms, problems } = parse(text);
          assert.ok(arms.length > 0 || problems.length > 0);
          for (const problem of problems) assert.doesNotMatch(problem, /[\u0000-\u001f\u007f-\u009f]/);
        }
      },
    ),
    { seed: 7, numRuns: 3000 },
  );
});
