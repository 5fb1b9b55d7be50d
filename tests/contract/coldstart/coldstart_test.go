package main

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

func TestFunctionsCallNobodyBeforeTheirFirstRequest(t *testing.T) {
	programs, err := build(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var calls atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			conn.Close()
		}
	}()
	for _, p := range programs[2:] {
		if _, _, err := p.start(t.Context(), io.Discard, "AWS_ENDPOINT_URL=http://"+listener.Addr().String()); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		if n := calls.Swap(0); n != 0 {
			t.Errorf("%s calls its stores %d times before its first request", p.name, n)
		}
	}
}

func TestInitTrace(t *testing.T) {
	took := initTrace("init internal/bytealg @0.007 ms, 0.25 ms clock, 0 bytes, 0 allocs\n" +
		"something else\ninit net/http @0.5 ms, 0.5 ms clock, 9000 bytes, 40 allocs\n")
	if took != 750*time.Microsecond {
		t.Errorf("%v", took)
	}
}

func TestQuantile(t *testing.T) {
	durations := []time.Duration{5, 1, 4, 2, 3}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 0.9: 5, 1: 5} {
		if got := quantile(durations, q); got != want {
			t.Errorf("quantile %v is %v, not %v", q, got, want)
		}
	}
}
