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
