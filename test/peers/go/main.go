// A net/rpc peer made of Go's standard library, against which the tests and benchmarks hold our own ends.
//
//	peer serve            serves on a free port of 127.0.0.1, prints the address, ends with its standard input
//	peer call ADDR        calls a server with visor types and prints what came back as one JSON object
//	peer visor HASTE      serves as a visor of 2026 whose clock runs HASTE times as fast; see visor/serve.go
//	peer bench            prints timings of Go's own codec and client as one JSON object
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/rpc"
	"os"
	"strconv"

	"fleet.test/peer/visor"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		address, err := serve()
		if err != nil {
			return err
		}
		fmt.Println(address)
		_, err = io.Copy(io.Discard, os.Stdin)
		return err
	case len(args) == 2 && args[0] == "call":
		result, err := call(args[1])
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(result)
	case len(args) == 2 && args[0] == "visor":
		haste, err := strconv.ParseFloat(args[1], 64)
		if err != nil {
			return err
		}
		return visor.Serve(haste, os.Stdin, os.Stdout)
	case len(args) == 1 && args[0] == "bench":
		return benchLoop(os.Stdin, os.Stdout)
	}
	return fmt.Errorf("usage: peer serve | call ADDR | visor HASTE | bench")
}

// serve starts a server and tells where.
func serve() (string, error) {
	server := rpc.NewServer()
	if err := server.RegisterName("app-visor", Visor{}); err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go server.Accept(listener)
	return listener.Addr().String(), nil
}

// call makes one call of each kind and reports replies and errors.
func call(address string) (map[string]any, error) {
	client, err := rpc.Dial("tcp4", address)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	result := map[string]any{}
	note := func(name string, reply any, err error) {
		if err != nil {
			result[name] = "error: " + err.Error()
		} else {
			result[name] = reply
		}
	}
	var summary Summary
	note("Summary", &summary, client.Call("app-visor.Summary", &Empty{}, &summary))
	var apps []*AppState
	note("Apps", &apps, client.Call("app-visor.Apps", &Empty{}, &apps))
	var changes []ConfigFieldChange
	fields := map[string]json.RawMessage{"is_public": json.RawMessage("true")}
	note("SetConfigFields", &changes, client.Call("app-visor.SetConfigFields", fields, &changes))
	var nothing Empty
	note("StartApp", &nothing, client.Call("app-visor.StartApp", &StartAppIn{"", ""}, &nothing))
	note("Nope", &nothing, client.Call("app-visor.Nope", &Empty{}, &nothing))
	note("Other.Nope", &nothing, client.Call("Other.Nope", &Empty{}, &nothing))
	note("NoDot", &nothing, client.Call("NoDot", &Empty{}, &nothing))
	note("IntForUint", &nothing, client.Call("app-visor.SetMinHops", 2, &nothing))
	note("OutOfRange", &nothing, client.Call("app-visor.SetMinHops", uint(70000), &nothing))
	note("NoFields", &nothing, client.Call("app-visor.StartApp", &struct{ Foreign int }{3}, &nothing))
	note("NonStruct", &nothing, client.Call("app-visor.StartApp", 3, &nothing))
	var doubled int
	total := 0
	calls := make([]*rpc.Call, 1000)
	replies := make([]int, len(calls))
	for i := range calls {
		calls[i] = client.Go("app-visor.Double", i, &replies[i], make(chan *rpc.Call, 1))
	}
	for i, pending := range calls {
		if done := <-pending.Done; done.Error != nil || replies[i] != 2*i {
			return nil, fmt.Errorf("call %d: %v, %d", i, done.Error, replies[i])
		}
		total += replies[i]
	}
	result["Pipelined"] = total
	note("Last", &doubled, client.Call("app-visor.Double", 21, &doubled))
	return result, nil
}
