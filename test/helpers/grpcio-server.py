"""A gRPC server of grpcio for test/helpers/wire-checks.ts. Its argument is the age in ms at which connections end; 0: none."""

import sys
from concurrent import futures

import grpc

FAILURE = "bad model: 100% of Zürich 🐍"


def echo(request, context):
    return request


def fail(request, context):
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, FAILURE)


max_age_ms = int(sys.argv[1])
options = [("grpc.so_reuseport", 0)]
if max_age_ms > 0:
    options += [("grpc.max_connection_age_ms", max_age_ms), ("grpc.max_connection_age_grace_ms", 10_000)]
methods = {name: grpc.unary_unary_rpc_method_handler(method) for name, method in [("Echo", echo), ("Fail", fail)]}
server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=options)
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Wire", methods)])
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
# Ends with whoever started it.
sys.stdin.read()
server.stop(0)
