package main

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"io"
	"net/rpc"
	"time"
)

// benchLoop answers one command a line, so that a caller can take turns with its own measurements:
// "bytes N" prints a Summary of N transports in hex, "decode N ROUNDS" prints nanoseconds for each decoded value,
// "calls COUNT FLIGHT" prints calls a second of Go's client against Go's server, "address" where that server is.
func benchLoop(in io.Reader, out io.Writer) error {
	address, err := serve()
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var first, second int
		line := lines.Text()
		switch {
		case line == "address":
			fmt.Fprintln(out, address)
		case scan(line, "bytes %d", &first):
			fmt.Fprintln(out, hex.EncodeToString(summaryBytes(first, 2)))
		case scan(line, "decode %d %d", &first, &second):
			nanoseconds, err := timeDecode(first, second)
			if err != nil {
				return err
			}
			fmt.Fprintln(out, nanoseconds)
		case scan(line, "calls %d %d", &first, &second):
			rate, err := timeCalls(address, first, second)
			if err != nil {
				return err
			}
			fmt.Fprintln(out, rate)
		default:
			return fmt.Errorf("unknown command %q", line)
		}
	}
	return lines.Err()
}

// summaryBytes encodes the same value several times on one stream: definitions come with the first.
func summaryBytes(transports, times int) []byte {
	var out bytes.Buffer
	enc := gob.NewEncoder(&out)
	for range times {
		if err := enc.Encode(makeSummary(transports)); err != nil {
			panic(err)
		}
	}
	return out.Bytes()
}

func timeDecode(transports, rounds int) (int64, error) {
	data := summaryBytes(transports, rounds+1)
	dec := gob.NewDecoder(bytes.NewReader(data))
	var first Summary
	if err := dec.Decode(&first); err != nil {
		return 0, err
	}
	start := time.Now()
	for range rounds {
		var value Summary
		if err := dec.Decode(&value); err != nil {
			return 0, err
		}
	}
	return time.Since(start).Nanoseconds() / int64(rounds), nil
}

// timeCalls keeps `flight` calls under way until `count` are answered.
func timeCalls(address string, count, flight int) (int64, error) {
	client, err := rpc.Dial("tcp4", address)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	done := make(chan *rpc.Call, flight)
	replies := make([]int, count)
	start := time.Now()
	sent, finished := 0, 0
	for ; sent < flight && sent < count; sent++ {
		client.Go("app-visor.Double", sent, &replies[sent], done)
	}
	for finished < count {
		if call := <-done; call.Error != nil {
			return 0, call.Error
		}
		finished++
		if sent < count {
			client.Go("app-visor.Double", sent, &replies[sent], done)
			sent++
		}
	}
	return int64(float64(count) / time.Since(start).Seconds()), nil
}

func scan(line, format string, into ...any) bool {
	count, err := fmt.Sscanf(line, format, into...)
	return err == nil && count == len(into)
}
