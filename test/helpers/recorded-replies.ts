/** Replies of the wrapper (1.19.0) to its fixed model in the image `img:1`, as recorded: JSON, and protobuf in hex. */
export const REST_REPLIES = {
  ndarray: '{"data":{"names":[],"ndarray":[1]},"meta":{"requestPath":{"classifier":"img:1"}}}\n',
  tensor: '{"data":{"names":[],"tensor":{"shape":[1],"values":[1]}},"meta":{"requestPath":{"classifier":"img:1"}}}\n',
  tftensor:
    '{"data":{"names":[],"tftensor":{"dtype":"DT_INT64","int64Val":["1"],"tensorShape":{"dim":[{"size":"1"}]}}},"meta":{"requestPath":{"classifier":"img:1"}}}\n',
};
export const GRPC_REPLIES = {
  ndarray: '121522130a0a636c61737369666965721205696d673a311a0d1a0b0a0911000000000000f03f',
  tensor: '121522130a0a636c61737369666965721205696d673a311a0f120d0a01011208000000000000f03f',
  tftensor: '121522130a0a636c61737369666965721205696d673a311a0d220b0809120412020801520101',
};
/** Of `predict_raw`, whatever it was asked. */
export const RAW_GRPC_REPLY = '1a0d1a0b0a0911000000000000f03f';

/**
 * What the wrapper (1.19.0; 1.17.1 the same) makes of other models' arrays: what it is, `data` over REST, how many rows it has (null: it is a
 * single number), and the protobuf of the whole reply.
 */
export const WRAPPER_ARRAYS: readonly [what: string, data: string, rows: number | null, protobuf: string][] = [
  [
    'a single number as tensor',
    '{"tensor":{"values":[5.0],"shape":[]},"names":[]}',
    null,
    '12001a0c120a12080000000000001440',
  ],
  ['no numbers as tensor', '{"tensor":{"values":[],"shape":[0]},"names":[]}', 0, '12001a0512030a0100'],
  ['rows of nothing as tensor', '{"tensor":{"values":[],"shape":[3,0]},"names":[]}', 3, '12001a0612040a020300'],
  [
    'numbers of 32 bits as tensor',
    '{"tensor":{"values":[1.0,1.0,1.0,1.0,1.0,1.0],"shape":[3,2]},"names":["t:0","t:1"]}',
    3,
    '12001a420a03743a300a03743a3112360a0203021230000000000000f03f000000000000f03f000000000000f03f000000000000f03f000000000000f03f000000000000f03f',
  ],
  [
    'a single number as tftensor',
    '{"tftensor":{"dtype":"DT_DOUBLE","tensorShape":{},"doubleVal":[5.0]},"names":[]}',
    null,
    '12001a10220e0802120032080000000000001440',
  ],
  [
    'a single integer as tftensor',
    '{"tftensor":{"dtype":"DT_INT64","tensorShape":{},"int64Val":["5"]},"names":[]}',
    null,
    '12001a09220708091200520105',
  ],
  [
    'no rows as tftensor',
    '{"tftensor":{"dtype":"DT_DOUBLE","tensorShape":{"dim":[{},{"size":"3"}]}},"names":["t:0","t:1","t:2"]}',
    0,
    '12001a1b0a03743a300a03743a310a03743a32220a08021206120012020803',
  ],
  [
    'integers of 32 bits as tftensor',
    '{"tftensor":{"dtype":"DT_INT32","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AAAAAAEAAAACAAAAAwAAAAQAAAAFAAAA"},"names":["t:0","t:1"]}',
    3,
    '12001a320a03743a300a03743a3122260803120812020803120208022218000000000100000002000000030000000400000005000000',
  ],
  [
    'numbers of 32 bits as tftensor',
    '{"tftensor":{"dtype":"DT_FLOAT","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AACAPwAAgD8AAIA/AACAPwAAgD8AAIA/"},"names":["t:0","t:1"]}',
    3,
    '12001a320a03743a300a03743a31222608011208120208031202080222180000803f0000803f0000803f0000803f0000803f0000803f',
  ],
  [
    'one number of 32 bits as tftensor',
    '{"tftensor":{"dtype":"DT_FLOAT","tensorShape":{"dim":[{"size":"1"}]},"floatVal":[1.0]},"names":[]}',
    1,
    '12001a10220e08011204120208012a040000803f',
  ],
  [
    'numbers of 16 bits as tftensor',
    '{"tftensor":{"dtype":"DT_HALF","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"ADwAPAA8ADwAPAA8"},"names":["t:0","t:1"]}',
    3,
    '12001a260a03743a300a03743a31221a081312081202080312020802220c003c003c003c003c003c003c',
  ],
  [
    'unsigned integers of 16 bits as tftensor',
    '{"tftensor":{"dtype":"DT_UINT16","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"intVal":[1,1,1,1,1,1]},"names":["t:0","t:1"]}',
    3,
    '12001a200a03743a300a03743a3122140811120812020803120208023a06010101010101',
  ],
  [
    'complex numbers as tftensor',
    '{"tftensor":{"dtype":"DT_COMPLEX64","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"scomplexVal":[1.0,0.0,1.0,0.0,1.0,0.0,1.0,0.0,1.0,0.0,1.0,0.0]},"names":["t:0","t:1"]}',
    3,
    '12001a4a0a03743a300a03743a31223e0808120812020803120208024a300000803f000000000000803f000000000000803f000000000000803f000000000000803f000000000000803f00000000',
  ],
  ['truth values as tftensor', '{"ndarray":[true,true,true],"names":[]}', 3, '12001a0e1a0c0a0220010a0220010a022001'],
  ['texts as tftensor', '{"ndarray":["a","b","c"],"names":[]}', 3, '12001a111a0f0a031a01610a031a01620a031a0163'],
  ['no numbers as ndarray', '{"ndarray":[],"names":[]}', 0, '12001a021a00'],
  [
    'a text, a number and nothing as ndarray',
    '{"ndarray":["a",1,null],"names":[]}',
    3,
    '12001a161a140a031a01610a0911000000000000f03f0a020800',
  ],
  [
    'numbers of 64 bits as tftensor',
    '{"tftensor":{"dtype":"DT_DOUBLE","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AAAAAAAAAAAAAAAAAADwPwAAAAAAAABAAAAAAAAACEAAAAAAAAAQQAAAAAAAABRA"},"names":["t:0","t:1"]}',
    3,
    '12001a4a0a03743a300a03743a31223e08021208120208031202080222300000000000000000000000000000f03f0000000000000040000000000000084000000000000010400000000000001440',
  ],
  [
    'integers of 64 bits as tftensor',
    '{"tftensor":{"dtype":"DT_INT64","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},"names":["t:0","t:1"]}',
    3,
    '12001a4a0a03743a300a03743a31223e0809120812020803120208022230000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
  ],
  [
    'integers of 16 bits as tftensor',
    '{"tftensor":{"dtype":"DT_INT16","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AQABAAEAAQABAAEA"},"names":["t:0","t:1"]}',
    3,
    '12001a260a03743a300a03743a31221a080512081202080312020802220c010001000100010001000100',
  ],
  [
    'integers of 8 bits as tftensor',
    '{"tftensor":{"dtype":"DT_INT8","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AQEBAQEB"},"names":["t:0","t:1"]}',
    3,
    '12001a200a03743a300a03743a3122140806120812020803120208022206010101010101',
  ],
  [
    'unsigned integers of 8 bits as tftensor',
    '{"tftensor":{"dtype":"DT_UINT8","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AQEBAQEB"},"names":["t:0","t:1"]}',
    3,
    '12001a200a03743a300a03743a3122140804120812020803120208022206010101010101',
  ],
  [
    'unsigned integers of 32 bits as tftensor',
    '{"tftensor":{"dtype":"DT_UINT32","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AQAAAAEAAAABAAAAAQAAAAEAAAABAAAA"},"names":["t:0","t:1"]}',
    3,
    '12001a320a03743a300a03743a3122260816120812020803120208022218010000000100000001000000010000000100000001000000',
  ],
  [
    'unsigned integers of 64 bits as tftensor',
    '{"tftensor":{"dtype":"DT_UINT64","tensorShape":{"dim":[{"size":"3"},{"size":"2"}]},"tensorContent":"AQAAAAAAAAABAAAAAAAAAAEAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAEAAAAAAAAA"},"names":["t:0","t:1"]}',
    3,
    '12001a4a0a03743a300a03743a31223e0817120812020803120208022230010000000000000001000000000000000100000000000000010000000000000001000000000000000100000000000000',
  ],
  [
    'one number of 16 bits as tftensor',
    '{"tftensor":{"dtype":"DT_HALF","tensorShape":{"dim":[{"size":"1"},{"size":"1"}]},"halfVal":[15360]},"names":["t:0"]}',
    1,
    '12001a170a03743a3022100813120812020801120208016a028078',
  ],
];
