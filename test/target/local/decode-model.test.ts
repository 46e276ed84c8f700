import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { modelFolder } from '../../../src/assets.ts';
import { encodeRequest } from '../../../src/payload/encode.ts';
import { ENCODINGS, TRANSPORTS } from '../../../src/plan.ts';
import { provideTestEnvironment } from '../../helpers/fitting-python.ts';
import { createTestFolder } from '../helpers.ts';

const BATCHES = [1, 2, 1000];

/** Decodes each file with the model's own functions, and tells what came out. */
const DECODE = `
import json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import FixedPredictRawDecode as module
from seldon_core.proto.prediction_pb2 import SeldonMessage
told = []
for line in open(sys.argv[2]):
    transport, path, n = line.split()
    content = open(path, "rb").read()
    request = json.loads(content) if transport == "rest" else SeldonMessage.FromString(content)
    decode = module.decode_json if transport == "rest" else module.decode_message
    array = decode(request)
    same = bool(np.array_equal(array.ravel(), np.arange(int(n))))
    reply = module.FixedPredictRawDecode(iterations="2").predict_raw(request)
    reply = reply.SerializeToString().hex() if transport == "grpc" else reply
    told.append([same, list(array.shape), str(array.dtype), reply])
print(json.dumps(told))
`;

/** Messages that a model must not take for numbers; each must be refused with a ValueError. */
const REFUSE = `
import json, sys
sys.path.insert(0, sys.argv[1])
import FixedPredictRawDecode as module
from seldon_core.proto.prediction_pb2 import SeldonMessage
def message(fill):
    made = SeldonMessage()
    fill(made.data)
    return made
def tftensor(data, **fields):
    for name, value in fields.items():
        setattr(data.tftensor, name, value)
wrong = [
    {}, [], 5, None, {"data": None}, {"data": {}}, {"strData": "x"},
    {"data": {"ndarray": [["a", "b"]]}}, {"data": {"ndarray": [[1], [1, 2]]}}, {"data": {"ndarray": [None]}}, {"data": {"ndarray": 5}},
    {"data": {"tensor": {"shape": [1, 3], "values": [1, 2]}}}, {"data": {"tensor": {"values": [1]}}},
    {"data": {"tensor": {"shape": [-1], "values": [1]}}}, {"data": {"tensor": {"shape": "x", "values": [1]}}},
    {"data": {"tftensor": {"dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "1"}]}, "floatVal": [1]}}},
    {"data": {"tftensor": {"dtype": "DT_INT64", "tensorShape": {"dim": [{"size": "1"}]}, "tensorContent": "AAA="}}},
    {"data": {"tftensor": {"dtype": "DT_INT64", "tensorShape": {"dim": None}, "int64Val": ["1"]}}},
    {"data": {"tftensor": {"dtype": "DT_INT64", "tensorShape": {"dim": [{"size": "1"}]}, "int64Val": ["9" * 40]}}},
    {"data": {"tftensor": {"dtype": "DT_INT64", "tensorShape": {"dim": [{"size": "1"}]}}}},
    SeldonMessage(), SeldonMessage(strData="x"),
    message(lambda data: data.ndarray.extend([["a"]])), message(lambda data: data.ndarray.extend([[1, None]])),
    message(lambda data: data.ndarray.extend([[1], [1, 2]])), message(lambda data: data.ndarray.extend([[], 5])),
    message(lambda data: data.tensor.values.extend([1, 2])), message(lambda data: (data.tensor.values.append(1), data.tensor.shape.append(-1))),
    message(lambda data: tftensor(data, dtype=1)), message(lambda data: tftensor(data, dtype=9, tensor_content=b"1234")),
]
taken = []
for request in wrong:
    try:
        module.FixedPredictRawDecode().predict_raw(request)
        taken.append(str(request))
    except ValueError:
        pass
print(json.dumps([len(wrong), taken]))
`;

for (const seldonVersion of ['1.19.0', '1.17.1'] as const) {
  test(`the model of predict_raw_decode makes arrays of all six kinds of message (${seldonVersion})`, async (t) => {
    const environment = await provideTestEnvironment(t, seldonVersion);
    if (environment === null) return;
    const folder = await createTestFolder(t);
    const kinds = TRANSPORTS.flatMap((transport) =>
      ENCODINGS.flatMap((encoding) => BATCHES.map((batch) => ({ transport, encoding, batch }))),
    );
    const lines = [];
    for (const kind of kinds) {
      const path = join(folder, Object.values(kind).join('.'));
      await writeFile(path, encodeRequest(kind).bytes);
      lines.push(`${kind.transport} ${path} ${kind.batch}`);
    }
    const list = join(folder, 'list');
    await writeFile(list, `${lines.join('\n')}\n`);
    const run = async (script: string) => {
      const args = ['-I', '-B', '-c', script, modelFolder, list];
      const { stdout } = await promisify(execFile)(environment.python, args);
      return JSON.parse(stdout);
    };
    assert.deepEqual(
      await run(DECODE),
      kinds.map(({ transport, encoding, batch }) => [
        true,
        encoding === 'tftensor' ? [batch] : [1, batch],
        // JSON tells integers from other numbers, a protobuf list and a tensor do not.
        encoding === 'tftensor' || transport === 'rest' ? 'int64' : 'float64',
        transport === 'rest' ? [1] : '1a0d1a0b0a0911000000000000f03f',
      ]),
    );
    assert.deepEqual(await run(REFUSE), [30, []]);
  });
}
