// Package moto starts moto, an implementation of AWS in memory by other authors.
package moto

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"

	"systole/tests/support/python"
)

// Server is a running moto. It accepts any credentials until a POST of 0 to
// /moto-api/reset-auth switches authorisation on.
type Server struct {
	URL        string
	ID, Secret string // of a user who may take every action except the denied ones

	input io.Closer // moto's standard input: moto ends when it closes
}

// Start installs moto on first use and starts it. denied lists actions that its
// user may not take, such as "dynamodb:DescribeTable". The server ends with this
// process, or by Stop.
func Start(ctx context.Context, denied ...string) (Server, error) {
	_, file, _, _ := runtime.Caller(0) // this file, which the compiler always knows
	folder := filepath.Dir(file)
	var s Server
	interpreter, err := python.Install(ctx, "moto", filepath.Join(folder, "requirements.txt"))
	if err != nil {
		return s, err
	}
	server := exec.Command(interpreter, append([]string{filepath.Join(folder, "server.py")}, denied...)...)
	input, err := server.StdinPipe()
	if err != nil {
		return s, err
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		return s, err
	}
	var complaints bytes.Buffer
	server.Stderr = &complaints
	if err := server.Start(); err != nil {
		return s, err
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return s, fmt.Errorf("moto: %w\n%s", err, &complaints)
	}
	s.input = input
	return s, json.Unmarshal(line, &s)
}

// Stop ends the server.
func (s Server) Stop() { s.input.Close() }
