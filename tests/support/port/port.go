// Package port finds ports for programs that can't be given a socket.
package port

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// FreeAddress returns an address of this machine on which nothing listens. Its port
// is below those that the system gives to outgoing connections (from 32768 on
// Linux, from 49152 elsewhere), so that none of them takes it before the program
// listens.
func FreeAddress() (string, error) {
	const first, last = 16384, 32767
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", first+rand.IntN(last-first+1))
		if listener, err := net.Listen("tcp", address); err == nil {
			return address, listener.Close()
		}
	}
	return "", fmt.Errorf("of 100 ports from %d to %d none is free", first, last)
}
