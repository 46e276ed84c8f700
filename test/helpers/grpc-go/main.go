// A gRPC server of grpc-go for test/helpers/wire-checks.ts.
// Its argument is the age in milliseconds at which connections end; 0: none.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

const failure = "bad model: 100% of Zürich 🐍"

// Messages are bytes, whatever they mean.
type bytesCodec struct{}

func (bytesCodec) Marshal(message any) ([]byte, error) { return message.([]byte), nil }

func (bytesCodec) Unmarshal(data []byte, message any) error {
	*message.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func (bytesCodec) Name() string { return "bytes" }

func method(name string, answer func([]byte) (any, error)) grpc.MethodDesc {
	return grpc.MethodDesc{
		MethodName: name,
		Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			var request []byte
			if err := decode(&request); err != nil {
				return nil, err
			}
			return answer(request)
		},
	}
}

func main() {
	maxAge, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	options := []grpc.ServerOption{grpc.ForceServerCodec(bytesCodec{})}
	if maxAge > 0 {
		options = append(options, grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionAge:      time.Duration(maxAge) * time.Millisecond,
			MaxConnectionAgeGrace: 10 * time.Second,
		}))
	}
	server := grpc.NewServer(options...)
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.Wire",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{
			method("Echo", func(request []byte) (any, error) { return request, nil }),
			method("Fail", func([]byte) (any, error) { return nil, status.Error(codes.InvalidArgument, failure) }),
		},
	}, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		// Ends with whoever started it.
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if err := server.Serve(listener); err != nil {
		panic(err)
	}
}
