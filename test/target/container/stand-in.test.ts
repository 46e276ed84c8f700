import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { modelFolder } from '../../../src/assets.ts';
import { laneOf, type SeldonVersion } from '../../../src/target/local/python/lanes.ts';
import { provideTestEnvironment } from '../../helpers/fitting-python.ts';

const standIn = join(modelFolder, 'stand-in');
const SEED = '1';

type Outcome = unknown[] | Record<string, unknown>;
type Case = readonly [name: string, kind: 'known' | 'other' | 'odd', outcome: Outcome];

/** Runs Python in an environment that has the wrapper and TensorFlow; null after the test was skipped. */
async function provideRun(t: TestContext, version: SeldonVersion) {
  const environment = await provideTestEnvironment(t, version);
  if (environment === null) return null;
  return async (...args: string[]): Promise<string> =>
    (
      await promisify(execFile)(environment.python, ['-I', '-B', ...args], {
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '' },
      })
    ).stdout;
}

function parse(lines: string): Case[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const isRefused = (outcome: Outcome): boolean => Array.isArray(outcome) && outcome[0] === 'refused';

const IMPORTS = [
  'import tensorflow.core.framework.tensor_pb2',
  'from tensorflow.core.framework import types_pb2, tensor_shape_pb2, tensor_pb2',
  'import seldon_core.proto.prediction_pb2',
  'import seldon_core.microservice',
];

/** Tells whether there is one kind of message, whichever was imported first. */
const ONE_MESSAGE = `
import sys
sys.path.insert(0, sys.argv[1])
exec(sys.argv[2])
from seldon_core.proto.prediction_pb2 import DefaultData
from seldon_core.proto.tensorflow.core.framework.tensor_pb2 import TensorProto as own
from tensorflow.core.framework.tensor_pb2 import TensorProto
from seldon_core.imports_helper import _TF_PRESENT
print(type(DefaultData().tftensor) is TensorProto is own, _TF_PRESENT)
`;

const ABSENT = `
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, tensorflow
for what in (lambda: tensorflow.keras, lambda: tensorflow.make_tensor_proto([1]), lambda: tensorflow.make_tensor_proto(np.ones(2), dtype=1)):
    try:
        print("found", what())
    except (AttributeError, TypeError) as error:
        print(error)
print(hasattr(tensorflow, "keras"))
`;

/** How many pages the system had to bring for 50 arrays of 800 kB, written as bytes and read back. */
const FAULTS = `
import sys
if sys.argv[1]:
    sys.path.insert(0, sys.argv[1])
import resource, numpy as np, seldon_core.microservice, tensorflow
array = np.arange(100_000)
def both():
    return tensorflow.make_ndarray(tensorflow.make_tensor_proto(array))
for _ in range(20):
    both()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    both()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
`;

/** What the wrapper says that it needs, at every version of Python that the lane fits, beside what its file lists. */
const NEEDED = `
import json, re, sys
from importlib.metadata import PackageNotFoundError, requires
from pip._vendor.packaging.requirements import Requirement
def name(text):
    return re.sub(r"[-_.]+", "-", text).lower()
needed = set()
for version in sys.argv[1].split(","):
    left, seen = ["seldon-core", "importlib-metadata"], set()
    while left:
        one = left.pop()
        if one in seen:
            continue
        seen.add(one)
        try:
            found = [Requirement(text) for text in requires(one) or []]
        except PackageNotFoundError:
            found = []
        here = {"extra": "", "python_version": version, "python_full_version": version + ".0"}
        left += [name(it.name) for it in found if it.marker is None or it.marker.evaluate(here)]
    needed |= seen
print(json.dumps(sorted(needed)))
`;

for (const version of ['1.19.0', '1.17.1'] as const) {
  test(`the stand-in answers as TensorFlow does or refuses (${version})`, async (t) => {
    const run = await provideRun(t, version);
    if (run === null) return;
    const script = join(import.meta.dirname, 'tftensor-cases.py');
    const real = parse(await run(script, '', SEED));
    const ours = parse(await run(script, standIn, SEED));
    assert.equal(ours.length, real.length);
    const counts = { same: 0, refused: 0 };
    for (const [i, [name, kind, outcome]] of ours.entries()) {
      const [realName, , expected] = real[i] as Case;
      assert.equal(name, realName);
      if (!isRefused(outcome)) {
        assert.deepEqual(outcome, expected, name);
        counts.same++;
      } else {
        assert.ok(isRefused(expected) || kind !== 'known', `${name}: ${JSON.stringify([outcome, expected])}`);
        counts.refused++;
      }
    }
    assert.ok(counts.same > 1500 && counts.refused > 1000, JSON.stringify(counts));
    const unknown = ours.filter(([, kind, outcome]) => kind === 'other' && isRefused(outcome));
    assert.ok(unknown.length > 300);
    for (const [name, , outcome] of unknown)
      assert.match(String(outcome), /expected .*, found .*\. Set tensorflow to full/, name);
  });

  test(`there is one kind of message, whatever is imported first (${version})`, async (t) => {
    const run = await provideRun(t, version);
    if (run === null) return;
    for (const first of IMPORTS) assert.equal(await run('-c', ONE_MESSAGE, standIn, first), 'True True\n', first);
  });

  test(`what else TensorFlow has is missed with a sentence (${version})`, async (t) => {
    const run = await provideRun(t, version);
    if (run === null) return;
    const [attribute, list, argument, found] = (await run('-c', ABSENT, standIn)).split('\n');
    assert.match(attribute ?? '', /expected TensorFlow with 'keras'; this is seldon-bench's stand-in/);
    assert.match(list ?? '', /expected one numpy array and no further arguments, found list\. Set tensorflow to full/);
    assert.match(argument ?? '', /expected one numpy array and no further arguments, found ndarray/);
    assert.equal(found, 'False');
  });

  test(`large messages cost no page faults beside the stand-in, as beside TensorFlow (${version})`, async (t) => {
    const run = await provideRun(t, version);
    if (run === null) return;
    if (process.platform !== 'linux') return t.skip('skipped: it is about the allocator of glibc');
    // Of each 800 kB there are 200 pages, several times a turn: without what is done about it there are ten thousands.
    assert.ok(Number(await run('-c', FAULTS, '')) < 1000);
    assert.ok(Number(await run('-c', FAULTS, standIn)) < 1000);
  });

  test(`exactly what the wrapper does not ask for is left out beside the stand-in (${version})`, async (t) => {
    const run = await provideRun(t, version);
    if (run === null) return;
    const lane = laneOf(version);
    const needed = new Set(JSON.parse(await run('-c', NEEDED, lane.pythons.join(','))) as string[]);
    const listed = [...(await readFile(lane.constraintsFile, 'utf8')).matchAll(/^([a-z0-9-]+)==/gm)].map(
      ([, name]) => name ?? '',
    );
    const leftOut = [
      ...(await readFile(join(modelFolder, `only-for-tensorflow-${version}.txt`), 'utf8')).matchAll(/^([a-z0-9-]+)$/gm),
    ];
    // What importlib-metadata needs stands in its own metadata, and that is not there on every Python.
    const unneeded = new Set(listed.filter((name) => !needed.has(name) && name !== 'zipp'));
    assert.deepEqual(
      leftOut.map(([, name]) => name),
      [...unneeded].sort(),
    );
  });
}
