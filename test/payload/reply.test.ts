import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeRequest } from '../../src/payload/decode-request.ts';
import { type Answers, checkReply } from '../../src/payload/reply.ts';
import { ENCODINGS, METHODS, TRANSPORTS } from '../../src/plan.ts';
import { GRPC_REPLIES, RAW_GRPC_REPLY, REST_REPLIES, WRAPPER_ARRAYS } from '../helpers/recorded-replies.ts';

const rest = (encoding: (typeof ENCODINGS)[number], method: (typeof METHODS)[number] = 'predict') =>
  ({ transport: 'rest', encoding, method }) as const;
const grpc = (encoding: (typeof ENCODINGS)[number], method: (typeof METHODS)[number] = 'predict') =>
  ({ transport: 'grpc', encoding, method }) as const;
const hex = (text: string) => Buffer.from(text, 'hex');

for (const encoding of ENCODINGS) {
  test(`the wrapper's own ${encoding} replies are right, whatever is asked of them`, () => {
    for (const answers of ['fixed', 'any'] as const) {
      assert.equal(checkReply(rest(encoding), Buffer.from(REST_REPLIES[encoding]), answers).ok, true);
      assert.equal(checkReply(grpc(encoding), hex(GRPC_REPLIES[encoding]), answers).ok, true);
      for (const raw of ['predict_raw', 'predict_raw_decode'] as const) {
        assert.equal(checkReply(rest(encoding, raw), Buffer.from('[1]\n'), answers).ok, true);
        assert.equal(checkReply(grpc(encoding, raw), hex(RAW_GRPC_REPLY), answers).ok, true);
      }
    }
  });

  test(`a reply in another encoding than the ${encoding} that was sent is wrong`, () => {
    for (const other of ENCODINGS.filter((name) => name !== encoding)) {
      for (const check of [
        checkReply(rest(encoding), Buffer.from(REST_REPLIES[other]), 'fixed'),
        checkReply(grpc(encoding), hex(GRPC_REPLIES[other]), 'fixed'),
      ]) {
        assert.ok(!check.ok);
        assert.match(check.why, new RegExp(`^expected ${encoding} of shape \\[1\\] that holds 1, found .*"${other}"`));
      }
    }
  });
}

test('how long decoding took is told', () => {
  const check = checkReply(grpc('tensor'), hex(GRPC_REPLIES.tensor), 'fixed');
  assert.ok(check.ok && check.decodeMs >= 0 && Number.isFinite(check.decodeMs));
});

const WRONG: readonly [why: string, body: string, expected: RegExp][] = [
  ['another number', '{"data":{"ndarray":[2]}}', /expected ndarray of shape \[1\] that holds 1, found .*\[2\]/],
  ['two numbers', '{"data":{"ndarray":[1,1]}}', /holds 1, found/],
  ['another shape', '{"data":{"ndarray":[[1]]}}', /holds 1, found/],
  ['a string for a number', '{"data":{"ndarray":["1"]}}', /expected nothing but numbers/],
  ['no data', '{"meta":{}}', /found none of them/],
  ['an empty object', '{}', /found none of them/],
  ['a bare number', '1', /found 1/],
  ['null', 'null', /found null/],
  ['a bare list, as a raw model answers', '[1]', /expected ndarray/],
  ['a failure', '{"status":{"code":-1,"info":"boom","reason":"R","status":1}}', /expected success, found .*boom/],
  ['a failure by name', '{"status":{"status":"FAILURE"},"data":{"ndarray":[1]}}', /expected success/],
  ['text that is no JSON', '<html>502', /expected JSON; .*found <html>502/],
  ['nothing', '', /expected JSON; .*found nothing/],
  ['bytes that are no text', '\xff\xfe', /expected JSON/],
  ['an inherited name', '{"__proto__":{"data":{"ndarray":[1]}}}', /found none of them/],
];
for (const [what, body, expected] of WRONG)
  test(`a REST reply of ${what} is wrong, and why is told`, () => {
    const check = checkReply(rest('ndarray'), Buffer.from(body, 'latin1'), 'fixed');
    assert.ok(!check.ok);
    assert.match(check.why, expected);
  });

const WRONG_GRPC: readonly [what: string, body: string, expected: RegExp][] = [
  ['another number', '1a0d1a0b0a09110000000000000040', /holds 1, found .*"numberValue":2/],
  ['nothing', '', /found none of them/],
  ['an end in mid-field', '1a0d1a0b', /expected a protobuf SeldonMessage; .*found 4 bytes, beginning 0x1a0d1a0b/],
  ['a wire type that does not exist', '0f', /expected a protobuf SeldonMessage/],
  ['a failure', '0a081204626f6f6d2001', /expected success, found .*boom/],
  ['an empty tensor', '1a021200', /expected as many numbers as the shape \[\] has, found 0/],
  [
    'a tftensor of floats',
    '1a10220e08011204120208012a040000803f',
    /expected tftensor.dtype DT_INT64 or DT_DOUBLE, found 1/,
  ],
];
for (const [what, body, expected] of WRONG_GRPC)
  test(`a gRPC reply of ${what} is wrong, and why is told`, () => {
    const check = checkReply(grpc('ndarray'), hex(body), 'fixed');
    assert.ok(!check.ok);
    assert.match(check.why, expected);
  });

test('a raw model that answers anything but [1] is wrong', () => {
  for (const raw of ['predict_raw', 'predict_raw_decode'] as const) {
    for (const body of ['[2]', '[1,1]', '[[1]]', '{"data":{"ndarray":[1]}}', '1'])
      assert.equal(checkReply(rest('tensor', raw), Buffer.from(body), 'fixed').ok, false, body);
    assert.equal(checkReply(grpc('tensor', raw), hex(GRPC_REPLIES.tensor), 'fixed').ok, false);
  }
});

test('a foreign model may answer with any data, but not without and not with a failure', () => {
  const right = [
    '[[0.1,0.9]]',
    '{"strData":"x"}',
    '{"binData":"AA=="}',
    '{"jsonData":{"a":1}}',
    '{"data":{"names":["a"],"ndarray":[["cat",0.5]]}}',
    '{"data":{"tensor":{"shape":[1,2],"values":[0.1,0.9]}}}',
    '{"data":{"tftensor":{"dtype":"DT_FLOAT","tensorShape":{},"floatVal":[1]}}}',
    '{"status":{"status":0,"code":200},"strData":"x"}',
    '{"data":null,"strData":""}',
    '{"data":{"names":[],"ndarray":5.0}}',
    '{"data":{"ndarray":null,"tensor":{"shape":[1],"values":[1]}}}',
  ];
  for (const body of right) assert.equal(checkReply(rest('ndarray'), Buffer.from(body), 'any').ok, true, body);
  const wrong = [
    '{}',
    '{"data":{}}',
    '{"data":[1]}',
    '{"data":{"ndarray":"5"}}',
    '{"data":{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":"0x1"}]},"int64Val":["1"]}}}',
    '{"data":{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":{"toString":1}}]},"int64Val":["1"]}}}',
    '{"data":{"tensor":{"shape":[1]}}}',
    '"text"',
    '{"meta":{"requestPath":{}}}',
    '{"strData":"x","status":{"status":"FAILURE"}}',
    '{"jsonData":null}',
    '{"data":null}',
  ];
  for (const body of wrong) assert.equal(checkReply(rest('ndarray'), Buffer.from(body), 'any').ok, false, body);
  assert.equal(checkReply(grpc('ndarray'), hex('2a0178'), 'any').ok, true);
  assert.equal(checkReply(grpc('ndarray'), hex('12021200'), 'any').ok, false);
  // jsonData of 1, of null, and of nothing.
  assert.equal(checkReply(grpc('ndarray'), hex('320911000000000000f03f'), 'any').ok, true);
  assert.equal(checkReply(grpc('ndarray'), hex('32020800'), 'any').ok, false);
  assert.equal(checkReply(grpc('ndarray'), hex('3200'), 'any').ok, false);
});

test('an array that its content does not fill is wrong, and why is told', () => {
  const tf = (dtype: string, dim: string, content: string): string =>
    `{"tftensor":{"dtype":"${dtype}","tensorShape":{"dim":[${dim}]}${content}}}`;
  const three = '{"size":"3"}';
  const wrong: readonly [data: string, why: RegExp][] = [
    [
      '{"tensor":{"shape":[3,2],"values":[1]}}',
      /as many numbers in data\.tensor as its shape \[3, 2\] has \(6\), not 1,/,
    ],
    ['{"tensor":{"values":[1,2]}}', /its shape \[\] has \(1\), not 2/],
    ['{"tensor":{"shape":[1.5],"values":[1]}}', /whole numbers in data\.tensor\.shape/],
    ['{"tensor":{"shape":[-1,-1],"values":[1]}}', /whole numbers/],
    ['{"tensor":{"shape":"3","values":[1,2,3]}}', /whole numbers/],
    ['{"tensor":{"shape":[3],"values":"abc"}}', /data\.tensor\.values to be a list/],
    [tf('DT_DOUBLE', three, ''), /its shape \[3\] has \(3\), not 0/],
    [tf('DT_DOUBLE', three, ',"tensorContent":"AA=="'), /its shape \[3\] has \(3\), not 1 bytes/],
    [tf('DT_DOUBLE', three, ',"int64Val":["1","2","3"]'), /not 0/],
    [tf('DT_INT64', three, ',"int64Val":["1","2","3","4"]'), /not 4/],
    [tf('DT_INT64', '{}', ',"int64Val":["1"]'), /its shape \[0\] has \(0\), not 1/],
    [tf('DT_FLOAT', three, ''), /not 0/],
    [tf('DT_FLOAT', three, ',"tensorContent":"AAAAAAAAAAA="'), /not 8 bytes/],
    [tf('DT_STRING', three, ''), /not 0/],
    [tf('DT_FLOAT', '{"size":"x"}', ',"floatVal":[1]'), /whole numbers in data\.tftensor\.tensorShape\.dim/],
    [tf('DT_FLOAT', '{"size":"-3"}', ',"floatVal":[1]'), /whole numbers/],
    ['{"ndarray":{"a":1}}', /data\.ndarray to be a list/],
    ['{"ndarray":{"values":[1,2,3]}}', /data\.ndarray to be a list/],
  ];
  for (const [data, why] of wrong)
    for (const answers of ['any', { rows: 3 }] as const) {
      const check = checkReply(rest('ndarray'), Buffer.from(`{"data":${data}}`), answers);
      assert.ok(!check.ok, data);
      assert.match(check.why, why);
    }
});

for (const [what, data, rows, protobuf] of WRAPPER_ARRAYS)
  test(`the wrapper's answer with ${what} is an array of ${rows ?? 'no'} rows over both transports`, () => {
    const replies = [
      (answers: Answers) => checkReply(rest('tftensor'), Buffer.from(`{"data":${data},"meta":{}}`), answers),
      (answers: Answers) => checkReply(grpc('tftensor'), hex(protobuf), answers),
    ];
    for (const check of replies) {
      assert.deepEqual(check('any').ok, true, JSON.stringify(check('any')));
      assert.equal(check({ rows: rows || 1 }).ok, rows !== 0);
      assert.equal(check({ rows: 7 }).ok, false);
    }
  });

test('foreign text in the reason is short, of one line, and moves nothing on a terminal', () => {
  const hostile = `{"x":"${'\u001b[2J\r\n::set-output name=a::b\u202e\u2028'.repeat(1000)}`;
  const check = checkReply(rest('tensor'), Buffer.from(hostile), 'fixed');
  assert.ok(!check.ok);
  assert.doesNotMatch(check.why, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  assert.match(check.why, /\\u\{1b\}\[2J\\u\{d\}\\u\{a\}::set-output/);
  const letters = checkReply(rest('tensor'), Buffer.from(`"${'x'.repeat(1e6)}`), 'fixed');
  assert.ok(!letters.ok && letters.why.length < 500);
});

test('lists within lists without end are wrong, not a crash', () => {
  const depth = 1_000_000;
  const json = Buffer.from(`{"data":{"ndarray":${'['.repeat(depth)}${']'.repeat(depth)}}}`);
  assert.equal(checkReply(rest('ndarray'), json, 'fixed').ok, false);
  assert.equal(checkReply(rest('ndarray', 'predict_raw'), json, 'fixed').ok, false);
  let nested = Buffer.alloc(0);
  for (let i = 0; i < 500; i++) {
    const list = Buffer.concat([Buffer.from([0x0a]), lengthOf(nested), nested]);
    nested = Buffer.concat([Buffer.from([0x32]), lengthOf(list), list]);
  }
  const ndarray = Buffer.concat([Buffer.from([0x0a]), lengthOf(nested), nested]);
  const data = Buffer.concat([Buffer.from([0x1a]), lengthOf(ndarray), ndarray]);
  const message = Buffer.concat([Buffer.from([0x1a]), lengthOf(data), data]);
  assert.equal(checkReply(grpc('ndarray'), message, 'any').ok, false);
});

function lengthOf(bytes: Uint8Array): Buffer {
  const varint: number[] = [];
  let rest = bytes.length;
  for (; rest >= 128; rest >>>= 7) varint.push((rest & 127) | 128);
  return Buffer.from([...varint, rest]);
}

const anyCell = fc.record({
  transport: fc.constantFrom(...TRANSPORTS),
  encoding: fc.constantFrom(...ENCODINGS),
  method: fc.constantFrom(...METHODS),
});

/** A right reply with some of its bytes changed, which reaches deeper than bytes at random. */
const damaged = fc
  .tuple(
    fc.constantFrom(
      ...Object.values(REST_REPLIES).map((text) => Buffer.from(text)),
      ...Object.values(GRPC_REPLIES).map(hex),
      ...WRAPPER_ARRAYS.flatMap(([, data, , protobuf]) => [Buffer.from(`{"data":${data}}`), hex(protobuf)]),
    ),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
  )
  .map(([bytes, changes]) => {
    const copy = Buffer.from(bytes);
    for (const [at, value] of changes) copy[at % copy.length] = value;
    return copy;
  });
const hostileBody = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  damaged,
  fc.json().map((text) => Buffer.from(text)),
  fc.record({ data: fc.jsonValue() }).map((value) => Buffer.from(JSON.stringify(value))),
);

test('no bytes make the check throw, and whatever is wrong has a printable reason', () => {
  fc.assert(
    fc.property(anyCell, hostileBody, fc.constantFrom<Answers>('fixed', 'any', { rows: 3 }), (cell, body, answers) => {
      const check = checkReply(cell, body, answers);
      if (!check.ok) assert.doesNotMatch(check.why, /[\p{Cc}\p{Cf}]/u);
    }),
    { seed: 3, numRuns: 3000 },
  );
});

test('no bytes make decoding a request throw anything but an Error', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TRANSPORTS), hostileBody, (transport, body) => {
      try {
        assert.ok(decodeRequest(transport, body).count >= 0);
      } catch (error) {
        assert.ok(error instanceof Error && error.message.startsWith('expected'), String(error));
      }
    }),
    { seed: 4, numRuns: 3000 },
  );
});

test('a request whose numbers do not fill its shape is refused', () => {
  const bodies = [
    '{"data":{"tensor":{"shape":[1,3],"values":[0,1]}}}',
    '{"data":{"tensor":{"shape":[],"values":[]}}}',
    '{"data":{"ndarray":[[0,1],[2]]}}',
    '{"data":{"ndarray":[[0],1]}}',
    '{"data":{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":"2"}]},"tensorContent":"AAAAAAAAAAA="}}}',
  ];
  for (const body of bodies) assert.throws(() => decodeRequest('rest', Buffer.from(body)), /^Error: expected /, body);
});

test('to rows of somebody else as many must come back, in whatever array; for one row any will do', () => {
  const json = (body: string, rows: number) => checkReply(rest('ndarray'), Buffer.from(body), { rows });
  const right = [
    '{"data":{"ndarray":[[1],[2],[3]]}}',
    '{"data":{"ndarray":["setosa","setosa","virginica"]}}',
    '{"data":{"tensor":{"shape":[3,2],"values":[1,2,3,4,5,6]}}}',
    `{"data":{"tftensor":{"dtype":"DT_DOUBLE","tensorShape":{"dim":[{"size":"3"}]},"tensorContent":"${'A'.repeat(32)}"}}}`,
    // Values at the end that are the same as the last one may be left out.
    '{"data":{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":"3"}]},"int64Val":["1"]}}}',
    '[1,2,3]',
    '{"strData":"three"}',
  ];
  for (const body of right) assert.deepEqual([body, json(body, 3).ok], [body, true]);
  for (const body of right.slice(0, 6)) assert.deepEqual([body, json(body, 4).ok], [body, false]);
  for (const body of right) assert.equal(json(body, 1).ok, true);
  const check = json('{"data":{"ndarray":[[1]]}}', 3);
  assert.ok(
    !check.ok && check.why.startsWith('expected an array of 3 rows, one for each that was sent, not of 1, found'),
  );
  assert.equal(json('{"data":{"ndarray":[]}}', 1).ok, false);
  const grpcRows = checkReply(grpc('tftensor'), hex(GRPC_REPLIES.tftensor), { rows: 2 });
  assert.equal(grpcRows.ok, false);
  assert.equal(checkReply(grpc('ndarray'), hex(GRPC_REPLIES.ndarray), { rows: 1 }).ok, true);
});

test('numbers at different depths are no array, though there are as many as the shape says', () => {
  const check = checkReply(rest('ndarray'), Buffer.from('{"data":{"ndarray":[[1,[2]]]}}'), 'fixed');
  assert.ok(!check.ok && /numbers at one depth/.test(check.why), JSON.stringify(check));
});
