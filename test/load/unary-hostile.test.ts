import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLAG, FRAME, frame, resetStream, settings, windowUpdate } from '../../src/http2/frames.ts';
import { encodeFields } from '../../src/http2/hpack.ts';
import { answering, call, HEAD, open, startFrames, success, TAIL } from '../helpers/frame-server.ts';

const timeout = 10_000;
const none = Buffer.alloc(0);
const interim = encodeFields([[':status', '100']]);

/** What no server may send (RFC 9113), and what we say to it. */
const HOSTILE: Record<string, [(stream: number) => Buffer[], RegExp]> = {
  'a push': [(stream) => [frame(FRAME.pushPromise, 4, stream, Buffer.alloc(8))], /no push/],
  'a frame inside a header block': [
    (stream) => [frame(FRAME.headers, 0, stream, HEAD), frame(FRAME.ping, 0, 0, Buffer.alloc(8))],
    /header block in one piece/,
  ],
  'a second header block inside the first': [
    (stream) => [frame(FRAME.headers, 0, stream, HEAD), frame(FRAME.headers, 4, stream, HEAD)],
    /header block in one piece/,
  ],
  'a continuation of nothing': [(stream) => [frame(FRAME.continuation, 4, stream, HEAD)], /header block/],
  'an endless header block': [
    (stream) => [
      frame(FRAME.headers, 0, stream, Buffer.alloc(16_000)),
      ...Array.from({ length: 6 }, () => frame(FRAME.continuation, 0, stream, Buffer.alloc(16_000))),
    ],
    /at most 64 KiB/,
  ],
  'an endless header block of nothing': [
    (stream) => [
      frame(FRAME.headers, 0, stream, none),
      ...Array.from({ length: 8000 }, () => frame(FRAME.continuation, 0, stream, none)),
    ],
    /at most 64 KiB/,
  ],
  'a broken header block': [(stream) => [frame(FRAME.headers, 4, stream, Buffer.from([0xff]))], /header block/],
  'a reference to the dynamic table': [(stream) => [frame(FRAME.headers, 4, stream, Buffer.from([0xbe]))], /found 62/],
  'half a priority': [
    (stream) => [frame(FRAME.headers, FLAG.endHeaders | FLAG.priority, stream, Buffer.alloc(4))],
    /whole priority/,
  ],
  'more padding than payload': [
    (stream) => [...success(stream).slice(0, 1), frame(FRAME.data, FLAG.padded, stream, Buffer.from([9, 1]))],
    /padding/,
  ],
  'padding without its length': [
    (stream) => [...success(stream).slice(0, 1), frame(FRAME.data, FLAG.padded, stream, none)],
    /padding/,
  ],
  'padding longer than a header block': [
    (stream) => [frame(FRAME.headers, FLAG.padded | FLAG.endHeaders, stream, Buffer.from([2, 0x88]))],
    /padding/,
  ],
  'data before the head': [(stream) => [frame(FRAME.data, 0, stream, Buffer.from('x'))], /head of a reply before/],
  'a head without a status': [(stream) => [frame(FRAME.headers, 4, stream, TAIL)], /expected a :status/],
  'an interim head that ends the stream': [
    (stream) => [frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream, interim)],
    /behind the interim one \(100\)/,
  ],
  'data behind an interim head': [
    (stream) => [frame(FRAME.headers, 4, stream, interim), frame(FRAME.data, 0, stream, Buffer.from('x'))],
    /head of a reply before/,
  ],
  'trailers that do not end the stream': [
    (stream) => [...success(stream).slice(0, 2), frame(FRAME.headers, FLAG.endHeaders, stream, TAIL)],
    /trailers to end the stream/,
  ],
  'credit of nothing': [() => [windowUpdate(0, 0)], /flow control/],
  'credit of nothing for the stream': [(stream) => [windowUpdate(stream, 0)], /flow control/],
  'credit without end': [() => [windowUpdate(0, 2 ** 31 - 1)], /flow control/],
  'credit without end for the stream': [(stream) => [windowUpdate(stream, 2 ** 31 - 1)], /flow control/],
  'settings that widen a window without end': [
    (stream) => [windowUpdate(stream, 2 ** 31 - 100_000), settings({ 4: 2 ** 31 - 1 })],
    /flow control/,
  ],
  'credit of three bytes': [() => [frame(FRAME.windowUpdate, 0, 0, Buffer.alloc(3))], /four bytes, found 3/],
  'a reset of five bytes': [(stream) => [frame(FRAME.rstStream, 0, stream, Buffer.alloc(5))], /four bytes, found 5/],
  'a PING of seven bytes': [() => [frame(FRAME.ping, 0, 0, Buffer.alloc(7))], /PING of eight/],
  'half a GOAWAY': [() => [frame(FRAME.goAway, 0, 0, Buffer.alloc(7))], /whole GOAWAY/],
  'half a setting': [() => [frame(FRAME.settings, 0, 0, Buffer.alloc(5))], /whole HTTP\/2 settings/],
  'an acknowledgement with settings': [
    () => [frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(6))],
    /without a payload/,
  ],
  'an absurd window': [() => [settings({ 4: 2 ** 32 - 1 })], /window of at most/],
  'a small frame size': [() => [settings({ 5: 16_383 })], /frame size/],
  'a large frame size': [() => [settings({ 5: 2 ** 24 })], /frame size/],
  'a frame that is too large': [(stream) => [frame(FRAME.data, 0, stream, Buffer.alloc(16_385))], /at most 16384/],
  'settings of a stream': [(stream) => [frame(FRAME.settings, 0, stream, none)], /in its place.* type 4 on stream 1/],
  'a PING of a stream': [(stream) => [frame(FRAME.ping, 0, stream, Buffer.alloc(8))], /in its place/],
  'a GOAWAY of a stream': [(stream) => [frame(FRAME.goAway, 0, stream, Buffer.alloc(8))], /in its place/],
  'a head of the connection': [() => [frame(FRAME.headers, 4, 0, HEAD)], /in its place/],
  'data of the connection': [() => [frame(FRAME.data, 0, 0, Buffer.from('x'))], /in its place/],
  'a reset of the connection': [() => [resetStream(0, 0)], /in its place/],
  'a stream of the server': [() => [frame(FRAME.headers, 4, 2, HEAD)], /in its place.* on stream 2/],
  'a reply to a call that was never made': [() => [frame(FRAME.headers, 4, 5, HEAD)], /in its place.* on stream 5/],
  'credit for a call that was never made': [() => [windowUpdate(7, 1)], /in its place/],
  'a reset of a call that was never made': [() => [resetStream(3, 0)], /in its place/],
};
for (const [name, [reply, message]] of Object.entries(HOSTILE)) {
  test(`${name} fails the call`, { timeout }, async () => {
    await using server = await startFrames(answering(reply));
    using connection = open(server.port);
    await assert.rejects(call(connection), message);
    assert.equal(connection.usable(), false);
  });
}

const OTHERS: Record<string, [Buffer, RegExp]> = {
  'another frame before the settings': [frame(FRAME.ping, 0, 0, Buffer.alloc(8)), /settings first.* type 6/],
  'an acknowledgement before the settings': [frame(FRAME.settings, FLAG.ack, 0, none), /settings first/],
  'a server of HTTP/1': [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /expected HTTP\/2 \(a gRPC port\).*HTTP\/1/],
};
for (const [name, [greeting, message]] of Object.entries(OTHERS)) {
  test(`${name}: the call fails and says so`, { timeout }, async () => {
    await using server = await startFrames(() => {}, greeting);
    using connection = open(server.port);
    await assert.rejects(call(connection), message);
  });
}
