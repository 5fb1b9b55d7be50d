package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"systole/tests/support/gotool"
)

// service is a local service that was started for this, with a data folder of its
// own.
type service struct {
	base   string
	cmd    *exec.Cmd
	folder string
}

func start(ctx context.Context) (*service, error) {
	built, err := gotool.Build(ctx, "infra/local")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "worst")
	if err != nil {
		return nil, err
	}
	s := &service{cmd: exec.CommandContext(ctx, built.Binary("infra/local"), "-addr", "127.0.0.1:0", "-data", folder), folder: folder}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			s.base = base
			return s, nil
		}
	}
	return nil, fmt.Errorf("the service didn't start")
}

func (s *service) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
	os.RemoveAll(s.folder)
}
