import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createTiming, type Exchange } from '../../src/load/exchange.ts';
import { openGrpcWire } from '../../src/load/grpc-wire.ts';
import { withPrefix } from './with-prefix.ts';

/**
 * The real servers all serve the same three methods. `/test.Wire/Echo` answers with the message that it was sent;
 * `/test.Wire/Fail` fails with INVALID_ARGUMENT and this text; any other is not there.
 */
export const FAILURE = 'bad model: 100% of Zürich 🐍';

/** Around the sizes at which frames and windows end, and about a megabyte. */
const SIZES = [0, 1, 1000, 16_379, 16_384, 65_530, 65_531, 1_000_003];

export function openCall(port: number, method: string, message: Uint8Array): Exchange & Disposable {
  const body = withPrefix(message);
  const exchange = openGrpcWire({ host: '127.0.0.1', port, path: method, metadata: { 'x-test': 'yes' }, body });
  return { ...exchange, [Symbol.dispose]: () => exchange.reset() };
}

/** Bytes of which no two neighbouring stretches are alike, so that a piece in the wrong place shows. */
export function createMessage(length: number): Buffer {
  const message = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) message[i] = Math.imul(i, 0x9e3779b1) >>> 24;
  return message;
}

/** Messages of all sizes come back as they were sent, each size over one connection. */
export async function checkEcho(t: TestContext, port: number): Promise<void> {
  for (const size of SIZES) {
    await t.test(`a message of ${size} bytes goes there and comes back`, async () => {
      const message = createMessage(size);
      using exchange = openCall(port, '/test.Wire/Echo', message);
      const timing = createTiming();
      for (let i = 0; i < 5; i++) {
        await exchange.send(timing);
        assert.ok(message.equals(exchange.reply().body));
        assert.equal(timing.connected === timing.start, i > 0, 'one connection for all calls');
        assert.ok(timing.firstByte <= timing.end);
      }
    });
  }
}

/** A call that fails says why, in trailers only or not, with a small request and with a large one. */
export async function checkFailures(t: TestContext, port: number): Promise<void> {
  for (const size of [10, 1_000_000]) {
    await t.test(`a failed call with ${size} bytes says why, again and again`, async () => {
      using failing = openCall(port, '/test.Wire/Fail', createMessage(size));
      const expected = `expected grpc-status 0, found 3: ${JSON.stringify(FAILURE)}`;
      for (let i = 0; i < 5; i++) await assert.rejects(failing.send(createTiming()), { message: expected });
    });
    await t.test(`a call with ${size} bytes of a method that is not there says so`, async () => {
      using lost = openCall(port, '/test.Wire/None', createMessage(size));
      for (let i = 0; i < 3; i++)
        await assert.rejects(lost.send(createTiming()), /expected grpc-status 0, found 12: "/);
    });
  }
}

/** A server that ends its connections every now and then (GOAWAY) fails no call. */
export async function checkFarewells(port: number): Promise<void> {
  using exchange = openCall(port, '/test.Wire/Echo', createMessage(100));
  const timing = createTiming();
  for (let connections = 0; connections < 4; ) {
    await exchange.send(timing);
    if (timing.connected > timing.start) connections += 1;
  }
}
