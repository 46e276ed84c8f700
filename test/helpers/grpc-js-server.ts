import type { TestContext } from 'node:test';
import { type ChannelOptions, Server, ServerCredentials, type sendUnaryData, status } from '@grpc/grpc-js';
import { FAILURE } from './wire-checks.ts';

/** Serves the methods of wire-checks.ts until the test ends; returns the port. */
export async function startGrpcJs(t: TestContext, options: ChannelOptions): Promise<number> {
  const server = new Server(options);
  server.addService(
    { Echo: method('Echo'), Fail: method('Fail') },
    {
      Echo: (call: { request: Buffer }, answer: sendUnaryData<Buffer>) => answer(null, call.request),
      Fail: (_call: unknown, answer: sendUnaryData<Buffer>) =>
        answer({ code: status.INVALID_ARGUMENT, details: FAILURE }),
    },
  );
  t.after(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

const plain = (message: Buffer): Buffer => message;

function method(name: string) {
  return {
    path: `/test.Wire/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: plain,
    requestDeserialize: plain,
    responseSerialize: plain,
    responseDeserialize: plain,
  };
}
